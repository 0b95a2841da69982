"""What has happened to the named firms and people, register by register. Field ids are the registers' own; money in 元."""

from datetime import date
from typing import Any

from chengban.demo.city.cast import (
    CITIZEN,
    COOK,
    FIRMS,
    GRADUATE,
    LOGISTICS,
    MATERIALS,
    PEOPLE,
    RESTAURANT,
    SEEKER,
    TECHNOLOGY,
    VETERAN,
)

Row = dict[str, Any]

_TECH, _MAKER = FIRMS[TECHNOLOGY].uscc, FIRMS[MATERIALS].uscc
_HAUL, _COOK = FIRMS[LOGISTICS].uscc, FIRMS[RESTAURANT].uscc


def _rights(uscc: str, head: str, kind: str, count: int, first: date) -> list[Row]:
    """Rights in force of one kind; the first is the core of the main product."""
    second = kind != "发明专利"
    return [
        {
            "ip_no": f"{head}{number:02}", "uscc": uscc, "name": f"{kind}第{number}件", "kind": kind,
            "class": "二类" if second else "一类", "origin": "自主研发", "applied_on": first,
            "granted_on": first.replace(year=first.year + 1),
            "valid_until": first.replace(year=first.year + (10 if second else 20)),
            "status": "有效", "core": number == 1, "high_value": not second and number == 1,
        }
        for number in range(1, count + 1)
    ]  # fmt: skip


def _hire(uscc: str, person: int, category: str, years: int, months: int, county: str, work: str, wage: int) -> Row:
    hired = PEOPLE[person].since
    return {
        "uscc": uscc, "citizen_id": PEOPLE[person].citizen_id, "hired_on": hired, "employed": True, "category": category,
        "contract_signed": True, "contract_years": years, "contract_from": hired, "insured_months": months, "county": county,
        "occupation": work, "monthly_wage": wage, "subsidy_received": False,
    }  # fmt: skip


def _group(person: int, on: date, department: str, **more: Any) -> Row:
    return {
        "citizen_id": PEOPLE[person].citizen_id, "category": PEOPLE[person].category, "recognised_on": on,
        "valid_until": on.replace(year=on.year + 3), "department": department, "county": PEOPLE[person].county,
        "benefit_months": 0, **more,
    }  # fmt: skip


CAST_ROWS: dict[str, list[Row]] = {
    "intellectual_property": [
        *_rights(_TECH, "HD-FM", "发明专利", 1, date(2021, 3, 15)),
        *_rights(_TECH, "HD-XY", "实用新型专利", 6, date(2020, 9, 8)),
        *_rights(_TECH, "HD-RZ", "软件著作权", 3, date(2022, 5, 20)),
        *_rights(_MAKER, "XY-FM", "发明专利", 5, date(2019, 4, 10)),
        *_rights(_MAKER, "XY-XY", "实用新型专利", 14, date(2018, 8, 6)),
    ],
    "gradient_cultivation": [
        {
            "uscc": _TECH, "year": 2025, "reviewed_on": date(2025, 6, 18), "niche_market": "包装产线自动控制", "niche_since": 2017,
            "lead_product": "包装产线控制系统", "product_in_key_field": True, "own_brand": True, "market_share_national": "0.02",
            "market_share_province": "0.09", "market_rank": 14, "main_product_revenue": 21_000_000, "supply_chain_leader": False,
            "digital_level": 3, "quality_certified": True, "product_domain_score": 10, "zjtx_score": 63,
            "zjtx_development_score": 58, "hitech_innovation_score": "78.5", "core_field_supported": True,
        },
        {
            "uscc": _MAKER, "year": 2025, "reviewed_on": date(2025, 6, 20), "niche_market": "汽车轻量化铝材", "niche_since": 2013,
            "lead_product": "汽车结构件铝型材", "product_in_key_field": True, "own_brand": True, "market_share_national": "0.11",
            "market_share_province": "0.34", "market_rank": 3, "main_product_revenue": 246_000_000, "supply_chain_leader": True,
            "digital_level": 3, "quality_certified": True, "product_domain_score": 10, "zjtx_score": 78,
            "zjtx_development_score": 71, "hitech_innovation_score": 86, "core_field_supported": True,
        },
    ],
    "hitech_certificates": [
        {
            "certificate_no": f"GR{year}37900001", "uscc": _MAKER, "year": year, "issued_on": date(year, 11, 29),
            "valid_until": date(year + 3, 11, 28), "renewal": year == 2023, "field": "新材料",
            "status": "有效" if year == 2023 else "过期", "score": 82, "core_field_supported": True,
        }
        for year in (2020, 2023)
    ],
    "enterprise_titles": [
        {
            "title_no": "CH99900001", "uscc": _MAKER, "kind": "先进制造业加计抵减名单", "level": "省级", "year": 2025,
            "granted_on": date(2025, 5, 12), "valid_until": date(2025, 12, 31), "department": "工业和信息化", "status": "有效",
        },
        {
            "title_no": "CH99900002", "uscc": _MAKER, "kind": "专精特新中小企业", "level": "省级", "year": 2024,
            "granted_on": date(2024, 7, 8), "valid_until": date(2027, 7, 7), "department": "工业和信息化", "status": "有效",
        },
        {
            "title_no": "CH99900003", "uscc": _TECH, "kind": "创新型中小企业", "level": "省级", "year": 2024,
            "granted_on": date(2024, 8, 19), "valid_until": date(2027, 8, 18), "department": "工业和信息化", "status": "有效",
        },
    ],
    "innovation_platforms": [
        {
            "platform_no": "PT3715X0001", "uscc": _MAKER, "name": "聊城市汽车轻量化铝材技术中心", "kind": "企业技术中心",
            "level": "省级",
            "recognised_on": date(2021, 12, 6), "valid_until": date(2030, 12, 5), "instruments": 11, "status": "有效",
        },
    ],
    "innovation_vouchers": [
        {
            "order_no": "DD3715X0001", "uscc": _TECH, "platform_registered": True, "provider": "鲁西检验检测中心",
            "instrument_no": "YQ00117", "instrument_on_platform": True, "ordered_on": date(2025, 4, 9),
            "finished_on": date(2025, 4, 28), "fee": 36_000, "voucher_no": "CXQX0001", "voucher_amount": 14_400, "status": "核销",
        },
    ],
    "tech_contracts": [
        {
            "contract_no": "2025371500900001", "uscc": _TECH, "counterparty": FIRMS[MATERIALS].name, "name": "挤压产线控制系统开发",
            "type": "技术开发", "side": "卖方", "signed_on": date(2025, 3, 21), "registered": True,
            "registered_on": date(2025, 4, 7),
            "in_writing": True, "amount": 860_000, "technical_amount": 640_000, "income": 420_000,
        },
    ],
    "enterprise_financing": [
        {
            "financing_no": "KDX0000001", "uscc": _TECH, "kind": "科技成果转化贷款", "provider": "运河农村商业银行",
            "qualified_institution": False, "amount": 3_000_000, "paid_on": date(2025, 5, 16), "due_on": date(2026, 5, 15),
            "rate": "0.036", "use": "研发", "interest_paid": 58_500, "repaid_on_time": True, "provincial_record": True,
        },
    ],
    "disability_employment": [
        {
            "uscc": _MAKER, "year": 2024, "reviewed_on": date(2025, 4, 22), "employees": 206, "disabled_employees": 2,
            "severe_disabled": 0, "contract_years": 2, "disabled_wages": 98_000, "insured": True, "counted": 2,
        },
    ],
    "customs_trade": [
        {
            "uscc": _MAKER, "year": 2024, "customs_code": "3715960001", "recorded_on": date(2013, 5, 6), "exports_usd": 4_200_000,
            "imports_usd": 300_000, "trade_usd": 4_500_000, "main_market": "欧盟", "exhibitions": 2, "exhibition_cost": 118_000,
            "credit_grade": "高级认证企业",
        },
    ],
    "hires": [
        _hire(_TECH, CITIZEN, "离校2年内高校毕业生", 3, 15, "371502", "技术员", 7200),
        _hire(_HAUL, VETERAN, "自主就业退役士兵", 3, 8, "371581", "驾驶员", 6100),
        _hire(_HAUL, GRADUATE, "毕业年度高校毕业生", 3, 4, "371581", "调度员", 4900),
    ],
    "key_groups": [
        _group(CITIZEN, date(2024, 7, 2), "人力资源社会保障"),
        _group(COOK, date(2023, 8, 15), "人力资源社会保障"),
        _group(SEEKER, date(2025, 2, 10), "人力资源社会保障", unemployed_since=date(2024, 11, 20),
            certificate_no="371500202599000001"),
        _group(GRADUATE, date(2025, 7, 1), "人力资源社会保障"),
        _group(VETERAN, date(2025, 1, 6), "退役军人事务"),
    ],
    "startups": [
        {
            "citizen_id": PEOPLE[COOK].citizen_id, "uscc": _COOK, "entity_type": "个体工商户", "registered_on": date(2023, 9, 12),
            "first_time": True, "legal_rep_changed": False, "employee_pension_months": 0, "self_paid_months": 26, "jobs": 4,
            "other_loans": False, "subsidised_loans": 0, "loan_balance": 0, "subsidy_paid": 0,
        },
    ],
}  # fmt: skip
