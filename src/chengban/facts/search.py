"""The directory of enterprises (登记信息公示): what the law has every enterprise publish, and finding one in it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from psycopg import sql

from chengban import ledger
from chengban.facts import store
from chengban.facts.frame import Kind, subjects_of
from chengban.facts.reading.grounds import Ground
from chengban.facts.reading.guarding import WEB_ROLE
from chengban.facts.reading.opening import Wanted, begin_reading
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.packs import Pack

MOST = 30
DIRECTORY = "enterprise_directory"
_MAKE = """
DROP VIEW IF EXISTS {view};
CREATE VIEW {view} AS SELECT {fields} FROM {table} WHERE ended IS NULL;
GRANT SELECT ON {view} TO {role};
"""


def make_directory(pack: Pack) -> None:
    """Make the view of the fields that are public of each enterprise: all that may be seen without a reading.

    What an enterprise registers is published by law (市场主体登记管理条例 第三十五条).
    """
    register = pack.registers[pack.city.enterprises.register_]
    public = [field.id for field in register.fields if field.sensitivity == "public"]
    parts = {"view": sql.Identifier(DIRECTORY), "fields": store.names(public), "table": store.table(register)}
    store.raw().execute(sql.SQL(_MAKE).format(**parts, role=sql.Identifier(WEB_ROLE)))


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
        "SELECT uscc, name, county, industry, status FROM {} WHERE (uscc = %s OR uscc LIKE %s OR name LIKE %s)"
        " ORDER BY (name = %s) DESC, length(name), uscc LIMIT %s"
    ).format(sql.Identifier(DIRECTORY))
    safe = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    code = text.upper()
    with transaction.atomic():
        rows = store.raw().execute(statement, [code, f"{safe.upper()}%", f"%{safe}%", text, MOST]).fetchall()
        ledger.append(by, "facts.search_enterprises", f"register:{register.id}", {"found": len(rows)})
    return [_hit(pack, *row) for row in rows]


def names_of(pack: Pack, kind: Kind, subjects: Iterable[str], *, by: Actor, page: str) -> dict[str, str]:
    """The registered names of subjects on a list that its own verb accounts for; one that has none is left out.

    An enterprise's name is in the directory. A person's is read, and the person sees for which `page`.
    """
    wanted = sorted(set(subjects))
    where = subjects_of(pack, kind)
    register = pack.registers[where.register_]
    if not wanted:
        return {}
    if kind == "enterprise":
        return _names(sql.Identifier(DIRECTORY), sql.SQL("true"), register.subject or "", where.name, wanted)
    with transaction.atomic():
        fields = Wanted(fields={register.id: (where.name,)})
        begin_reading(pack, kind, wanted, under=Ground("naming", f"page:{page}"), by=by, on=clock.today(), wanted=fields)
        return _names(store.table(register), sql.SQL("ended IS NULL"), register.subject or "", where.name, wanted)


def _names(table: sql.Identifier, current: sql.SQL, subject: str, name: str, wanted: list[str]) -> dict[str, str]:
    statement = sql.SQL("SELECT {0}, {1} FROM {2} WHERE {3} AND {0} = ANY(%s)").format(
        sql.Identifier(subject), sql.Identifier(name), table, current
    )
    return dict(store.raw().execute(statement, [wanted]).fetchall())


def _hit(pack: Pack, uscc: str, name: str, county: str, industry: str, status: str) -> Hit:
    names = pack.code_names
    return Hit(
        uscc, name, names.get("region", {}).get(county, county), names.get("industry", {}).get(industry, industry),
        names.get("registration_status", {}).get(status, status),
    )  # fmt: skip
