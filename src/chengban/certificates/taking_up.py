"""Taking up what is there (存量制证): a certificate for each row that the registers hold; and the register of certificates
(电子证照库) filled from what was issued, so that facts and officers read it like any other.
"""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection, transaction

from chengban.certificates.domain import issue_all
from chengban.certificates.filling import Filled, condition, end_of, holds, plain, registers_of, type_of
from chengban.certificates.models import Certificate
from chengban.certificates.standing import NAMES, Stands, in_force, stands, with_move
from chengban.facts import store
from chengban.facts.frame import subjects_of
from chengban.facts.ingest.load import Outcome, load_file
from chengban.ledger import Actor
from chengban.lib.identifiers import is_uscc
from chengban.packs import Pack
from chengban.packs.certificates import CertificateType, RegisterPlace

Row = dict[str, Any]
Progress = Callable[[int, int], None]
_PART = 5000
REGISTER = "certificates"
_STATUS = {
    **NAMES,
    Stands.VALID: "有效",
    Stands.EXPIRED: "过期",
    Stands.REVOKED: "撤销",
    Stands.REPLACED: "注销",
    Stands.NOT_YET: "有效",
}


def take_up(pack: Pack, name: str, *, by: Actor, on: date, progress: Progress = lambda done, total: None) -> int:
    """Issue a certificate of the type for each row of which it may be issued and that has none in force; how many.

    What must stand on it and is in no register cannot be made up: such rows are passed over.
    """
    kind = type_of(pack, name)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE certificates_certificate IN SHARE ROW EXCLUSIVE MODE")
        found = list(_candidates(pack, kind, on))
        parts = iter(found)
        done = 0
        while part := list(islice(parts, _PART)):
            issue_all(pack, kind, part, by=by, on=on)
            done += len(part)
            progress(done, len(found))
    return done


def _candidates(pack: Pack, kind: CertificateType, on: date) -> Iterator[Filled]:
    subjects = subjects_of(pack, "person" if kind.holder == "person" else "enterprise")
    registers = dict.fromkeys([subjects.register_, *registers_of(kind)])
    rows = {name: _by_subject(pack, name) for name in registers}
    own = rows[subjects.register_]
    main = kind.number.register_ if kind.number else subjects.register_
    numbers, held = _held(kind, on)
    asked = condition(kind, pack.registers[main], on)
    for subject, several in rows[main].items():
        for row in several:
            theirs = {name: found[subject][-1] if subject in found else {} for name, found in rows.items()} | {main: row}
            made = _filled(kind, subject, own, subjects.name, theirs, on)
            taken = made is None or made.number in numbers or (subject in held and not kind.several)
            if made is not None and not taken and holds(asked, row):
                held.add(subject)
                yield made


def _by_subject(pack: Pack, name: str) -> dict[str, list[Row]]:
    """The register's current rows by their subject, in the order of its key."""
    register = pack.registers[name]
    assert register.subject is not None
    found: dict[str, list[Row]] = defaultdict(list)
    for row in store.read(register, [field.id for field in register.fields], in_order=True).to_pylist():
        found[row[register.subject]].append(row)
    return found


def _held(kind: CertificateType, on: date) -> tuple[set[str], set[str]]:
    """The numbers that were issued, and the subjects that have one in force."""
    known = list(with_move(Certificate.objects.filter(kind=kind.id)))
    return {one.number for one in known}, {one.subject for one in in_force(known, on)}


def _filled(
    kind: CertificateType, subject: str, own: dict[str, list[Row]], name: str, rows: dict[str, Row], on: date
) -> Filled | None:
    """What would stand on it; none where something that must is not known, or it would have ended."""

    def value(place: RegisterPlace | None) -> Any:
        return None if place is None else rows[place.register_].get(place.field)

    claims = {field.id: found for field in kind.fields if (found := value(field.source)) is not None}
    number, issued = value(kind.number), value(kind.issued) or on
    ends = end_of(kind, issued, value(kind.validity.source))
    whole = all(field.id in claims for field in kind.fields if field.required) and (number is not None or kind.number is None)
    if not whole or subject not in own or (ends is not None and ends < max(issued, on)):
        return None
    written = {field: plain(found) for field, found in claims.items()}
    read = tuple(register for register, row in rows.items() if row)
    return Filled(subject, own[subject][-1][name] or "", number, issued, ends, written, read)


def fill_register(pack: Pack, *, by: Actor, on: date) -> Outcome | None:
    """Write the enterprises' certificates into the register, as a steward's file would be; none where there is nothing.

    A row that is there already under the same type and number takes the certificate's state.
    """
    rows = [_row(pack, one, on) for one in with_move(Certificate.objects.order_by("pk")).iterator() if is_uscc(one.subject)]
    newest = {(row["kind"], row["certificate_no"]): row for row in rows}
    if not newest:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "certificates.parquet"
        pq.write_table(pa.Table.from_pylist(list(newest.values())), path)
        return load_file(pack, pack.registers[REGISTER], path, by=by, on=on)


def _row(pack: Pack, one: Certificate, on: date) -> Row:
    return {
        "certificate_no": one.number, "kind": pack.certificates[one.kind].name, "uscc": one.subject, "holder_name": one.holder,
        "issuer": pack.departments[one.department].name, "issued_on": one.issued_on, "valid_from": one.valid_from,
        "valid_until": one.valid_until, "status": _STATUS[stands(one, on)],
    }  # fmt: skip
