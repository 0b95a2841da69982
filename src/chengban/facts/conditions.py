"""The FEEL of registers: conditions over a row's fields, by id or Chinese name, at a business date."""

from datetime import date
from functools import lru_cache

from chengban import rules
from chengban.packs.model import FieldType, Register

_TYPES: dict[FieldType, str] = {
    "integer": "number",
    "decimal": "number",
    "money": "number",
    "year": "number",
    "date": "date",
    "boolean": "boolean",
}


def vocabulary_of(register: Register) -> rules.Vocabulary:
    """The register's fields as words that its rules may use."""
    return rules.Vocabulary(
        rules.Fact(id=field.id, names=(field.name,), type=_TYPES.get(field.type, "string")) for field in register.fields
    )


@lru_cache(maxsize=2048)
def _parsed(register: Register, text: str) -> rules.Node:
    vocabulary = vocabulary_of(register)
    return vocabulary.resolve(rules.parse(text, names=(*vocabulary.names, "业务日期", "业务年度")))


def condition_of(register: Register, text: str, on: date) -> rules.Node:
    """The condition with field ids for names, 业务日期 as the business date and 业务年度 as its year."""
    return rules.bind(_parsed(register, text), {"业务日期": on, "业务年度": on.year})
