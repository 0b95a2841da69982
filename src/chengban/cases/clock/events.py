"""What can happen to an application (办件事件). Each is frozen, has its day, and is not made without what the law has it carry."""

from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, ClassVar

from chengban.cases.clock import forbidden as no
from chengban.cases.clock.forbidden import SHANDONG, article
from chengban.cases.clock.grounds import CancellationGround, DeclineGround, Remedy, RevocationGround
from chengban.packs.clocks import Approver, PauseKind
from chengban.packs.model import Citation


def must(refusal: type[no.Forbidden]) -> Any:
    """A field that may not be empty; `refusal` says what the law wants there."""
    return field(default="", metadata={"refusal": refusal})


def some(refusal: type[no.Forbidden]) -> Any:
    """Several of them, and not none."""
    return field(default=(), metadata={"refusal": refusal})


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened on a day (发生日). `word` is what a file calls it, `name` what people do."""

    word: ClassVar[str]
    name: ClassVar[str]
    paper: ClassVar[Citation | None] = None
    """The clause that has it put in writing."""
    on: date

    def __post_init__(self) -> None:
        for one in fields(self):
            refusal = one.metadata.get("refusal")
            if refusal is not None and not getattr(self, one.name):
                raise refusal(self.paper if refusal is no.NotTold else None, act=self.name)


@dataclass(frozen=True, kw_only=True)
class Documented(Event):
    """An act that is put in writing: `document` is the number of the sealed and dated paper (文书编号)."""

    document: str = must(no.NotTold)


@dataclass(frozen=True, kw_only=True)
class Received(Event):
    word, name = "received", "收到申请材料"


@dataclass(frozen=True, kw_only=True)
class CorrectedOnTheSpot(Event):
    word, name = "corrected_on_the_spot", "当场更正"


@dataclass(frozen=True, kw_only=True)
class CorrectionAsked(Documented):
    word, name = "correction_asked", "一次告知补正"
    paper = article("第三十二条第一款第四项")
    missing: tuple[str, ...] = some(no.CorrectionOfNothing)


@dataclass(frozen=True, kw_only=True)
class Corrected(Event):
    word, name = "corrected", "收到补正材料"


@dataclass(frozen=True, kw_only=True)
class Returned(Documented):
    word, name = "returned", "退回材料并一次告知"
    paper = article("第三十二条第一款第四项")
    missing: tuple[str, ...] = some(no.CorrectionOfNothing)


@dataclass(frozen=True, kw_only=True)
class Accepted(Documented):
    """`lacking`: what may come later (容缺材料), by which commitment of the applicant."""

    word, name = "accepted", "受理"
    lacking: tuple[str, ...] = ()
    commitment: str = ""


@dataclass(frozen=True, kw_only=True)
class Declined(Documented):
    word, name = "declined", "不予受理"
    ground: DeclineGround
    reason: str = must(no.DeclineWithoutReason)
    competent: str = ""
    """The authority to apply to instead."""


@dataclass(frozen=True, kw_only=True)
class Committed(Documented):
    word, name = "committed", "作出告知承诺"
    paper = article("第二十九条第一款", SHANDONG)
    unreliable: bool = False
    """Whether the applicant has a bad credit record or once made a false commitment."""


@dataclass(frozen=True, kw_only=True)
class Supplied(Event):
    word, name = "supplied", "补齐容缺材料"
    what: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FirstReviewed(Documented):
    """The lower authority sent its opinion and all materials up (报送初审意见和全部材料)."""

    word, name = "first_reviewed", "初审后报送上级"
    paper = article("第三十五条")


@dataclass(frozen=True, kw_only=True)
class Verified(Event):
    word, name = "verified", "实质核查"
    by: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class InspectionAssigned(Event):
    word, name = "inspection_assigned", "指派检验、检测、检疫"
    to: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Inspected(Event):
    word, name = "inspected", "检验、检测、检疫有结果"
    passed: bool


@dataclass(frozen=True, kw_only=True)
class Paused(Event):
    """`days`: how many working days it needs, as told in writing by `document`. `complex`: the matter is (项目情况复杂)."""

    word, name = "paused", "停止计算时限"
    what: PauseKind
    days: int = field(default=0, metadata={"refusal": no.PauseWithoutNotice})
    document: str = must(no.PauseWithoutNotice)
    complex: bool = False


@dataclass(frozen=True, kw_only=True)
class Resumed(Event):
    word, name = "resumed", "恢复计算时限"
    what: PauseKind


@dataclass(frozen=True, kw_only=True)
class Extended(Documented):
    word, name = "extended", "延长时限"
    paper = article("第四十二条第一款")
    by: int
    approver: Approver
    reason: str = must(no.ExtensionWithoutReason)


@dataclass(frozen=True, kw_only=True)
class HearingOffered(Documented):
    word, name = "hearing_offered", "告知听证权利"
    paper = article("第四十七条第一款")


@dataclass(frozen=True, kw_only=True)
class HearingAsked(Event):
    word, name = "hearing_asked", "要求听证"


@dataclass(frozen=True, kw_only=True)
class HearingWaived(Event):
    """Everybody who may ask for a hearing said that they want none, or no longer."""

    word, name = "hearing_waived", "放弃听证"


@dataclass(frozen=True, kw_only=True)
class HearingCalled(Documented):
    word, name = "hearing_called", "通知听证时间、地点"
    paper = article("第四十八条第一款第一项")
    held_on: date
    chair: str
    place: str


@dataclass(frozen=True, kw_only=True)
class HearingHeld(Event):
    word, name = "hearing_held", "举行听证"
    record: str = must(no.HearingWithoutRecord)
    signed: bool = field(default=False, metadata={"refusal": no.HearingWithoutRecord})


@dataclass(frozen=True, kw_only=True)
class Granted(Documented):
    word, name = "granted", "准予许可"
    paper = article("第三十八条第一款")
    valid_until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Refused(Documented):
    word, name = "refused", "不予许可"
    paper = article("第三十八条第二款")
    reason: str = must(no.RefusalWithoutReason)
    remedies: tuple[Remedy, ...] = some(no.RefusalWithoutRemedies)
    standards: tuple[str, ...] = ()
    false_material: bool = False


@dataclass(frozen=True, kw_only=True)
class ApplicationWithdrawn(Event):
    word, name = "application_withdrawn", "申请人撤回申请"


@dataclass(frozen=True, kw_only=True)
class Terminated(Documented):
    word, name = "terminated", "终止办理"
    paper = article("第七十二条第三项")
    reason: str = must(no.TerminationWithoutReason)


@dataclass(frozen=True, kw_only=True)
class Delivered(Event):
    word, name = "delivered", "颁发、送达证件"


@dataclass(frozen=True, kw_only=True)
class Published(Event):
    word, name = "published", "公开准予决定"


@dataclass(frozen=True, kw_only=True)
class PostChecked(Event):
    word, name = "post_checked", "事后核查承诺"
    kept: bool


@dataclass(frozen=True, kw_only=True)
class RectificationOrdered(Documented):
    word, name = "rectification_ordered", "责令限期整改"
    paper = article("第二十九条第二款", SHANDONG)
    until: date


@dataclass(frozen=True, kw_only=True)
class Rectified(Event):
    word, name = "rectified", "整改合格"


@dataclass(frozen=True, kw_only=True)
class RenewalAsked(Event):
    word, name = "renewal_asked", "申请延续"


@dataclass(frozen=True, kw_only=True)
class RenewalGranted(Documented):
    word, name = "renewal_granted", "准予延续"
    paper = article("第五十条第二款")
    valid_until: date


@dataclass(frozen=True, kw_only=True)
class RenewalRefused(Documented):
    word, name = "renewal_refused", "不予延续"
    paper = article("第三十八条第二款")
    reason: str = must(no.RefusalWithoutReason)
    remedies: tuple[Remedy, ...] = some(no.RefusalWithoutRemedies)


@dataclass(frozen=True, kw_only=True)
class Changed(Documented):
    word, name = "changed", "变更许可事项"
    paper = article("第四十九条")


@dataclass(frozen=True, kw_only=True)
class Revoked(Documented):
    """`amends`: how harm to the holder is made good, or that there is none. Not owed to one who cheated."""

    word, name = "revoked", "撤销许可"
    paper = article("第六十九条第一款")
    ground: RevocationGround
    reason: str = must(no.RevocationForNoCause)
    amends: str = ""
    harms_the_public: bool = False


@dataclass(frozen=True, kw_only=True)
class TakenBack(Documented):
    """`cause`: what changed in the law or the circumstances. `interest`: the public interest that asks for it."""

    word, name = "taken_back", "撤回许可"
    paper = article("第八条第二款")
    cause: str = must(no.WithdrawalForNoCause)
    interest: str = must(no.WithdrawalForNoCause)
    amends: str = must(no.WithdrawalWithoutAmends)


@dataclass(frozen=True, kw_only=True)
class Cancelled(Documented):
    word, name = "cancelled", "注销许可"
    paper = article("第七十条")
    ground: CancellationGround
    reason: str = must(no.RevocationForNoCause)


EVENTS: tuple[type[Event], ...] = (
    Received, CorrectedOnTheSpot, CorrectionAsked, Corrected, Returned, Accepted, Declined, Committed, Supplied, FirstReviewed,
    Verified, InspectionAssigned, Inspected, Paused, Resumed, Extended,
    HearingOffered, HearingAsked, HearingWaived, HearingCalled, HearingHeld,
    Granted, Refused, ApplicationWithdrawn, Terminated, Delivered, Published, PostChecked, RectificationOrdered, Rectified,
    RenewalAsked, RenewalGranted, RenewalRefused, Changed, Revoked, TakenBack, Cancelled,
)  # fmt: skip
