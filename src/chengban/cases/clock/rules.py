"""The rules of one application: a clock that a pack declares, and what was promised of it."""

from dataclasses import dataclass

from chengban.cases.clock.forbidden import ClockError, PromiseTooLong
from chengban.cases.clock.wording import UNITS
from chengban.packs import Pack
from chengban.packs.clocks import Clock, Decision, Limit, PauseKind, PauseRule, Receipt
from chengban.packs.clocks_check import limit_of
from chengban.packs.model import Citation
from chengban.rules import nearest

PROMISED = Citation(title="办事指南", article="承诺办结时限")
"""Where a promise is published. It binds beside the law's own limit and is counted apart from it."""
INSTANT = "1"
"""Of the code set project_type (办件类型): 即办件."""


class UnknownClock(ClockError):
    """A clock, or an item with a clock, that the pack does not declare."""


@dataclass(frozen=True)
class RuleSet:
    """A clock (规则集), whole. `promised`: 承诺时限, in the unit of the statutory limit. `instant`: 即办件."""

    clock: Clock
    promised: int | None = None
    instant: bool = False

    def __post_init__(self) -> None:
        within = self.decision.within
        if self.promised is not None and self.promised > within.count:
            unit = UNITS[within.unit].chinese
            raise PromiseTooLong(within.citation, promised=self.promised, within=within.count, unit=unit)

    @property
    def receipt(self) -> Receipt:
        if self.clock.receipt is None:
            raise UnknownClock(f"时限规则“{self.clock.name}”没有写收件怎么办。")
        return self.clock.receipt

    @property
    def decision(self) -> Decision:
        if self.clock.decision is None:
            raise UnknownClock(f"时限规则“{self.clock.name}”没有写决定期限。")
        return self.clock.decision

    @property
    def runs_from_receipt(self) -> bool:
        return self.decision.starts == "receipt"

    @property
    def promise(self) -> Limit | None:
        """What was promised; of an instant item that it is done on the spot."""
        if self.promised is not None:
            return self.decision.within.model_copy(update={"count": self.promised, "citation": PROMISED, "note": None})
        return self.clock.on_the_spot if self.instant else None

    @property
    def supply(self) -> Limit | None:
        """Within what comes what may come later: no later than the decision was promised."""
        rule, promise = self.clock.tolerance, self.promise
        if rule is None or promise is None or promise.unit != rule.supply.unit or promise.count >= rule.supply.count:
            return None if rule is None else rule.supply
        return rule.supply.model_copy(update={"count": promise.count})

    def pause(self, kind: PauseKind) -> PauseRule | None:
        """The rule by which this kind of procedure stops the clock; none where it does not."""
        return next((rule for rule in self.clock.pauses if kind in rule.kinds), None)


def rule_set(pack: Pack, clock: str, *, promised: int | None = None, instant: bool = False) -> RuleSet:
    """The clock of that id. Raises UnknownClock, PromiseTooLong."""
    if clock not in pack.clocks:
        near = nearest(clock, pack.clocks)
        raise UnknownClock(f"没有叫 {clock} 的时限规则。" + (f"是不是 {near}？" if near else ""))
    return RuleSet(pack.clock(clock), promised=promised, instant=instant)


def rule_set_of_item(pack: Pack, item: str) -> RuleSet:
    """The clock that a service item of the pack follows, with what the item promises. Raises UnknownClock, PromiseTooLong."""
    clock = pack.clock_of_item.get(item)
    if clock is None:
        raise UnknownClock(f"事项 {item} 没有配置时限规则。")
    declared = pack.items[item]
    within = rule_set(pack, clock).decision.within
    return rule_set(pack, clock, promised=limit_of(declared.promised, within), instant=declared.handling == INSTANT)
