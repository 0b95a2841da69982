"""`chengban pack check`: everything that is wrong with a pack, each with its file, line and column, and a sentence."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from chengban import rules
from chengban.packs import clocks_check, loader
from chengban.packs.certificates import CertificateType, RegisterPlace
from chengban.packs.examples import run_examples
from chengban.packs.loader import Origin, Pack
from chengban.packs.maps import faults_of
from chengban.packs.model import FactDeclaration, Policy, PolicyVersion, Register, Source, Subjects
from chengban.packs.own_words import clashing_words
from chengban.packs.published import PublishedFigure
from chengban.packs.source import Finding
from chengban.packs.units import convertible
from chengban.packs.vocabulary import bindings, parameters_of, register_vocabulary, table_text, vocabulary

Key = tuple[str | int, ...]


def check(folder: Path) -> list[Finding]:
    """Check the pack in `folder`: its form first; when that holds, its meaning; when that holds, its examples."""
    pack, findings = loader.read(folder)
    if pack is None or findings:
        return findings
    words = list(_names(pack)) or list(_formulas(pack))
    findings = [*words, *(finding for part in _PARTS for finding in part(pack))]
    if not words:  # only a vocabulary that hangs together can be spoken
        findings += _spoken(pack)
    return findings or list(run_examples(pack))


def _city(pack: Pack) -> Iterator[Finding]:
    """What pack.yaml itself names: registers, fields, facts, departments."""
    city, origin = pack.city, pack.origin("city", pack.city.id)
    for key in ("county_fact", "industry_fact", "size_fact", "age_fact"):
        if getattr(city, key) is not None:
            yield from _exists(pack.facts, getattr(city, key), "fact", origin, key)
    if city.data_office is not None:
        yield from _exists(pack.departments, city.data_office, "department", origin, "data_office")
    for key in ("enterprises", "people"):
        subjects: Subjects = getattr(city, key)
        yield from _exists(pack.registers, subjects.register_, "register", origin, key, "register")
        register = pack.registers.get(subjects.register_)
        if register is not None and subjects.name not in {field.id for field in register.fields}:
            yield Finding(origin.place(key, "name"), f"register {register.id} has no field {subjects.name}")
    for number, rule in enumerate(city.consistency):
        yield from _exists(pack.departments, rule.department, "department", origin, "consistency", number, "department")


def _references(pack: Pack) -> Iterator[Finding]:
    for fact in pack.facts.values():
        if fact.codes is not None:
            yield from _exists(pack.codes, fact.codes, "code set", pack.origin("facts", fact.id), "codes")
    for register in pack.registers.values():
        origin = pack.origin("registers", register.id)
        yield from _exists(pack.departments, register.department, "department", origin, "department")
        for number, field in enumerate(register.fields):
            if field.codes is not None:
                yield from _exists(pack.codes, field.codes, "code set", origin, "fields", number, "codes")
    for policy in pack.policies.values():
        origin = pack.origin("policies", policy.id)
        for number, department in enumerate(policy.departments):
            yield from _exists(pack.departments, department, "department", origin, "departments", number)
        for number, other in enumerate(policy.excludes):
            yield from _exists(pack.policies, other, "policy", origin, "excludes", number)
        if policy.succeeds:
            yield from _exists(pack.policies, policy.succeeds, "policy", origin, "succeeds")
    for name in pack.examples:
        yield from _exists(pack.policies, name, "policy", pack.origin("examples", name), "policy")
    for purpose in pack.purposes.values():
        for number, name in enumerate(purpose.facts or ()):
            yield from _exists(pack.facts, name, "fact", pack.origin("purposes", purpose.id), "facts", number)


def _exists(among: dict[str, Any], name: str, kind: str, origin: Origin, *key: str | int) -> Iterator[Finding]:
    if name not in among:
        near = rules.nearest(name, among)
        hint = f"; did you mean {near}?" if near else ""
        yield Finding(origin.place(*key), f"there is no {kind} {name}{hint}")


def _names(pack: Pack) -> Iterator[Finding]:
    """A Chinese name must mean one fact."""
    counts = Counter(name for fact in pack.facts.values() for name in {fact.id, fact.name, *fact.aliases})
    for fact in pack.facts.values():
        for name in (fact.name, *fact.aliases):
            if counts[name] > 1:
                yield Finding(pack.origin("facts", fact.id).place("name"), f"the name {name} is used by more than one fact")


def _sources(pack: Pack) -> Iterator[Finding]:
    for fact in pack.facts.values():
        for kind, source in (("enterprise", fact.enterprise), ("person", fact.person)):
            if source is not None:
                yield from _source(pack, fact, kind, source)


def _source(pack: Pack, fact: FactDeclaration, kind: str, source: Source) -> Iterator[Finding]:
    origin = pack.origin("facts", fact.id)
    missing = list(_exists(pack.registers, source.register_, "register", origin, kind, "register"))
    if missing:
        yield from missing
        return
    register = pack.registers[source.register_]
    if register.about != kind:
        yield Finding(origin.place(kind, "register"), f"register {register.id} is about {register.about}, not about {kind}")
    if source.absent is not None and not register.complete:
        told = (
            f"absence can be read only from a register that is complete, and {register.id} is not; unknown is not {source.absent}"
        )
        yield Finding(origin.place(kind, "absent"), told)
    for key in ("field", "order"):
        name = getattr(source, key)
        if name is not None and name not in {field.id for field in register.fields}:
            yield Finding(origin.place(kind, key), f"register {register.id} has no field {name}")
    if source.field is not None and source.field in {field.id for field in register.fields}:
        yield from _field_fits(register, fact, source, origin, kind)


_CALENDAR = {"业务日期": date(2025, 1, 1), "业务年度": 2025}


def _rows(pack: Pack) -> Iterator[Finding]:
    """The conditions over a register's own rows: its row rules, and the choice of rows for a fact."""
    words: dict[str, rules.Vocabulary] = {}
    for register in pack.registers.values():
        origin = pack.origin("registers", register.id)
        try:
            words[register.id] = register_vocabulary(register, pack.codes)
        except rules.VocabularyError as error:
            yield Finding(origin.place("fields"), f"register {register.id}: {error}")
            continue
        for number, rule in enumerate(register.rules):
            yield from _expression(origin, ("rules", number, "rule"), rules.check(rule.rule, words[register.id]))
    for fact in pack.facts.values():
        for kind, source in (("enterprise", fact.enterprise), ("person", fact.person)):
            if source is not None and source.where is not None and source.register_ in words:
                found = rules.check(source.where, words[source.register_], parameters=_CALENDAR)
                yield from _expression(pack.origin("facts", fact.id), (kind, "where"), found)


_FITS = {
    "number": {"integer", "decimal", "money", "year"},
    "boolean": {"boolean"},
    "date": {"date"},
    "string": {"text", "code", "uscc", "citizen_id", "phone", "month"},
}


def _field_fits(register: Register, fact: FactDeclaration, source: Source, origin: Origin, kind: str) -> Iterator[Finding]:
    field = register.field(source.field or "")
    if field.type not in _FITS[fact.type]:
        yield Finding(
            origin.place(kind, "field"), f"fact {fact.id} is a {fact.type}, and {register.id}.{field.id} is a {field.type}"
        )
    elif not convertible(field.unit, fact.unit):
        told = f"fact {fact.id} is in {fact.unit}, {register.id}.{field.id} in {field.unit}, and one does not convert to the other"
        yield Finding(origin.place(kind, "field"), told)


def _formulas(pack: Pack) -> Iterator[Finding]:
    """Formulas and tables parse, know their words, and do not lead back to themselves."""
    plain = rules.Vocabulary(
        rules.Fact(id=fact.id, names=(fact.name, *fact.aliases), type=fact.type, unit=fact.unit) for fact in pack.facts.values()
    )
    for fact in pack.facts.values():
        origin = pack.origin("facts", fact.id)
        if fact.table is not None and fact.table not in pack.tables:
            yield from _exists(pack.tables, fact.table, "table", origin, "table")
        elif fact.table is not None:
            table = pack.origin("tables", fact.table)
            for finding in rules.check(table_text(pack.tables[fact.table]), plain, expected=fact.type):
                yield Finding(table.place("rules"), finding.message)
        elif fact.formula is not None:
            yield from _expression(origin, ("formula",), rules.check(fact.formula, plain, expected=fact.type))
    yield from _cycles(pack)


def _cycles(pack: Pack) -> Iterator[Finding]:
    parts: dict[str, frozenset[str]] = {}
    for fact in pack.facts.values():
        text = fact.formula or (table_text(pack.tables[fact.table]) if fact.table in pack.tables else None)
        if text is not None:
            parts[fact.id] = frozenset(_mentioned(pack, text))
    for name in parts:
        round_trip = _way_back(parts, name)
        if round_trip:
            key = "formula" if pack.facts[name].table is None else "table"
            yield Finding(pack.origin("facts", name).place(key), f"the formula goes in a circle: {' → '.join(round_trip)}")


def _mentioned(pack: Pack, text: str) -> Iterator[str]:
    names = {name: fact.id for fact in pack.facts.values() for name in (fact.id, fact.name, *fact.aliases)}
    try:
        for name in rules.names_in(rules.parse(text, names=tuple(names))):
            if name in names:
                yield names[name]
    except rules.FeelSyntaxError:
        return


def _way_back(parts: dict[str, frozenset[str]], start: str) -> list[str]:
    """A path from `start` back to it, or nothing."""
    paths, seen = [[start]], set()
    while paths:
        path = paths.pop()
        for name in parts.get(path[-1], frozenset()):
            if name == start:
                return [*path, start]
            if name not in seen:
                seen.add(name)
                paths.append([*path, name])
    return []


def _policies(pack: Pack) -> Iterator[Finding]:
    for policy in pack.policies.values():
        origin = pack.origin("policies", policy.id)
        yield from _overlaps(policy, origin)
        for number, version in enumerate(policy.versions):
            yield from _own_words(pack, version, origin, ("versions", number))
        if policy.id not in pack.examples:
            yield Finding(origin.place("id"), f"policy {policy.id} has no examples in cases-tests")


def _overlaps(policy: Policy, origin: Origin) -> Iterator[Finding]:
    ordered = sorted(enumerate(policy.versions), key=lambda pair: pair[1].since)
    for (_, earlier), (number, later) in pairwise(ordered):
        if earlier.until is None or earlier.until >= later.since:
            ended = f"version {earlier.version} has ended ({earlier.until or 'open'})"
            told = f"version {later.version} begins on {later.since}, before {ended}"
            yield Finding(origin.place("versions", number, "since"), told)
    for name, count in Counter(version.version for version in policy.versions).items():
        if count > 1:
            yield Finding(origin.place("versions"), f"version {name} is declared {count} times")


def _own_words(pack: Pack, version: PolicyVersion, origin: Origin, key: Key) -> Iterator[Finding]:
    for clash in clashing_words(pack, version):
        yield Finding(origin.place(*key, *clash.key), clash.message)


def _spoken(pack: Pack) -> Iterator[Finding]:
    """Every clause, amount and consistency rule, against the vocabulary."""
    words = vocabulary(pack)
    city = pack.origin("city", pack.city.id)
    for number, rule in enumerate(pack.city.consistency):
        yield from _expression(city, ("consistency", number, "rule"), rules.check(rule.rule, words))
    for kind in ("enterprise", "person"):
        barred = getattr(pack.city.barred_from_committing, kind, None)
        if barred is not None:
            yield from _expression(city, ("barred_from_committing", kind), rules.check(barred, words))
    for policy in pack.policies.values():
        for number, version in enumerate(policy.versions):
            yield from _version(pack, version, words, pack.origin("policies", policy.id), ("versions", number))
    for figure in pack.figures.values():
        yield from _figure(figure, words, pack.origin("figures", figure.id))


def _version(pack: Pack, version: PolicyVersion, words: rules.Vocabulary, origin: Origin, key: Key) -> Iterator[Finding]:
    tables = list(_tables(version, words, origin, key))
    if tables:
        yield from tables
        return
    parameters = bindings(pack, version)
    for number, clause in enumerate(version.clauses):
        found = rules.check(clause.when, words, expected="boolean", parameters=parameters)
        yield from _expression(origin, (*key, "clauses", number, "when"), found)
    if version.amount.formula is not None:
        found = rules.check(version.amount.formula, words, expected="number", parameters=parameters)
        yield from _expression(origin, (*key, "amount", "formula"), found)
    if version.delivery is not None and version.delivery.score is not None:
        found = rules.check(version.delivery.score, words, expected="number", parameters=parameters)
        yield from _expression(origin, (*key, "delivery", "score"), found)


def _tables(version: PolicyVersion, words: rules.Vocabulary, origin: Origin, key: Key) -> Iterator[Finding]:
    """The version's own tables, each as one expression."""
    for number, table in enumerate(version.tables):
        for finding in rules.check(table_text(table), words, expected=None, parameters=parameters_of(version)):
            yield Finding(origin.place(*key, "tables", number), finding.message)


def _map(pack: Pack) -> Iterator[Finding]:
    if pack.map is not None and pack.city.map is not None:
        origin = pack.origin("map", pack.city.map)
        for key, told in faults_of(pack.map, pack.city.counties):
            yield Finding(origin.place(*key), told)


def _certificates(pack: Pack) -> Iterator[Finding]:
    """What the types of certificates name, and that no two have one code."""
    codes: dict[str, str] = {}
    for kind in pack.certificates.values():
        origin = pack.origin("certificates", kind.id)
        first = codes.setdefault(kind.code, kind.id)
        if first != kind.id:
            yield Finding(origin.place("code"), f"the code {kind.code} is that of {first} too")
        yield from _exists(pack.departments, kind.department, "department", origin, "department")
        for number, fact in enumerate(kind.proves):
            yield from _exists(pack.facts, fact, "fact", origin, "proves", number)
        ends = kind.validity.source
        places = (kind.number, ("number",), "text"), (kind.issued, ("issued",), "date"), (ends, ("validity", "source"), "date")
        for place, key, expected in places:
            if place is not None:
                yield from _read_from(pack, kind, place, key, expected)
        yield from _issued_where(pack, kind)
        yield from _answers(pack, kind)
        for number, field in enumerate(kind.fields):
            if field.codes is not None:
                yield from _exists(pack.codes, field.codes, "code set", origin, "fields", number, "codes")
            if field.source is not None:
                yield from _read_from(pack, kind, field.source, ("fields", number, "source"), field.type)


def _issued_where(pack: Pack, kind: CertificateType) -> Iterator[Finding]:
    """The condition speaks of the row that the certificate is of."""
    subjects = pack.city.people if kind.holder == "person" else pack.city.enterprises
    register = pack.registers.get(kind.number.register_ if kind.number else subjects.register_)
    if kind.where is None or register is None:
        return
    try:
        found = rules.check(kind.where, register_vocabulary(register, pack.codes), parameters=_CALENDAR)
    except rules.VocabularyError:  # told where the register's own rules are checked
        return
    yield from _expression(pack.origin("certificates", kind.id), ("where",), found)


def _answers(pack: Pack, kind: CertificateType) -> Iterator[Finding]:
    """What a derived answer follows from stands on the face."""
    origin = pack.origin("certificates", kind.id)
    try:
        words = register_vocabulary(kind.as_register(kind.fields), pack.codes)
    except rules.VocabularyError as error:
        yield Finding(origin.place("fields"), str(error))
        return
    for number, answer in enumerate(kind.answers):
        yield from _expression(origin, ("answers", number, "when"), rules.check(answer.when, words, parameters=_CALENDAR))


def _read_from(pack: Pack, kind: CertificateType, place: RegisterPlace, key: Key, expected: str) -> Iterator[Finding]:
    """A value on a certificate is read from a register about its holder, from a field of the same type."""
    origin = pack.origin("certificates", kind.id)
    register = pack.registers.get(place.register_)
    if register is None:
        yield from _exists(pack.registers, place.register_, "register", origin, *key, "register")
    elif register.about != kind.holder:
        told = f"register {register.id} is about {register.about}, and the certificate is a {kind.holder}'s"
        yield Finding(origin.place(*key, "register"), told)
    elif place.field not in {field.id for field in register.fields}:
        yield Finding(origin.place(*key, "field"), f"register {register.id} has no field {place.field}")
    elif register.field(place.field).type != expected:
        told = f"{register.id}.{place.field} is a {register.field(place.field).type}, and a {expected} is needed"
        yield Finding(origin.place(*key, "field"), told)


def _figure(figure: PublishedFigure, words: rules.Vocabulary, origin: Origin) -> Iterator[Finding]:
    """Each part's rule: over facts, or over the parts before it and the parameters."""
    numbers = {parameter.name for parameter in figure.parameters}
    for number, part in enumerate(figure.parts):
        known = rules.Vocabulary(rules.Fact(id=name, names=(), type="number") for name in sorted(numbers))
        expected = "boolean" if part.kind == "count" else "number"
        found = rules.check(part.rule, known if part.kind == "formula" else words, expected=expected)
        yield from _expression(origin, ("parts", number, part.kind), found)
        numbers.add(part.name)


def _expression(origin: Origin, key: Key, found: list[rules.Finding]) -> Iterator[Finding]:
    for finding in found:
        yield Finding(origin.document.inside((*origin.key, *key), finding.line, finding.column), finding.message)


_PARTS: tuple[Callable[[Pack], Iterator[Finding]], ...] = (
    _city, _references, _sources, _rows, _policies, _map, _certificates, clocks_check.clocks,
)  # fmt: skip
