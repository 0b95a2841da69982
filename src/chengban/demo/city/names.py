"""Names of people and firms, put together from syllables. A name that someone bears is met by chance only."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chengban.demo.city.chance import Chance, weighted
from chengban.demo.city.columns import Ints, Text, choose, joined
from chengban.demo.city.identifiers import rank_within

_SURNAMES = tuple(
    "王李张刘陈杨赵孙周吴徐马朱胡郭高林何宋于郑罗梁谢唐许冯韩邓曹彭曾肖田董潘袁蔡蒋余杜叶程魏苏吕丁任沈姚卢姜崔谭"
    "陆范汪廖石金韦贾夏付方邹熊白孟秦邱江尹薛闫段侯雷史陶黎贺顾毛郝龚邵万钱覃武戴孔汤庞樊兰殷施洪翟安颜倪严牛温"
)
_MALE = tuple("伟强磊军洋勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆旭宁龙林建国庆志海东文博成立新泽瑞轩昊然晨阳")
_FEMALE = tuple("芳娜敏静丽艳娟霞秀兰玉英红梅洁玲燕萍雪琳颖慧倩婷欣怡佳妍梦思雨涵诗彤晴月淑云凤莉晓春清荷")
_FIRST = tuple(
    "恒衡瀚泓浩宏弘鸿华辉汇惠嘉佳建金锦景聚凯康科坤蓝朗乐立利联隆鲁茂美明铭诺鹏齐启勤青庆荣瑞润晟盛圣硕泰腾天通"
    "同旺伟祥翔欣新鑫信兴旭轩雅阳耀亿益颐逸盈永优宇裕誉元远悦云运泽正志智中众卓湖岱沂汶泗徒骇黄漳卫古楼光岳"
)
_SECOND = tuple(
    "安邦博昌辰晨成诚澄川创达道德鼎东栋发帆方飞丰枫峰富冠光贵国海航和恒弘鸿华辉嘉佳健江捷景境凯康来蓝澜力丽霖隆麓"
    "茂美明铭楠宁诺派鹏平启谦桥勤然荣锐瑞润森善晟盛胜舜顺硕思颂泰坦特腾天铁同图旺维伟祥欣鑫信兴旭雅岩扬业宜亿"
)
_TWO = len(_FIRST) * len(_SECOND)
_SPACE = _TWO * 24
_STEP = 1_000_003
_SHORT_SHARE = 0.85


def person_names(chance: Chance, male: NDArray[np.bool_]) -> tuple[Text, Ints]:
    """A name a person, and the index of its surname."""
    rng = chance.of("person names")
    count = len(male)
    surname = weighted(rng, count, 1.0 / (np.arange(len(_SURNAMES)) + 3.0))
    given = np.where(male, rng.integers(0, len(_MALE), count), len(_MALE) + rng.integers(0, len(_FEMALE), count))
    more = np.where(male, rng.integers(0, len(_MALE), count), len(_MALE) + rng.integers(0, len(_FEMALE), count))
    words = _MALE + _FEMALE
    second = np.where(rng.random(count) < 0.22, len(words), more)
    return joined(choose(_SURNAMES, surname), choose(words, given), choose((*words, ""), second)), surname


def trade_names(chance: Chance, group: NDArray[Any]) -> Text:
    """A trade name (字号) a firm, no two alike within a group (county and line of business)."""
    group = np.asarray(group, np.int64)
    place = rank_within(group) * _STEP + group * 7919 + chance.of("trade names").integers(0, _SPACE)
    short = chance.of("short names").random(len(group)) < _SHORT_SHARE
    serial = place % _SPACE
    first = serial % len(_FIRST)
    second = serial // len(_FIRST) % len(_SECOND)
    third = serial // _TWO
    crowded = rank_within(group * _TWO + serial % _TWO) > 0
    tail = np.where(short & ~crowded, len(_SECOND), (second + 1 + third * 5) % len(_SECOND))
    return joined(choose(_FIRST, first), choose(_SECOND, second), choose((*_SECOND, ""), tail))
