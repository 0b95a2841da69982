"""The named firms and people of every synthetic city: the same in each, whatever its size and seed. None of them exists.

Demonstrations, documents and tests use them by these names. What happens to them in the registers of events stands in
`cast_rows`; what they are stands here.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from chengban.demo.city.books import Books
from chengban.demo.city.columns import Mask, day_number
from chengban.demo.city.firms import FORMS, Firms
from chengban.demo.city.industries import IndustryTable
from chengban.demo.city.people import DEGREES, People
from chengban.demo.city.places import Places
from chengban.demo.city.research import Research
from chengban.demo.city.work import CATEGORIES, Work


@dataclass(frozen=True, slots=True)
class NamedPerson:
    citizen_id: str
    name: str
    county: str
    town: str
    degree: str
    graduated: date
    category: str | None = None
    works_for: int | None = None
    """Place in FIRMS."""
    since: date | None = None
    veteran: bool = False
    married: bool = True

    @property
    def born(self) -> date:
        return date(int(self.citizen_id[6:10]), int(self.citizen_id[10:12]), int(self.citizen_id[12:14]))

    @property
    def male(self) -> bool:
        return int(self.citizen_id[16]) % 2 == 1


@dataclass(frozen=True, slots=True)
class NamedFirm:
    """Money in 元; triples are 2022, 2023, 2024; `staff` and `insured` go on to 2025."""

    uscc: str
    name: str
    form: str
    industry: str
    county: str
    town: str
    founded: date
    capital: int
    head: int
    """Place in PEOPLE of the legal representative or operator."""
    staff: tuple[int, int, int, int]
    insured: tuple[int, int, int, int]
    revenue: tuple[int, int, int]
    profit: tuple[int, int, int]
    assets: tuple[int, int, int]
    debt_ratio: float
    wages: tuple[int, int, int]
    general_vat: bool
    rd_expense: tuple[int, int, int] = (0, 0, 0)
    rd_staff: int = 0
    sci_tech_staff: int = 0
    hitech_income_ratio: float = 0.0
    high_tech: bool = False
    tech_sme: bool = False


CITIZEN, AGENT, CARRIER, MAKER, FARMER, COOK, SEEKER, GRADUATE, VETERAN = range(9)
PEOPLE = (
    NamedPerson("371502199904179986", "周清荷", "371502", "371502009", "硕士", date(2024, 6, 25), "离校2年内高校毕业生",
                works_for=0, since=date(2024, 8, 1), married=False),
    NamedPerson("371502198503169977", "林知远", "371502", "371502002", "本科", date(2007, 6, 28), works_for=0,
                since=date(2016, 5, 9)),
    NamedPerson("371581198609089970", "何广运", "371581", "371581001", "专科", date(2008, 6, 20), "自主就业退役士兵",
                works_for=2, since=date(2018, 4, 2), veteran=True),
    NamedPerson("371523197811039995", "程砚舟", "371503", "371503001", "硕士", date(2004, 6, 26), works_for=3,
                since=date(2011, 3, 8)),
    NamedPerson("371522196912219978", "宋守田", "371522", "371522105", "初中", date(1985, 6, 30)),
    NamedPerson("371502198705209965", "沈小满", "371502", "371502009", "高中", date(2005, 6, 10), "返乡入乡农民工"),
    NamedPerson("371521197206119986", "冯秋禾", "371521", "371521001", "高中", date(1991, 6, 30), "就业困难人员"),
    NamedPerson("371581200302119979", "韩书宁", "371581", "371581001", "本科", date(2025, 6, 24), "毕业年度高校毕业生",
                works_for=2, since=date(2025, 7, 8), married=False),
    NamedPerson("371581199706239998", "邵平川", "371581", "371581001", "专科", date(2018, 6, 20), "自主就业退役士兵",
                works_for=2, since=date(2025, 3, 3), veteran=True),
)  # fmt: skip
"""A young graduate; the heads of the five firms; a woman who looks for work; two whom the haulier
hired this year."""

TECHNOLOGY, RESTAURANT, LOGISTICS, MATERIALS, VEGETABLES = range(5)
FIRMS = (
    NamedFirm(
        "91371502MX00H8312P", "聊城湖岱自动化有限公司", "有限责任公司", "C4011", "371502", "371502009",
        date(2016, 5, 9), 10_000_000, AGENT, (38, 42, 46, 47), (36, 40, 44, 45),
        (21_600_000, 24_300_000, 28_000_000), (1_310_000, 1_580_000, 1_960_000), (19_500_000, 21_800_000, 24_600_000),
        0.42, (2_660_000, 3_070_000, 3_520_000), True, (1_450_000, 1_720_000, 2_150_000), 3, 15, 0.72, tech_sme=True,
    ),
    NamedFirm(
        "92371502MX013G6263", "东昌府区小满家常菜馆", "个体工商户", "H6210", "371502", "371502009",
        date(2023, 9, 12), 80_000, COOK, (0, 3, 4, 4), (0, 0, 0, 0),
        (0, 160_000, 720_000), (0, 21_000, 118_000), (0, 150_000, 210_000), 0.2, (0, 40_000, 165_000), False,
    ),
    NamedFirm(
        "91371581MX01LQ939C", "临清运河通达物流有限公司", "自然人独资有限责任公司", "G5431", "371581", "371581001",
        date(2018, 4, 2), 5_000_000, CARRIER, (24, 26, 28, 31), (20, 22, 25, 28),
        (16_800_000, 18_100_000, 19_900_000), (410_000, 520_000, 690_000), (14_200_000, 15_100_000, 16_300_000),
        0.55, (1_440_000, 1_640_000, 1_850_000), True,
    ),
    NamedFirm(
        "91371523MX0271C42G", "茌平信岳新材料股份有限公司", "股份有限公司", "C3252", "371503", "371503001",
        date(2011, 3, 8), 60_000_000, MAKER, (186, 198, 212, 220), (180, 192, 206, 214),
        (231_000_000, 258_000_000, 291_000_000), (16_200_000, 19_400_000, 23_800_000),
        (178_000_000, 196_000_000, 219_000_000), 0.46, (14_100_000, 15_900_000, 18_000_000), True,
        (8_900_000, 10_600_000, 12_900_000), 41, 62, 0.83, high_tech=True,
    ),
    NamedFirm(
        "93371522MX02Q9F55L", "莘县守田蔬菜专业合作社", "农民专业合作社", "A0141", "371522", "371522105",
        date(2014, 2, 20), 3_000_000, FARMER, (11, 12, 12, 13), (0, 0, 0, 0),
        (2_100_000, 2_350_000, 2_600_000), (160_000, 175_000, 190_000), (3_400_000, 3_500_000, 3_700_000),
        0.3, (330_000, 360_000, 370_000), False,
    ),
)  # fmt: skip
"""A technology company that lacks two researchers for the high-tech certificate; a restaurant; a haulier; a high-tech maker
whose code still bears the old county; a cooperative."""


def ordinary(count: int, named: int) -> Mask:
    """Everyone but the named, who come first."""
    mask = np.ones(count, bool)
    mask[:named] = False
    return mask


def settle_people(people: People, places: Places) -> None:
    """Put the named people in the first places."""
    for place, person in enumerate(PEOPLE):
        people.numbers[place] = np.frombuffer(person.citizen_id.encode(), np.uint8)
        people.male[place], people.born[place] = person.male, day_number(person.born)
        people.county[place] = list(places.county_codes).index(int(person.county))
        people.town[place] = people.residence_town[place] = _town(places, person.town)
        people.degree[place], people.graduated[place] = DEGREES.index(person.degree), day_number(person.graduated)
        people.veteran[place], people.married[place], people.died[place] = person.veteran, person.married, -1
        people.registered[place] = day_number(person.born) + 20
    people.name = _renamed(people.name, [person.name for person in PEOPLE])
    people.ethnic = _renamed(people.ethnic, ["01"] * len(PEOPLE))


def settle_firms(firms: Firms, places: Places, industries: IndustryTable) -> None:
    """Put the named firms in the first places."""
    for place, firm in enumerate(FIRMS):
        firms.codes[place] = np.frombuffer(firm.uscc.encode(), np.uint8)
        firms.kind[place], firms.form[place] = int(firm.uscc[1]), FORMS.index(firm.form)
        firms.industry[place] = industries.index(firm.industry)
        firms.county[place] = list(places.county_codes).index(int(firm.county))
        firms.town[place], firms.founded[place] = _town(places, firm.town), day_number(firm.founded)
        firms.status[place], firms.closed[place], firms.capital[place] = 0, -1, firm.capital
        firms.staff[:, place] = firm.staff
    firms.name = _renamed(firms.name, [firm.name for firm in FIRMS])


def settle_research(research: Research) -> None:
    for place, firm in enumerate(FIRMS):
        does = firm.rd_staff > 0
        research.researching[place] = research.booked[place] = does
        research.high_tech[place], research.tech_sme[place] = firm.high_tech, firm.tech_sme
        research.hitech_income_ratio[place], research.patents[:, place] = firm.hitech_income_ratio, 0


def settle_books(books: Books, firms: Firms) -> None:
    for place, firm in enumerate(FIRMS):
        books.revenue[:, place], books.profit[:, place] = firm.revenue, firm.profit
        books.assets[:, place], books.main_ratio[:, place] = firm.assets, 0.96
        books.liabilities[:, place] = np.array(firm.assets) * firm.debt_ratio
        books.wages[:, place], books.rd_expense[:, place] = firm.wages, firm.rd_expense
        books.rd_staff[:, place], books.sci_tech_staff[:, place] = firm.rd_staff, firm.sci_tech_staff
        books.restricted[place], firms.general[place] = False, firm.general_vat


def settle_work(work: Work) -> None:
    """Give the named people their firms and the named firms their heads; other staff have been drawn from the city."""
    for place, firm in enumerate(FIRMS):
        work.representative[place] = firm.head
    for place, person in enumerate(PEOPLE):
        work.category[place] = -1 if person.category is None else CATEGORIES.index(person.category)
        if person.works_for is not None and person.since is not None:
            work.employer[place], work.hired[place] = person.works_for, day_number(person.since)
    work.insured[:, : len(FIRMS)] = np.array([firm.insured for firm in FIRMS]).T
    work.insured_now = np.bincount(work.employer[work.employer >= 0], minlength=len(work.insured_now))


def insured_of_strangers() -> list[tuple[int, int, int, int]]:
    """Of each named firm, how many it insures beside the named people, in each year."""
    named = [sum(person.works_for == place for person in PEOPLE) for place in range(len(FIRMS))]
    return [tuple(max(count - named[place], 0) for count in firm.insured) for place, firm in enumerate(FIRMS)]  # type: ignore[misc]


def _town(places: Places, code: str) -> int:
    return next(place for place, (town, _name, _county) in enumerate(places.towns) if town == code)


def _renamed(names: pa.StringArray, first: list[str]) -> pa.StringArray:
    return pa.concat_arrays([pa.array(first, pa.string()), names.slice(len(first))])
