"""Where those are whom money reached: county and section of industry, read for them alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from chengban.facts import frame
from chengban.facts.reading.grounds import Ground
from chengban.facts.reading.opening import begin_whole
from chengban.ledger import Actor
from chengban.lib import quiet
from chengban.packs import Pack
from chengban.policies.cockpit.lines import OfferLine, PaymentLine
from chengban.policies.matching import broken_down_by, fact_column, wanted_facts

BY, UNDER = Actor.system("cockpit"), Ground("simulation", "page:cockpit")


@dataclass(frozen=True, slots=True)
class Traits:
    """Subject → its county and its section of industry, as far as they are known."""

    county: Mapping[str, str]
    section: Mapping[str, str]


def traits_of(pack: Pack, payments: Iterable[PaymentLine], offers: Iterable[OfferLine], on: date) -> Traits:
    """Read for the subjects of these lines alone: the city's other rows are not touched."""
    found: dict[str, dict[str, str]] = {"county": {}, "industry": {}}
    named: dict[frame.Kind, set[str]] = {"enterprise": set(), "person": set()}
    for policy, subject in (*((one.policy, one.subject) for one in payments), *((one.policy, one.subject) for one in offers)):
        if policy in pack.policies:
            named[pack.policies[policy].subject].add(subject)
    for kind, subjects in named.items():
        if subjects:
            _read_traits(pack, kind, sorted(subjects), on, found)
    return Traits(found["county"], found["industry"])


def _read_traits(pack: Pack, kind: frame.Kind, subjects: Sequence[str], on: date, found: dict[str, dict[str, str]]) -> None:
    facts = broken_down_by(pack)
    wanted = wanted_facts(pack, (), on, facts.values())
    with transaction.atomic():
        begin_whole(pack, frame.registers_for(pack, kind, wanted), under=UNDER, by=BY, on=on)
        table = frame.build(pack, kind, on=on, wanted=wanted, subjects=subjects)
    for name, fact in facts.items():
        with quiet.to_log("chengban.policies", fact=fact):
            column = fact_column(pack, table, fact, on)
        if column is not None:
            pairs = zip(table.column(frame.SUBJECT).to_pylist(), column.to_pylist(), strict=True)
            found[name].update((subject, value) for subject, value in pairs if value is not None)
