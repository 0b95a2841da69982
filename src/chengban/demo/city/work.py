"""Who owns, leads and works in which firm, and who belongs to a recognised group."""

from dataclasses import dataclass

import numpy as np

from chengban.demo.city.chance import Chance, days_between, spread
from chengban.demo.city.columns import Ints, Mask, year_of
from chengban.demo.city.firms import COOPERATIVE, INDIVIDUAL, Firms
from chengban.demo.city.people import People

_OWNERS = 0.88
"""People who lead a firm ÷ firms: some lead two."""
CATEGORIES = (
    "毕业年度高校毕业生", "离校2年内高校毕业生", "离校两年内未就业高校毕业生", "自主就业退役士兵", "退役军人",
    "16-24岁登记失业青年",
    "登记失业半年以上", "城镇登记失业人员", "就业困难人员", "就业困难人员(含残疾人)", "脱贫人口", "返乡创业农民工",
    "返乡入乡农民工",
    "零就业/低保家庭登记失业", "网络商户", "农村自主创业农民", "刑满释放人员", "化解过剩产能企业职工和失业人员",
    "高校毕业生(含大学生村官、留学回国)",
)  # fmt: skip
_GROUP_SHARE = 0.05
_GROUP_WEIGHTS = np.array([24, 16, 10, 8, 14, 10, 8, 2, 4, 4, 1, 2, 4], np.float64)
"""Of the categories from 登记失业半年以上 on."""


@dataclass
class Work:
    """The ties between people and firms."""

    representative: Ints
    """A person for each firm: 法定代表人, 经营者."""
    employer: Ints
    """A firm for each person whom it insures now, or -1."""
    insured: Ints
    """Average insured headcount of shape (years, firms) over YEARS; 0 where the firm insures nobody."""
    insured_now: Ints
    """Insured headcount at the end of the last month, shape (firms,): as many people have the firm as employer."""
    category: Ints
    """Place in CATEGORIES for each person, or -1."""
    hired: Ints
    """Day on which each person with an employer was hired; -1 for others."""

    @property
    def employed(self) -> Ints:
        """The people who have an employer, ordered."""
        return np.flatnonzero(self.employer >= 0)


def hands_of(people: People, firms: int, on: int) -> int:
    """How many people companies can employ, when the owners are taken out."""
    return int(0.8 * (_working_age(people, on).sum() - 0.6 * firms))


def make_work(chance: Chance, people: People, firms: Firms, ordinary: Mask, named: Ints, on: int) -> Work:
    """Tie people to firms. Only `ordinary` people are drawn, the named ones get their places from the cast.

    `named` of shape (years, named firms) is how many drawn people the first firms insure.
    """
    insured = _insured(chance, firms)
    insured[:, : named.shape[1]] = named
    representative = _representatives(chance, people, len(firms), ordinary, on)
    employer = _employers(chance, people, firms, representative, insured[-1], ordinary, named.shape[1], on)
    now = np.bincount(employer[employer >= 0], minlength=len(firms))
    insured[-1] = np.where(now > 0, np.maximum(insured[-1], 1), 0)
    return Work(
        representative=representative, employer=employer, insured=insured, insured_now=now,
        category=_categories(chance, people, ordinary, on), hired=_hired(chance, people, firms, employer, on),
    )  # fmt: skip


def _working_age(people: People, on: int) -> Mask:
    age = people.age(on)
    return (age >= 18) & (age < 60) & (people.died < 0)


def _insured(chance: Chance, firms: Firms) -> Ints:
    rng = chance.of("insured")
    count = len(firms)
    staff = firms.staff
    cover = np.where(staff[-1] >= 10, spread(rng, count, 0.9, 1.0), spread(rng, count, 0.7, 1.0))
    insures = np.select(
        [firms.kind == INDIVIDUAL, firms.kind == COOPERATIVE, staff[-1] < 3],
        [rng.random(count) < 0.06, rng.random(count) < 0.3, rng.random(count) < 0.4], rng.random(count) < 0.93,
    )  # fmt: skip
    wanted = np.maximum(np.floor(staff * cover), 1).astype(np.int64)
    return np.where((staff > 0) & insures.astype(bool), wanted, 0)


def _representatives(chance: Chance, people: People, firms: int, ordinary: Mask, on: int) -> Ints:
    rng = chance.of("representatives")
    age = people.age(on)
    adults = np.flatnonzero((age >= 22) & (age < 72) & (people.died < 0) & ordinary)
    owners = rng.permutation(adults)[: max(int(firms * _OWNERS), 1)]
    again = rng.integers(0, len(owners), max(firms - len(owners), 0))
    return rng.permutation(np.concatenate([owners, owners[again]])[:firms])


def _employers(chance: Chance, people: People, firms: Firms, representative: Ints, insured: Ints, ordinary: Mask,
               named: int, on: int) -> Ints:  # fmt: skip
    rng = chance.of("employers")
    employer = np.full(len(people), -1, np.int64)
    working = _working_age(people, on)
    # A firm's head is the first it insures; who heads two is insured by the later one in the list.
    own = np.flatnonzero((insured > 0) & working[representative] & ordinary[representative])
    employer[representative[own]] = own
    slots = np.repeat(np.arange(len(firms)), insured - np.bincount(employer[employer >= 0], minlength=len(firms)))
    leads = np.zeros(len(people), bool)
    leads[representative] = True
    free = rng.permutation(np.flatnonzero(working & ~leads & ordinary))
    many = min(len(slots), len(free))
    if many < len(slots):  # a small city lacks hands; the named firms, which stand first, get theirs
        slots = np.sort(slots[np.argsort(np.where(slots < named, -1, rng.random(len(slots))), kind="stable")[:many]])
    # Both sides in the order of their counties, loosely: most work where they live.
    near = free[:many][np.argsort(people.county[free[:many]] + 0.9 * rng.standard_normal(many) * (rng.random(many) < 0.2))]
    places = slots[np.argsort(firms.county[slots] + 0.5 * rng.random(many), kind="stable")]
    employer[near] = places
    return employer


def _categories(chance: Chance, people: People, ordinary: Mask, on: int) -> Ints:
    rng = chance.of("categories")
    count = len(people)
    age = people.age(on)
    graduate = (people.degree <= 3) & (people.graduated < on) & (on - people.graduated < 730) & (rng.random(count) < 0.7)
    this_year = year_of(people.graduated) == year_of(np.array([on]))[0]
    veteran = people.veteran & (age < 45) & (rng.random(count) < 0.8)
    young = (age >= 16) & (age <= 24) & (rng.random(count) < 0.06)
    other = (age >= 25) & (age < 60) & (rng.random(count) < _GROUP_SHARE)
    edges = np.cumsum(_GROUP_WEIGHTS) / _GROUP_WEIGHTS.sum()
    drawn = 6 + np.searchsorted(edges, rng.random(count), side="right")
    group = np.select(
        [graduate & this_year, graduate, veteran, young, other],
        [0, 1 + rng.integers(0, 2, count), 3 + (rng.random(count) < 0.3), 5, drawn], -1,
    )  # fmt: skip
    return np.where(ordinary & (people.died < 0), group, -1)


def _hired(chance: Chance, people: People, firms: Firms, employer: Ints, on: int) -> Ints:
    rng = chance.of("hired")
    first = np.maximum(firms.founded[employer], people.born + 18 * 366)
    latest = np.maximum(first, np.where(rng.random(len(employer)) < 0.12, on - 330, on - 12 * 365))
    day = days_between(rng, latest, np.maximum(latest, on - 45), len(employer))
    return np.where(employer >= 0, np.minimum(day, on - 20), -1)
