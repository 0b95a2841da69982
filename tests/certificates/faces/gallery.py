"""Six certificates of people and firms that do not exist, one of each kind of face."""

import struct
import zlib
from datetime import date

from chengban.certificates.faces import Face

SCOPE = (
    "许可项目：食品销售；餐饮服务；食品互联网销售；酒类经营；第二类增值电信业务；道路货物运输（不含危险货物）；城市配送运输服务（不含危险货物）；"
    "药品零售；第三类医疗器械经营。（依法须经批准的项目，经相关部门批准后方可开展经营活动，具体经营项目以相关部门批准文件或许可证件为准）"
    "一般项目：技术服务、技术开发、技术咨询、技术交流、技术转让、技术推广；软件开发；人工智能应用软件开发；信息系统集成服务；物联网技术研发；"
    "互联网销售（除销售需要许可的商品）；食品销售（仅销售预包装食品）；农副产品销售；新鲜水果批发；新鲜蔬菜零售；水产品批发；日用百货销售；"
    "办公用品销售；“阿胶”系列保健食品（预包装）销售；会议及展览服务；组织文化艺术交流活动；广告设计、代理；广告制作；企业管理咨询；"
    "供应链管理服务；国内货物运输代理；普通货物仓储服务（不含危险化学品等需许可审批的项目）；非居住房地产租赁；机械设备租赁。"
    "（除依法须经批准的项目外，凭营业执照依法自主开展经营活动）"
)
CHECK = "https://chengban.example/v/"


def portrait(width: int = 150, height: int = 200) -> bytes:
    """A made-up photo: a grey figure before a pale blue ground, as PNG."""
    rows = b"".join(b"\0" + b"".join(_pixel(x / width, y / height) for x in range(width)) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")


def _pixel(x: float, y: float) -> bytes:
    head = ((x - 0.5) / 0.19) ** 2 + ((y - 0.38) / 0.2) ** 2 < 1
    body = ((x - 0.5) / 0.38) ** 2 + ((y - 1.02) / 0.38) ** 2 < 1
    return bytes((118, 132, 138)) if head or body else bytes((205, 222, 228))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


LICENCE = Face(
    title="营业执照",
    copy_mark="副本",
    number="91371500MA3EXAMPL0",
    issuer="聊城市行政审批服务局",
    issued_on=date(2025, 11, 18),
    holder="聊城市水城明珠食品科技有限公司",
    layout="landscape",
    tone="lake",
    seal="聊城市行政审批服务局印",
    identifier="1.2.156.3005.2.11100000MB03271699001.371500.000000016.001.9",
    qr=CHECK + "QmZ5b0J1c2luZXNzTGljZW5jZS0wMDE",
    watermark="演示",
    lines=(
        ("名称", "聊城市水城明珠食品科技有限公司"),
        ("统一社会信用代码", "91371500MA3EXAMPL0"),
        ("注册资本", "伍佰万元整"),
        ("类型", "有限责任公司（自然人投资或控股）"),
        ("成立日期", "2016年8月12日"),
        ("法定代表人", "司马文渊"),
        ("营业期限", "长期"),
        ("住所", "山东省聊城市东昌府区柳园街道湖南西路与卫育路交叉口向北200米路东水城产业园3号楼2单元1506室"),
        ("经营范围", SCOPE),
    ),
)

IDENTITY = Face(
    title="居民身份电子凭证",
    number="SF3715-2025-0007321",
    issuer="聊城市公安局",
    issued_on=date(2025, 3, 6),
    holder="买买提·吐尔逊",
    layout="card",
    tone="lake",
    valid_from=date(2025, 3, 6),
    valid_until=date(2035, 3, 6),
    seal="聊城市公安局",
    photo=portrait(),
    identifier="1.2.156.3005.2.11100000MB03271699010.371500.000007321.001.K",
    qr=CHECK + "SUQtMDAwNzMyMQ",
    lines=(
        ("姓名", "买买提·吐尔逊"),
        ("性别", "男"),
        ("民族", "维吾尔族"),
        ("出生", "1990年5月21日"),
        ("号码", "371500********001X"),
        ("住址", "山东省聊城市东昌府区古楼街道东关街18号院2号楼3单元401室"),
    ),
)

MARRIAGE = Face(
    title="结婚证",
    number="J371502-2025-000521",
    issuer="聊城市东昌府区民政局婚姻登记处",
    issued_on=date(2025, 5, 20),
    holder="欧阳𠮷、李明月",
    layout="landscape",
    tone="cinnabar",
    seal="东昌府区民政局婚姻登记专用章",
    subtitle="结婚申请，符合《中华人民共和国民法典》规定，予以登记，发给此证",
    qr=CHECK + "TUFSUklBR0UtMDAwNTIx",
    photo=portrait(200, 140),
    identifier="1.2.156.3005.2.11100000MB03271699020.371502.000000521.001.3",
    lines=(
        ("持证人", "欧阳𠮷、李明月"),
        ("登记日期", "2025年5月20日"),
        ("结婚证字号", "J371502-2025-000521"),
        ("姓名", "欧阳𠮷"),
        ("姓名", "李明月"),
        ("性别", "男"),
        ("性别", "女"),
        ("出生日期", "1996年2月14日"),
        ("出生日期", "1997年9月3日"),
        ("身份证件号", "371502********0017"),
        ("身份证件号", "371502********0024"),
    ),
)

FOOD = Face(
    title="食品经营许可证",
    number="JY23715020012345",
    issuer="聊城市东昌府区行政审批服务局",
    issued_on=date(2025, 7, 1),
    holder="东昌府区老城根羊汤馆",
    layout="landscape",
    tone="pine",
    copy_mark="正本",
    valid_from=date(2025, 7, 1),
    valid_until=date(2030, 6, 30),
    seal="聊城市东昌府区行政审批服务局",
    qr=CHECK + "Rk9PRC0yMDAxMjM0NQ",
    identifier="1.2.156.3005.2.11100000MB03271699022.371502.000012345.001.7",
    lines=(
        ("经营者名称", "东昌府区老城根羊汤馆"),
        ("社会信用代码", "92371502MA3EXAMPL1"),
        ("法定代表人", "孙大勇"),
        ("主体业态", "餐饮服务经营者（小型餐馆）"),
        ("住所", "聊城市东昌府区古楼街道楼东大街66号"),
        ("经营场所", "聊城市东昌府区古楼街道楼东大街66号一层"),
        ("经营项目", "热食类食品制售；冷食类食品制售（含冷加工操作）；自制饮品制售"),
        ("日常监督机构", "东昌府区市场监督管理局古楼所"),
        ("投诉电话", "12315"),
    ),
)

TECH = Face(
    title="高新技术企业证书",
    number="GR202537001234",
    issuer="山东省高新技术企业认定管理机构",
    issued_on=date(2025, 12, 1),
    holder="山东水城智造精密轴承股份有限公司",
    layout="portrait",
    tone="gold",
    valid_from=date(2025, 12, 1),
    valid_until=date(2028, 11, 30),
    subtitle="Certificate of High and New Technology Enterprise",
    seal="高新技术企业认定专用章",
    qr=CHECK + "R1IyMDI1MzcwMDEyMzQ",
    identifier="1.2.156.3005.2.11100000MB03271699031.370000.000001234.001.5",
    lines=(
        ("企业名称", "山东水城智造精密轴承股份有限公司"),
        ("技术领域", "先进制造与自动化／高性能、智能化仪器仪表"),
        ("认定年度", "2025年"),
    ),
)

PROPERTY = Face(
    title="不动产权证书",
    number="鲁（2025）聊城市不动产权第0012345号",
    issuer="聊城市自然资源和规划局",
    issued_on=date(2025, 9, 9),
    holder="诸葛文竹、上官云霞",
    layout="portrait",
    tone="plum",
    seal="聊城市不动产登记专用章",
    qr=CHECK + "UFJPUC0wMDEyMzQ1",
    identifier="1.2.156.3005.2.11100000MB03271699040.371500.000012345.001.2",
    lines=(
        ("权利人", "诸葛文竹、上官云霞"),
        ("共有情况", "共同共有"),
        ("坐落", "聊城市东昌府区凤凰街道东昌湖北岸水韵园12号楼1单元1702室"),
        ("不动产单元号", "371502 004012 GB00036 F00120017"),
        ("权利类型", "国有建设用地使用权／房屋（构筑物）所有权"),
        ("权利性质", "出让／市场化商品房"),
        ("用途", "城镇住宅用地／住宅"),
        ("面积", "共有宗地面积：38216.50㎡／房屋建筑面积：128.36㎡"),
        ("使用期限", "国有建设用地使用权 2013年4月2日起2083年4月1日止"),
        (
            "权利其他状况",
            "房屋结构：钢筋混凝土结构；专有建筑面积：98.71㎡，分摊建筑面积：29.65㎡；"
            "房屋总层数：26层，所在层：17层；房屋竣工时间：2018年。",
        ),
        ("附记", "本证书由电子登记簿生成，与纸质证书具有同等效力。"),
    ),
)

GALLERY = {"licence": LICENCE, "identity": IDENTITY, "marriage": MARRIAGE, "food": FOOD, "tech": TECH, "property": PROPERTY}
