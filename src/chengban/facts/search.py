"""Finding an enterprise by name or by unified social credit code, for those whose office it is."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from psycopg import sql

from chengban import ledger
from chengban.facts import store
from chengban.facts.frame import Kind, subjects_of
from chengban.ledger import Actor
from chengban.packs import Pack

MOST = 30


@dataclass(frozen=True, slots=True)
class Hit:
    """An enterprise that was found: public facts only."""

    id: str
    name: str
    county: str
    industry: str
    status: str


def find_enterprises(pack: Pack, text: str, *, by: Actor) -> list[Hit]:
    """At most `MOST` enterprises whose name holds `text`, or whose code begins with it; the search is recorded."""
    register = pack.registers[pack.city.enterprises.register_]
    statement = sql.SQL(
        "SELECT uscc, name, county, industry, status FROM {} WHERE ended IS NULL AND (uscc = %s OR uscc LIKE %s OR name LIKE %s)"
        " ORDER BY (name = %s) DESC, length(name), uscc LIMIT %s"
    ).format(store.table(register))
    safe = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    code = text.upper()
    with transaction.atomic():
        rows = store.raw().execute(statement, [code, f"{safe.upper()}%", f"%{safe}%", text, MOST]).fetchall()
        ledger.append(by, "facts.search_enterprises", f"register:{register.id}", {"found": len(rows)})
    return [_hit(pack, *row) for row in rows]


def names_of(pack: Pack, kind: Kind, subjects: Iterable[str]) -> dict[str, str]:
    """The registered names of subjects, for lists that their own verb accounts for; one that has none is left out."""
    where = subjects_of(pack, kind)
    register = pack.registers[where.register_]
    wanted = list(subjects)
    statement = sql.SQL("SELECT {0}, {1} FROM {2} WHERE ended IS NULL AND {0} = ANY(%s)").format(
        sql.Identifier(register.subject or ""), sql.Identifier(where.name), store.table(register)
    )
    return dict(store.raw().execute(statement, [wanted]).fetchall()) if wanted else {}


def _hit(pack: Pack, uscc: str, name: str, county: str, industry: str, status: str) -> Hit:
    names = pack.code_names
    return Hit(
        uscc, name, names.get("region", {}).get(county, county), names.get("industry", {}).get(industry, industry),
        names.get("registration_status", {}).get(status, status),
    )  # fmt: skip
