"""What the pages of policies show, gathered from the pack and the latest match."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from chengban.packs import Pack
from chengban.packs.model import Department, Policy, PolicyVersion, Register
from chengban.policies.catalogue import withdrawal_of
from chengban.policies.models import Publication
from chengban.portal.charts import Chart
from chengban.portal.figures import PolicyFigures, figures_of, latest_figures

MODES = ("免申即享", "确认即享", "申报", "自行申报")


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy in a list."""

    policy: Policy
    version: PolicyVersion | None
    state: str
    departments: tuple[Department, ...]
    figures: PolicyFigures | None


def state(policy: Policy, on: date) -> str:
    """in_force, coming or ended on a day."""
    if policy.in_force(on):
        return "in_force"
    return "coming" if any(version.since > on for version in policy.versions) else "ended"


def rows(pack: Pack, *, on: date, subject: str = "") -> list[PolicyRow]:
    """All policies, those in force first, in the pack's order; of one subject (enterprise, person) where asked."""
    figures = latest_figures()
    chosen = [policy for policy in pack.policies.values() if subject in ("", policy.subject)]
    made = [
        PolicyRow(p, p.in_force(on), state(p, on), tuple(pack.departments[d] for d in p.departments), figures.get(p.id))
        for p in chosen
    ]
    return sorted(made, key=lambda row: (MODES.index(row.policy.mode), row.state != "in_force"))


def by_mode(listed: Iterable[PolicyRow]) -> list[tuple[str, list[PolicyRow]]]:
    """Rows grouped by how the policy is delivered (兑现方式)."""
    return [(mode, list(group)) for mode, group in groupby(listed, key=lambda row: row.policy.mode)]


@dataclass(frozen=True, slots=True)
class PolicyPage:
    """One policy, one of its versions shown."""

    policy: Policy
    version: PolicyVersion
    state: str
    departments: tuple[Department, ...]
    excludes: tuple[Policy, ...]
    succeeds: Policy | None
    figures: PolicyFigures | None
    charts: tuple[Chart, ...]
    unconfirmed: int
    today: date
    withdrawn: Publication | None
    may_withdraw: bool

    @property
    def is_in_force(self) -> bool:
        return self.version.in_force(self.today)


def page(pack: Pack, policy: Policy, *, on: date, version: str | None, may_withdraw: bool = False) -> PolicyPage | None:
    """The page of `policy`: the version asked for, else the one in force, else the newest. None: no such version."""
    shown = _version(policy, on, version)
    if shown is None:
        return None
    figures = figures_of(policy.id, shown.version)
    withdrawn = withdrawal_of(policy.id, shown.version)
    return PolicyPage(
        policy, shown, state(policy, on), tuple(pack.departments[d] for d in policy.departments),
        tuple(pack.policies[p] for p in policy.excludes if p in pack.policies),
        pack.policies.get(policy.succeeds or ""), figures, figures.charts(pack) if figures else (),
        _unconfirmed(shown), on, withdrawn, may_withdraw and withdrawn is None and (shown.until is None or shown.until >= on),
    )  # fmt: skip


def _version(policy: Policy, on: date, asked: str | None) -> PolicyVersion | None:
    if asked:
        return next((version for version in policy.versions if version.version == asked), None)
    return policy.in_force(on) or max(policy.versions, key=lambda version: version.since)


def _unconfirmed(version: PolicyVersion) -> int:
    marks = [p.confidence for p in version.parameters] + [c.confidence for c in version.clauses]
    return sum(mark == "?" for mark in (*marks, version.confidence, version.dates_confidence, version.amount.confidence))


def registers_by_kind(pack: Pack) -> list[tuple[str, list[tuple[Register, Department]]]]:
    """The catalogue: base registers, then theme registers, each with its owner."""
    return [
        (kind, [(r, pack.departments[r.department]) for r in pack.registers.values() if r.kind == kind])
        for kind in ("base", "theme")
    ]
