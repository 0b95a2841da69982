"""A small pack of one register that has a field of every type."""

from datetime import date
from pathlib import Path

import pytest
from django.db import transaction

from chengban.facts import store
from chengban.ledger import Actor
from chengban.packs import Pack, current
from chengban.packs.model import City, CodeSet, FactDeclaration, FactFile, Register

STEWARD = Actor("account", "5")
ON = date(2025, 12, 1)

FIRMS = Register.model_validate(
    {
        "id": "firms",
        "name": "企业样例库",
        "name_en": "Firms",
        "kind": "base",
        "chosen": "ours",
        "department": "market_regulation",
        "about": "enterprise",
        "subject": "uscc",
        "key": ["uscc"],
        "complete": True,
        "refresh_days": 30,
        "sharing": {"type": "unconditional"},
        "confidence": "K",
        "fields": [
            {"id": "uscc", "name": "统一社会信用代码", "name_en": "USCC", "type": "uscc", "required": True},
            {"id": "name", "name": "名称", "name_en": "Name", "type": "text", "required": True, "longest": 20},
            {"id": "staff", "name": "人数", "name_en": "Staff", "type": "integer", "unit": "人", "minimum": 0},
            {"id": "insured", "name": "参保人数", "name_en": "Insured", "type": "integer", "unit": "人"},
            {"id": "sales", "name": "销售额", "name_en": "Sales", "type": "money", "unit": "元"},
            {"id": "founded", "name": "成立日期", "name_en": "Founded", "type": "date"},
            {"id": "county", "name": "县区", "name_en": "County", "type": "code", "codes": "region"},
            {"id": "exporter", "name": "出口", "name_en": "Exporter", "type": "boolean"},
        ],
        "rules": [
            {"id": "insured_within_staff", "rule": "参保人数 <= 人数", "message": "参保人数多于人数", "severity": "reject"},
            {"id": "has_sales", "rule": "销售额 > 0", "message": "没有销售额", "severity": "flag"},
        ],
    }
)
REGIONS = CodeSet.model_validate(
    {
        "id": "region",
        "name": "县区",
        "name_en": "Counties",
        "confidence": "S",
        "items": [{"code": "371502", "name": "东昌府区"}, {"code": "371503", "name": "茌平区"}],
    }
)
WORDS = FactFile.model_validate(
    {
        "topic": "人员",
        "topic_en": "Staff",
        "facts": [
            {"id": "employees", "name": "职工总数", "name_en": "Employees", "type": "number", "unit": "人",
             "enterprise": {"register": "firms", "field": "staff"}},
            {"id": "sales_wan", "name": "销售收入", "name_en": "Sales", "type": "number", "unit": "万元",
             "enterprise": {"register": "firms", "field": "sales"}},
            {"id": "county", "name": "所在县区", "name_en": "County", "type": "string", "codes": "region",
             "enterprise": {"register": "firms", "field": "county"}},
            {"id": "sales_a_head", "name": "人均销售", "name_en": "Sales a head", "type": "number", "unit": "万元",
             "formula": "销售收入 / 职工总数"},
        ],
    }
)  # fmt: skip


@pytest.fixture
def pack(db: None) -> Pack:
    city = City.model_validate(
        {
            "id": "small", "name": "小城", "name_en": "Small", "region": "371500", "counties": ["371502"],
            "county_names": ["东昌府区"], "short_county_names": ["东昌府"], "county_fact": "county", "industry_fact": "county",
            "enterprises": {"register": "firms", "name": "name"}, "people": {"register": "firms", "name": "name"},
        }
    )  # fmt: skip
    made = Pack(
        Path("."), city, registers={"firms": FIRMS}, codes={"region": REGIONS}, topics={"人员": WORDS}, purposes=current().purposes
    )
    made.facts = {fact.id: fact for fact in WORDS.facts}
    with transaction.atomic():
        store.make_tables([FIRMS])
    return made


def declared(pack: Pack, name: str) -> FactDeclaration:
    return pack.facts[name]
