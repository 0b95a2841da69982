"""What a city declares of the legal clocks (办理时限规则): each limit with its article, so that the code knows no figures.

A clock that `extends` another says only what its own law says otherwise; for the rest the general law holds (行政许可法第五十一条).
"""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from chengban.packs.forms import ItemId
from chengban.packs.model import Citation, Confidence, Declaration, Identifier, Name

Note = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Unit = Literal["working", "calendar", "month", "year"]
PauseKind = Literal[
    "hearing", "bidding", "auction", "inspection", "testing", "quarantine", "appraisal", "expert_review", "evaluation"
]
"""听证、招标、拍卖、检验、检测、检疫、鉴定、专家评审 (行政许可法第四十五条), and 委托评估 where a special law knows it."""
Approver = Literal["own_head", "own_principal", "government_head"]
"""本机关负责人, 本机关主要负责人, 本级人民政府负责人."""
SECTIONS_THAT_RUN = ("receipt", "decision")
"""What no application can do without: what is done at receipt, and within what is decided."""


class Rule(Declaration):
    """Something that a law says, where it says it, and how sure that is."""

    citation: Citation
    confidence: Confidence
    note: Note | None = None


class Limit(Rule):
    """A length of time. `unit_confidence` is "?" where the law gives the figure and does not say in which days it is counted."""

    count: int = Field(ge=0, le=3660)
    unit: Unit = "working"
    unit_confidence: Confidence = "S"

    @property
    def sure(self) -> bool:
        return "?" not in (self.confidence, self.unit_confidence)


class Extension(Rule):
    """How far, once, a limit may be extended, and by whom (延长期限)."""

    at_most: int = Field(ge=1, le=3660)
    unit: Unit = "working"
    approver: Approver


class Receipt(Declaration):
    """What is done with materials that came in (收件). `notify`: within what the applicant is told of all that lacks, once.

    `silence`: what it means when nobody was told in time. `incomplete`: whether materials that lack something are corrected
    (补正) or returned, to be submitted anew (退回). `corrected`: the same time once the corrected materials came. `answer`: how
    long the applicant has; without it there is no end.
    """

    notify: Limit | None = None
    silence: Literal["accepted", "nothing"]
    incomplete: Literal["corrected", "returned"]
    told_once: Rule
    corrected: Limit | None = None
    answer: Limit | None = None

    @model_validator(mode="after")
    def _silence_has_its_day(self) -> "Receipt":
        if self.silence == "accepted" and self.notify is None:
            raise ValueError("silence can mean acceptance only after a time (notify)")
        return self


class Decision(Declaration):
    """Within what is decided (决定期限), from which day, and how far that can be extended."""

    within: Limit
    starts: Literal["receipt", "acceptance"] = "acceptance"
    extension: Extension | None = None


class PauseRule(Rule):
    """What stops the clock (不计入期限的时间), and for how long at most. `even_longer`: a complex matter may pass that.

    `overrun`: whether the time beyond what was told in writing counts again.
    """

    kinds: tuple[PauseKind, ...] = Field(min_length=1)
    at_most: int | None = Field(default=None, ge=1)
    even_longer: bool = False
    overrun: Literal["counts", "does_not"] = "counts"
    overrun_confidence: Confidence = "?"


class Staff(Rule):
    """How many must do it together (工作人员人数), and within what they are named."""

    at_least: int = Field(ge=1)
    within: Limit | None = None


class Hearing(Declaration):
    """A hearing (听证): within what it is asked for, held after that, and told before; who may not lead it."""

    ask: Limit
    hold: Limit
    told_before: Limit
    chair: Rule


class Commitment(Rule):
    """Deciding on the applicant's word (告知承诺), and the checking afterwards."""

    check: Limit | None = None


class Tolerance(Rule):
    """Accepting although something that may come later lacks (容缺受理), and within what it comes."""

    supply: Limit


class Renewal(Declaration):
    """A licence made to last longer (延续), asked for so long before it ends. `silence`: what no decision by then means."""

    before: Limit
    silence: Literal["granted", "nothing"]
    decide: Rule
    within: Limit | None = None
    """The time for deciding, where it is not simply until the licence ends."""
    times: int | None = Field(default=None, ge=1)
    at_most: Limit | None = None
    late: Literal["counts", "does_not"] = "does_not"
    """Whether silence also means yes where it was asked for too late."""
    late_confidence: Confidence = "?"


class Bars(Declaration):
    """How long nobody may apply again who cheated, in matters of safety (不得再次申请)."""

    false_application: Limit
    fraud: Limit


class Remedies(Declaration):
    """What is open to one who was refused (救济途径), and for how long."""

    review: Limit
    lawsuit: Limit


class Light(Rule):
    """A deadline shows yellow (黄灯) when no more than this share of its time is left, red when it is passed."""

    yellow: Annotated[Decimal, Field(gt=0, lt=1)]


class Clock(Declaration):
    """One set of rules (规则集) that the lives of applications follow. `items`: those of the scenes that follow it."""

    id: Identifier
    name: Name
    name_en: Name
    extends: Identifier | None = None
    items: tuple[ItemId, ...] = ()
    receipt: Receipt | None = None
    decision: Decision | None = None
    on_the_spot: Limit | None = None
    """For an instant item (即办件), from receipt."""
    first_review: Limit | None = None
    pauses: tuple[PauseRule, ...] = ()
    verification: Staff | None = None
    inspection: Staff | None = None
    hearing: Hearing | None = None
    delivery: Limit | None = None
    publication: Limit | None = None
    commitment: Commitment | None = None
    tolerance: Tolerance | None = None
    validity: Limit | None = None
    renewal: Renewal | None = None
    bars: Bars | None = None
    remedies: Remedies | None = None
    light: Light | None = None

    def over(self, base: "Clock") -> "Clock":
        """This clock with what `base` says where it is silent itself. What is written as null is meant to be absent."""
        said: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        return base.model_copy(update={**said, "extends": base.extends, "items": self.items})


class ClockFile(Declaration):
    """`clocks.yaml`."""

    clocks: tuple[Clock, ...]
