"""How a register's declared fields are held: in Arrow while loading and matching, in PostgreSQL at rest. One literal table."""

from dataclasses import dataclass

import pyarrow as pa

from chengban.packs.model import FieldType, Register, RegisterField


@dataclass(frozen=True, slots=True)
class Column:
    """The two types of a declared field type."""

    arrow: pa.DataType
    sql: str


COLUMNS: dict[FieldType, Column] = {
    "text": Column(pa.string(), "text"),
    "integer": Column(pa.int64(), "bigint"),
    "decimal": Column(pa.decimal128(24, 6), "numeric(24,6)"),
    "money": Column(pa.decimal128(22, 2), "numeric(22,2)"),
    "date": Column(pa.date32(), "date"),
    "year": Column(pa.int64(), "integer"),
    "month": Column(pa.string(), "text"),
    "boolean": Column(pa.bool_(), "boolean"),
    "code": Column(pa.string(), "text"),
    "uscc": Column(pa.string(), "text"),
    "citizen_id": Column(pa.string(), "text"),
    "phone": Column(pa.string(), "text"),
}


def arrow_type(field: RegisterField) -> pa.DataType:
    return COLUMNS[field.type].arrow


def arrow_schema(register: Register) -> pa.Schema:
    """The register's fields as Arrow columns, in the order of their declaration."""
    return pa.schema([pa.field(field.id, arrow_type(field)) for field in register.fields])
