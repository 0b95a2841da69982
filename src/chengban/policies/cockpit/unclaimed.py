"""Who qualifies and has nothing yet (应享未享), from the newest match and from what is held or paid."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from chengban.packs import Pack
from chengban.policies.cockpit.lines import OfferLine, PaymentLine, State
from chengban.policies.models import MatchRun, PolicyMatch


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """Who qualifies and has nothing yet (应享未享): `subjects`, and what they could have in 元.

    `amount` none: it is known of nobody. `unknown` of all who qualify have an amount that is not known.
    """

    eligible: int
    subjects: int
    amount: Decimal | None
    unknown: int


@dataclass(frozen=True, slots=True)
class Held:
    """Policy → subject → what it has of the policy already, or has ready, in 元."""

    amounts: Mapping[str, Mapping[str, Decimal]]

    @classmethod
    def of(cls, payments: Iterable[PaymentLine], offers: Iterable[OfferLine]) -> "Held":
        found: dict[str, dict[str, Decimal]] = {}
        for held in offers:
            if held.is_living:
                found.setdefault(held.policy, {})[held.subject] = held.amount
        for paid in payments:
            if paid.state != State.REFUSED:
                found.setdefault(paid.policy, {})[paid.subject] = paid.amount
        return cls(found)

    def subjects(self, policy: str) -> Mapping[str, Decimal]:
        return self.amounts.get(policy, {})


def paying_matches(pack: Pack, run: MatchRun | None, policy: str, county: str) -> dict[str, PolicyMatch]:
    """The policies that pay, as the run matched them; of a county, how many there, and no amount: that is not counted by county."""
    if run is None:
        return {}
    chosen = PolicyMatch.objects.filter(run=run).exclude(version="").defer("bits_eligible", "bits_unknown")
    found = {one.policy: one for one in chosen if policy in ("", one.policy) and _pays(pack, one)}
    if county:
        for one in found.values():
            one.eligible, one.amount = one.breakdown.get("county", {}).get(county, 0), None
    return found


def _pays(pack: Pack, match: PolicyMatch) -> bool:
    declared = pack.policies.get(match.policy)
    return declared is not None and any(v.version == match.version and v.amount.kind == "payment" for v in declared.versions)


def unclaimed_of(match: PolicyMatch | None, held: Mapping[str, Decimal]) -> Unclaimed | None:
    """What is left when those who have it are taken away. One who has it and qualifies no more is taken away too."""
    if match is None:
        return None
    untold = match.amount_unknown >= match.eligible > 0
    amount = None if match.amount is None or untold else max(match.amount - sum(held.values(), Decimal(0)), Decimal(0))
    return Unclaimed(match.eligible, max(match.eligible - len(held), 0), amount, match.amount_unknown)


def unclaimed_in(code: str, match: PolicyMatch, held: Mapping[str, Decimal], county: Mapping[str, str]) -> int:
    """The same of one county; `county` is each holder's."""
    eligible: int = match.breakdown.get("county", {}).get(code, 0)
    return max(eligible - sum(county.get(subject) == code for subject in held), 0)
