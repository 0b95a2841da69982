"""The FEEL of registers: conditions over a row's fields, by id or Chinese name, at a business date."""

from datetime import date
from functools import lru_cache

from chengban import rules
from chengban.packs.model import Register
from chengban.packs.vocabulary import register_vocabulary


@lru_cache(maxsize=2048)
def _parsed(register: Register, text: str) -> rules.Node:
    vocabulary = register_vocabulary(register)
    return vocabulary.resolve(rules.parse(text, names=(*vocabulary.names, "业务日期", "业务年度")))


def condition_of(register: Register, text: str, on: date) -> rules.Node:
    """The condition with field ids for names, 业务日期 as the business date and 业务年度 as its year."""
    return rules.bind(_parsed(register, text), {"业务日期": on, "业务年度": on.year})
