"""The figures of the latest match, as pages show them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from chengban.packs import Pack
from chengban.policies.domain import latest_run
from chengban.policies.models import PolicyMatch
from chengban.portal.charts import Chart, bar_chart

MOST_INDUSTRIES = 10


@dataclass(frozen=True, slots=True)
class PolicyFigures:
    """How many subjects one policy fits. `amount` in yuan, None where the policy has no amount of its own."""

    policy: str
    version: str
    eligible: int
    unknown: int
    near: int
    amount: Decimal | None
    breakdown: Mapping[str, Mapping[str, int]]

    def charts(self, pack: Pack) -> tuple[Chart, ...]:
        """Who qualifies, by county in the city's own order and by section of industry, most first."""
        return tuple(chart for chart in (self._counties(pack), self._industries(pack)) if chart.bars and chart.total)

    def _counties(self, pack: Pack) -> Chart:
        counted = self.breakdown.get("county", {})
        named = zip(pack.city.counties, pack.city.short_county_names, strict=True)
        return bar_chart(_("符合的对象在各县(市、区)"), _("户"), [(name, counted.get(code, 0)) for code, name in named])

    def _industries(self, pack: Pack) -> Chart:
        names = pack.code_names.get("industry", {})
        ranked = sorted(self.breakdown.get("industry", {}).items(), key=lambda pair: -pair[1])
        rows = [(names.get(code, code), count) for code, count in ranked[:MOST_INDUSTRIES]]
        rest = sum(count for _code, count in ranked[MOST_INDUSTRIES:])
        return bar_chart(_("符合的对象在各行业"), _("户"), rows + ([(_("其他行业"), rest)] if rest else []))


def _figures(match: PolicyMatch) -> PolicyFigures:
    return PolicyFigures(
        match.policy, match.version, match.eligible, match.unknown, match.near, match.amount, match.breakdown or {}
    )


def _matches() -> QuerySet[PolicyMatch]:
    """Matches of policies that were in force, without the bitmaps."""
    return PolicyMatch.objects.exclude(version="").defer("bits_eligible", "bits_unknown")


def latest_figures() -> dict[str, PolicyFigures]:
    """Policy id → its figures in the latest match; empty before the first."""
    run = latest_run()
    return {match.policy: _figures(match) for match in _matches().filter(run=run)} if run else {}


def figures_of(policy: str, version: str) -> PolicyFigures | None:
    """The figures of one version of a policy in the latest match that counted it."""
    match = _matches().filter(policy=policy, version=version).order_by("-run_id").first()
    return _figures(match) if match else None


MONEY_IN_HAND = ("payment", "tax_saving")
"""The kinds of amount that reach a firm as money; a deduction or a loan's limit does not."""


def totals(pack: Pack, figures: Mapping[str, PolicyFigures]) -> dict[str, Any]:
    """What the home page says of the match: policies counted, fits, and money that firms receive or save."""
    paying = [f for f in figures.values() if pack.policies[f.policy].version(f.version).amount.kind in MONEY_IN_HAND]
    amounts = [f.amount for f in paying if f.amount is not None]
    return {
        "policies": len(figures),
        "eligible": sum(f.eligible for f in figures.values()),
        "amount": sum(amounts, Decimal(0)) if amounts else None,
    }


def wanted_facts(pack: Pack, figures: Iterable[PolicyFigures]) -> tuple[str, str, list[tuple[str, float]]]:
    """Title, unit and rows of a chart: the facts for want of which most verdicts stay unknown."""
    wanted: Counter[str] = Counter()
    for policy in figures:
        wanted.update({fact: count for fact, count in policy.breakdown.get("missing", {}).items() if fact in pack.facts})
    rows = [(pack.facts[fact].name, float(count)) for fact, count in wanted.most_common(MOST_INDUSTRIES)]
    return _("最缺的数据"), _("次判断"), rows
