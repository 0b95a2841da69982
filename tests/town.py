"""A town of three firms and one citizen, none of whom exist: enough for each page to have something to say.

清荷 qualifies for the job stabilisation refund, 古柳 is one step away from it, and of 东关 the city knows little but its name.
"""

import csv
from datetime import date
from pathlib import Path
from typing import Any

from stdnum.cn import ric, uscc

from chengban import packs
from chengban.facts import store
from chengban.facts.ingest.load import load_file
from chengban.facts.reading.grounds import Ground
from chengban.facts.search import make_directory
from chengban.ledger import Actor
from chengban.packs import Pack

ON = date(2025, 12, 1)
BY = Actor.system("tests")
UPKEEP = Ground("upkeep", "process:tests")
"""On what ground tests read files."""


def _firm(number: int) -> str:
    stem = f"91371502MA3C00{number:03d}"
    return stem + str(uscc.calc_check_digit(stem))


def _citizen(stem: str) -> str:
    return stem + str(ric.calc_check_digit(f"{stem}0"))


LOTUS, WILLOW, EASTGATE = _firm(1), _firm(2), _firm(3)
CITIZEN = _citizen("37150219900307002")


def _registration(code: str, name: str, industry: str) -> dict[str, Any]:
    return {
        "uscc": code, "name": name, "entity_type": "公司", "status": "存续", "founded_on": "2016-03-01", "county": "371502",
        "industry": industry, "foreign_invested": "否", "listed": "否",
    }  # fmt: skip


def _insurance(code: str, months: int, premium: int) -> dict[str, Any]:
    return {
        "uscc": code, "year": 2024, "insured_average": 24, "insured_now": 25, "unemployment_months": months,
        "unemployment_premium": premium, "laid_off": 0,
    }  # fmt: skip


def _tax(code: str) -> dict[str, Any]:
    return {
        "uscc": code, "taxpayer_status": "正常", "vat_type": "小规模", "collection_mode": "查账征收",
        "resident_enterprise": "是", "registered_on": "2016-03-10", "last_quarter_vat_sales": "260000.00",
    }  # fmt: skip


def _report(code: str) -> dict[str, Any]:
    return {
        "uscc": code, "year": 2024, "reported_on": "2025-05-20", "employees": 25, "revenue": "8600000.00",
        "sales_revenue": "8600000.00", "total_assets": "5200000.00",
    }  # fmt: skip


ROWS: dict[str, list[dict[str, Any]]] = {
    "legal_persons": [
        _registration(LOTUS, "聊城清荷软件有限公司", "I6513"),
        _registration(WILLOW, "聊城古柳机械有限公司", "C3411"),
        _registration(EASTGATE, "聊城东关商贸有限公司", "F5199"),
        _registration("91371502MA3C00999X", "代码写错的公司", "F5199"),
    ],
    "annual_reports": [_report(LOTUS), _report(WILLOW)],
    "social_insurance_employer": [_insurance(LOTUS, 12, 36_000), _insurance(WILLOW, 6, 18_000)],
    "tax_registration": [_tax(LOTUS), _tax(WILLOW)],
    "population": [
        {
            "citizen_id": CITIZEN, "name": "周清荷", "sex": "2", "born_on": "1990-03-07", "household_county": "371502",
            "registered_on": "1990-04-01",
        }
    ],
}  # fmt: skip


def build(folder: Path, pack: Pack | None = None) -> Pack:
    """Make the registers' tables and load the town's rows; one row, whose code is wrong, is kept out."""
    pack = pack or packs.current()
    store.make_tables(pack.registers.values())
    make_directory(pack)
    for name, rows in ROWS.items():
        load_file(pack, pack.registers[name], _file(folder / f"{name}.csv", rows), by=BY, on=ON)
    return pack


def _file(path: Path, rows: list[dict[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path
