"""The industries of the city: which there are, how common, and what a head of staff sells.

Codes are GB/T 4754-2017 classes. Shares and money are chosen here to look like a Shandong city's, they are no statistics.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from chengban.demo.city.columns import Floats, Ints, Mask


class Industry(NamedTuple):
    """One industry. Weights are shares among companies, individual businesses and cooperatives, in any unit."""

    code: str
    company_word: str
    shop_word: str
    company: float
    individual: float
    cooperative: float
    revenue_wan: float
    """Yearly revenue a head, 万元, the middle firm's."""
    asset_turnover: float
    """Revenue ÷ total assets."""
    staff: float = 1.0
    """How much larger than elsewhere a company of the same rank is."""
    technical: float = 0.0
    """How readily a company of it does research, 0 to 1."""
    machine: float = 0.0
    """Fixed assets' share of assets, above what every firm has."""


INDUSTRIES: tuple[Industry, ...] = (
    Industry("A0111", "农业", "稻谷种植园", 2, 0.5, 5, 18, 0.5),
    Industry("A0112", "种植", "家庭农场", 5, 4, 28, 18, 0.5),
    Industry("A0141", "蔬菜", "蔬菜种植园", 6, 4, 30, 20, 0.6),
    Industry("A0143", "园艺", "花卉苗圃", 2, 1, 8, 18, 0.5),
    Industry("A0313", "畜牧", "养猪场", 4, 4, 14, 40, 0.7, 1.3),
    Industry("A0321", "禽业", "养鸡场", 3, 3, 9, 45, 0.8, 1.3),
    Industry("A0519", "农业服务", "农机服务部", 4, 2, 26, 20, 0.6),
    Industry("C1353", "食品", "肉食加工坊", 5, 3, 1, 70, 1.0, 2.2, 0.15, 0.2),
    Industry("C1371", "果蔬食品", "果蔬加工坊", 3, 1, 3, 55, 1.0, 1.8, 0.1, 0.2),
    Industry("C1713", "纺织", "织布坊", 5, 1, 0, 55, 0.9, 2.6, 0.15, 0.25),
    Industry("C1811", "服饰", "服装加工坊", 4, 2, 0, 35, 1.0, 2.2, 0.05, 0.1),
    Industry("C2110", "家居", "木器加工坊", 5, 3, 0, 45, 0.9, 1.6, 0.1, 0.15),
    Industry("C2319", "包装", "印刷加工坊", 4, 1, 0, 50, 0.9, 1.8, 0.1, 0.2),
    Industry("C2662", "化工", "助剂经营部", 3, 0.1, 0, 110, 0.8, 2.6, 0.5, 0.3),
    Industry("C2740", "药业", "药材加工坊", 2, 0.2, 0.3, 90, 0.7, 3.0, 0.6, 0.2),
    Industry("C2929", "塑料制品", "塑料加工坊", 5, 1, 0, 60, 0.9, 1.8, 0.25, 0.25),
    Industry("C3061", "复合材料", "玻璃制品加工坊", 2, 0.3, 0, 65, 0.8, 2.2, 0.5, 0.3),
    Industry("C3252", "铝业", "铝材加工坊", 3, 0.3, 0, 160, 1.2, 3.2, 0.4, 0.3),
    Industry("C3311", "金属结构", "金属加工坊", 7, 2, 0, 60, 1.0, 1.8, 0.2, 0.2),
    Industry("C3421", "数控机床", "机床维修部", 2, 0.2, 0, 70, 0.7, 2.6, 0.8, 0.3),
    Industry("C3451", "轴承", "轴承加工坊", 9, 3, 0, 60, 0.9, 2.0, 0.5, 0.3),
    Industry("C3489", "机械", "机械加工坊", 9, 2, 0, 60, 0.9, 1.8, 0.4, 0.3),
    Industry("C3521", "化工装备", "设备加工坊", 2, 0.1, 0, 75, 0.7, 2.4, 0.7, 0.3),
    Industry("C3562", "半导体装备", "器件经营部", 0.6, 0, 0, 90, 0.6, 2.6, 1.0, 0.3),
    Industry("C3612", "新能源汽车", "车辆加工坊", 0.6, 0, 0, 140, 0.9, 5.0, 0.9, 0.3),
    Industry("C3670", "汽车部件", "汽车配件加工坊", 5, 0.5, 0, 75, 0.9, 2.6, 0.5, 0.3),
    Industry("C3831", "电缆", "电线加工坊", 3, 0.2, 0, 120, 1.1, 2.2, 0.4, 0.2),
    Industry("C3841", "电池", "电池加工坊", 1, 0.1, 0, 110, 0.8, 3.0, 0.9, 0.3),
    Industry("C3983", "传感器", "电子加工坊", 1.5, 0.1, 0, 70, 0.7, 2.2, 1.0, 0.2),
    Industry("C4011", "自动化", "电器加工坊", 2, 0.1, 0, 75, 0.7, 2.2, 1.0, 0.2),
    Industry("D4415", "风电", "电力服务部", 0.8, 0, 0, 150, 0.25, 1.2, 0.2, 0.4),
    Industry("D4430", "热力", "供热服务部", 0.6, 0.1, 0, 90, 0.4, 3.0, 0.1, 0.4),
    Industry("E4710", "建筑工程", "建筑队", 14, 1, 0, 55, 0.7, 2.2),
    Industry("E4910", "安装工程", "水电安装部", 7, 2, 0, 45, 0.8, 1.2),
    Industry("E5011", "装饰工程", "装修队", 12, 4, 0, 40, 0.9, 0.9),
    Industry("F5111", "粮食", "粮食购销部", 6, 5, 2, 220, 2.2, 0.8),
    Industry("F5127", "酒业", "酒水批发部", 7, 6, 0, 130, 1.9, 0.8),
    Industry("F5164", "金属材料", "钢材经营部", 15, 5, 0, 320, 2.4, 0.8),
    Industry("F5179", "机电设备", "五金机电经营部", 20, 9, 0, 160, 1.8, 0.8),
    Industry("F5191", "再生资源", "废品回收站", 4, 6, 0, 150, 2.0, 0.8),
    Industry("F5212", "商贸", "超市", 28, 38, 1, 60, 1.9, 0.9),
    Industry("F5231", "家纺", "布艺店", 6, 16, 0, 35, 1.6, 0.7),
    Industry("F5232", "服装", "服装店", 8, 30, 0, 30, 1.6, 0.7),
    Industry("F5251", "医药", "药店", 4, 5, 0, 60, 1.8, 1.1),
    Industry("F5263", "汽车用品", "汽车用品店", 6, 7, 0, 60, 1.6, 0.8),
    Industry("F5292", "电子商务", "网店", 18, 24, 0.5, 70, 2.2, 0.7, 0.02),
    Industry("G5431", "物流", "货运部", 14, 28, 0, 60, 1.0, 1.3),
    Industry("G5930", "冷链仓储", "冷库", 1.5, 1, 1, 45, 0.4, 1.4, 0.05, 0.3),
    Industry("G6020", "速递", "快递驿站", 2, 5, 0, 30, 1.4, 1.8),
    Industry("H6121", "酒店管理", "宾馆", 2, 4, 0, 20, 0.5, 1.8, 0.0, 0.2),
    Industry("H6210", "餐饮管理", "餐馆", 7, 40, 0, 20, 1.6, 1.5),
    Industry("H6291", "小吃", "小吃店", 1, 26, 0, 16, 1.8, 0.8),
    Industry("I6429", "网络科技", "网络工作室", 6, 2, 0, 45, 1.2, 0.8, 0.35),
    Industry("I6490", "互联网信息", "信息服务部", 4, 1, 0, 45, 1.2, 0.8, 0.3),
    Industry("I6513", "软件", "软件工作室", 5, 0.3, 0, 40, 1.0, 1.0, 1.0),
    Industry("I6531", "信息技术", "电脑技术服务部", 5, 0.8, 0, 50, 1.1, 1.0, 0.8),
    Industry("K7010", "置业", "房产经营部", 3, 0, 0, 240, 0.15, 1.8),
    Industry("K7020", "物业", "物业服务部", 4, 0.3, 0, 14, 0.9, 3.0),
    Industry("K7030", "房地产经纪", "房产中介店", 3, 3, 0, 18, 1.4, 0.8),
    Industry("L7221", "园区管理", "场地服务部", 1, 0.1, 0, 35, 0.3, 1.2),
    Industry("L7241", "财税咨询", "代账服务部", 5, 1.5, 0, 16, 1.4, 0.8),
    Industry("L7259", "广告传媒", "广告部", 12, 6, 0, 24, 1.4, 0.7),
    Industry("L7299", "企业服务", "服务部", 12, 3, 0, 22, 1.2, 0.9),
    Industry("M7320", "工程技术", "技术工作室", 3, 0.1, 0, 38, 0.9, 1.0, 1.0),
    Industry("M7330", "农业科技", "农技服务部", 3, 0.3, 2, 30, 0.8, 0.9, 0.8),
    Industry("M7452", "检测技术", "检测服务部", 1.5, 0.1, 0, 32, 0.8, 1.6, 0.6),
    Industry("M7484", "工程设计", "设计室", 3, 0.3, 0, 34, 1.0, 1.1, 0.3),
    Industry("M7492", "创意设计", "设计工作室", 3, 2, 0, 24, 1.4, 0.7, 0.1),
    Industry("M7512", "生物科技", "生物技术服务部", 3, 0.1, 0.3, 40, 0.9, 1.0, 0.9),
    Industry("M7540", "创业服务", "创业服务部", 0.8, 0, 0, 30, 0.4, 1.0, 0.2),
    Industry("N7723", "环保科技", "环保服务部", 2, 0.2, 0, 45, 0.6, 1.5, 0.4),
    Industry("N7820", "环境服务", "保洁服务部", 3, 0.5, 0, 14, 1.0, 3.0),
    Industry("O8010", "家政", "家政服务部", 3, 5, 0, 12, 1.6, 1.4),
    Industry("O8040", "美容", "理发店", 2, 22, 0, 12, 1.6, 1.0),
    Industry("O8111", "汽车维修", "汽修店", 4, 16, 0, 20, 1.2, 1.0),
    Industry("O8131", "家电服务", "家电维修店", 1, 8, 0, 14, 1.4, 0.8),
    Industry("P8391", "教育科技", "培训中心", 4, 1.5, 0, 16, 1.2, 1.6),
    Industry("Q8412", "医院管理", "中医诊所", 1, 1, 0, 28, 0.7, 4.0),
    Industry("Q8425", "门诊", "诊所", 1, 3, 0, 22, 1.0, 1.4),
    Industry("Q8514", "养老服务", "养老院", 1, 0.4, 0, 14, 0.5, 2.2),
    Industry("R8890", "文化传播", "文化工作室", 7, 2, 0, 20, 1.2, 0.7),
    Industry("R8930", "体育", "健身馆", 2, 2, 0, 14, 0.8, 1.0),
    Industry("R9013", "网咖", "网吧", 0.5, 2, 0, 14, 0.6, 0.9),
)


@dataclass(frozen=True)
class IndustryTable:
    """The industries as columns, one value an industry."""

    rows: tuple[Industry, ...] = INDUSTRIES

    def index(self, code: str) -> int:
        return next(place for place, row in enumerate(self.rows) if row.code == code)

    @cached_property
    def weights(self) -> Floats:
        """Shape (3, industries): companies, individual businesses, cooperatives."""
        return np.array([[row[column] for row in self.rows] for column in (3, 4, 5)], np.float64)

    def column(self, name: str) -> Floats:
        return np.array([getattr(row, name) for row in self.rows], np.float64)

    @cached_property
    def sector(self) -> Ints:
        """The letter of each industry's section as its code point: ord("C") is manufacturing."""
        return np.array([ord(row.code[0]) for row in self.rows], np.int64)

    def within(self, *prefixes: str) -> Mask:
        """Which industries' codes begin with one of the prefixes."""
        return np.array([row.code.startswith(prefixes) for row in self.rows], bool)
