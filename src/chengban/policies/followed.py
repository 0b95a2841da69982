"""Where subjects stand with policies: some of them judged again, and everybody as a run and what followed it say together."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from chengban.facts import frame, shelf
from chengban.facts.errors import UnknownSubject
from chengban.packs import Pack
from chengban.packs.model import PolicyVersion
from chengban.policies.matching import Amounts, Kindly, Matched, amounts, unpacked, unpacked_near
from chengban.policies.models import MatchRun, PolicyMatch, SubjectMatch

VERDICTS = ("ineligible", "eligible", "unknown")
INELIGIBLE, ELIGIBLE, UNKNOWN = range(3)
Identifiers = npt.NDArray[np.bytes_]


@dataclass(frozen=True)
class Standing:
    """One subject with one policy. `near`: the clause that alone is left. `amount` is told where it was followed."""

    policy: str
    version: str
    verdict: str
    near: str
    amount: Decimal | None
    known_by: int


@dataclass(frozen=True)
class States:
    """Some subjects, in rising order, with one policy; who is not among them is ineligible, and nothing is left for them to do."""

    subjects: Identifiers
    verdict: npt.NDArray[np.int8]
    near: npt.NDArray[np.int8]
    """The index of the clause that is left, −1 for none."""

    def among(self, everybody: Identifiers) -> "States":
        """The same for subjects that hold these."""
        if len(everybody) == len(self.subjects):
            return self
        places = np.searchsorted(everybody, self.subjects)
        return States(everybody, _spread(self.verdict, places, len(everybody), 0), _spread(self.near, places, len(everybody), -1))

    def differ(self, other: "States") -> npt.NDArray[np.bool_]:
        return (self.verdict != other.verdict) | (self.near != other.near)


def _spread(values: npt.NDArray[Any], places: npt.NDArray[np.intp], size: int, otherwise: object) -> npt.NDArray[Any]:
    made = np.full(size, otherwise, values.dtype)
    made[places] = values
    return made


def as_identifiers(array: pa.Array) -> Identifiers:
    return np.array(array.to_pylist(), np.bytes_) if len(array) else np.zeros(0, "S18")


def states_of(matched: Matched | PolicyMatch, subjects: Identifiers) -> States:
    """A match's outcome for the subjects that it was made over."""
    rows = len(subjects)
    if not matched.near_clauses:
        return States(subjects, np.zeros(rows, np.int8), np.full(rows, -1, np.int8))
    unknown = unpacked(bytes(matched.bits_unknown), rows)
    verdict = np.where(unknown, UNKNOWN, unpacked(bytes(matched.bits_eligible), rows)).astype(np.int8)
    return States(subjects, verdict, unpacked_near(bytes(matched.near_clauses)))


@dataclass(frozen=True)
class Judged:
    """Some subjects with every policy of their kind in force."""

    table: pa.Table
    outcomes: Mapping[str, Matched]
    work: Kindly

    @cached_property
    def subjects(self) -> Identifiers:
        return as_identifiers(self.table.column(frame.SUBJECT))

    def states(self, policy: str) -> States:
        return states_of(self.outcomes[policy], self.subjects)

    def amounts(self, policy: str) -> Amounts:
        eligible = unpacked(self.outcomes[policy].bits_eligible, len(self.subjects))
        return amounts(self.work.pack, self.work.versions[policy], self.work.on, self.table, eligible)


def judge(work: Kindly, subjects: Iterable[str], known_by: int) -> Judged:
    """The subjects, those of them that there are, as known after a batch."""
    table = frame.build(work.pack, work.kind, on=work.on, known_by=known_by, wanted=work.wanted(), subjects=sorted(subjects))
    made, _ = work.match(table)
    return Judged(table, {matched.policy.id: matched for matched in made}, work)


def changes(was: Judged, now: Judged, policy: str) -> Iterator[tuple[str, str, str, Decimal | None]]:
    """(subject, verdict, near clause, amount) as they are now, of those whose standing with the policy is not what it was."""
    everybody = np.union1d(was.subjects, now.subjects)
    before, after = was.states(policy).among(everybody), now.states(policy).among(everybody)
    paid_before, paid_after = (_among(side, policy, everybody) for side in (was, now))
    version = now.work.versions[policy]
    for row in np.flatnonzero(before.differ(after) | (paid_before != paid_after)):
        near = near_clause(version, int(after.near[row]))
        yield everybody[row].decode(), VERDICTS[after.verdict[row]], near, paid_after[row]


def _among(judged: Judged, policy: str, everybody: Identifiers) -> Amounts:
    places = np.searchsorted(everybody, judged.subjects)
    return _spread(judged.amounts(policy), places, len(everybody), None)


def near_clause(version: PolicyVersion, index: int) -> str:
    return version.clauses[index].id if index >= 0 else ""


class Followed:
    """Everybody of one kind, as a run and what followed it say together."""

    def __init__(self, pack: Pack, run: MatchRun, kind: frame.Kind) -> None:
        self.pack, self.run, self.kind = pack, run, kind
        self._subjects: dict[int, Identifiers] = {}

    def states(self, row: PolicyMatch) -> States:
        """With one policy: the bitmaps, and in their place what was found since."""
        held = states_of(row, self.subjects(row.known_by))
        found = list(self.run.followed.filter(policy=row.policy).order_by("subject").values_list("subject", "verdict", "near"))
        if not found:
            return held
        index = {"": -1} | {clause.id: place for place, clause in enumerate(self._version(row).clauses)}
        subjects = np.array([subject for subject, *_ in found], np.bytes_)
        everybody = np.union1d(held.subjects, subjects)
        whole, places = held.among(everybody), np.searchsorted(everybody, subjects)
        verdict, near = whole.verdict.copy(), whole.near.copy()
        verdict[places] = [VERDICTS.index(told) for _, told, _ in found]
        near[places] = [index[clause] for *_, clause in found]
        return States(everybody, verdict, near)

    def subjects(self, known_by: int) -> Identifiers:
        if known_by not in self._subjects:
            self._subjects[known_by] = as_identifiers(shelf.identifiers_of(self.pack, self.kind, known_by))
        return self._subjects[known_by]

    def _version(self, row: PolicyMatch) -> PolicyVersion:
        return self.pack.policies[row.policy].version(row.version)


def standing_of(pack: Pack, run: MatchRun, subject: str, kind: frame.Kind = "enterprise") -> dict[str, Standing]:
    """Where a subject stands with each policy of its kind that is in force, as the run was followed. Raises `UnknownSubject`."""
    if not len(frame.identifiers_of(pack, kind, run.followed_to, [subject])):
        raise UnknownSubject("本市没有登记这个主体。")
    found = {row.policy: row for row in run.followed.filter(subject=subject)}
    rows = run.policies.exclude(version="").filter(policy__in=[one.id for one in pack.policies.values() if one.subject == kind])
    followed = Followed(pack, run, kind)
    return {row.policy: _standing(followed, row, found.get(row.policy), subject) for row in rows}


def _standing(followed: Followed, row: PolicyMatch, found: SubjectMatch | None, subject: str) -> Standing:
    if found is not None:
        return Standing(row.policy, row.version, found.verdict, found.near, found.amount, found.known_by)
    subjects = followed.subjects(row.known_by)
    place = int(np.searchsorted(subjects, subject.encode()))
    if place == len(subjects) or subjects[place] != subject.encode():
        return Standing(row.policy, row.version, "ineligible", "", None, row.known_by)
    states = states_of(row, subjects)
    near = near_clause(followed.pack.policies[row.policy].version(row.version), int(states.near[place]))
    return Standing(row.policy, row.version, VERDICTS[states.verdict[place]], near, None, row.known_by)
