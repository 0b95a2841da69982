"""Drafts for the tests of drafting and publishing: a whole one, as an officer would fill it in."""

from typing import Any


def whole(policy: str = "P40", version: str = "2026", since: str = "2026-01-01", heads: str = "10") -> dict[str, Any]:
    """A draft with nothing wrong: a grant for firms with many insured, 500 元 a head."""
    example = {"on": since, "expect": "eligible"}
    return {
        "policy": {
            "id": policy, "name": "稳定用工补贴", "name_en": "Grant for steady work", "level": "市", "subject": "enterprise",
            "departments": ["human_resources"], "mode": "免申即享",
        },
        "version": {
            "version": version, "since": since, "sources": [{"title": "聊人社字〔2026〕1号"}],
            "parameters": [
                {"id": "heads", "name": "最低参保人数", "value": heads, "unit": "人"},
                {"id": "per_head", "name": "每人标准", "value": "500", "unit": "元"},
            ],
            "clauses": [
                {
                    "id": "insured", "text": "上年度参保人数达到最低参保人数", "when": "上年度参保人数 >= 最低参保人数",
                    "citation": {"title": "聊人社字〔2026〕1号", "article": "第二条"},
                },
                {
                    "id": "honest", "text": "不是严重失信单位", "when": "not(严重失信主体 = true)",
                    "citation": {"title": "聊人社字〔2026〕1号", "article": "第三条"},
                },
            ],
            "amount": {"kind": "payment", "formula": "上年度参保人数 * 每人标准", "unit": "元", "text": "每人500元。"},
            "delivery": {"period": "year", "budget": "1,000,000", "places": "100", "notice_days": "5"},
        },
        "examples": [
            {**example, "name": "够", "facts": "上年度参保人数 = 12\n严重失信主体 = 否", "amount": "6000"},
            {**example, "name": "不够", "facts": "上年度参保人数：3\n严重失信主体：否", "expect": "ineligible"},
            {**example, "name": "还不知道", "facts": "严重失信主体 = 否", "expect": "unknown"},
        ],
    }  # fmt: skip
