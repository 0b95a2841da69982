"""What the law does not let be done (依法不能办): one class a cause, each with its sentence and the clause it stands on."""

from typing import Any, ClassVar

from chengban.cases.errors import CasesError
from chengban.packs.model import Citation

LICENCE_LAW = "行政许可法"
SHANDONG = "山东省优化营商环境条例"


def article(number: str, title: str = LICENCE_LAW) -> Citation:
    return Citation(title=title, article=number)


def named(clause: Citation) -> str:
    """《行政许可法》第四十二条第一款."""
    title = clause.title if "〔" in clause.title else f"《{clause.title}》"
    return f"{title}{clause.article or ''}"


class ClockError(CasesError):
    """The base of the clock's errors."""


class Unreadable(ClockError):
    """Events that cannot be read as the life of an application."""


class Forbidden(ClockError):
    """An act that the law forbids. `clause` is that of the rule set where the rule set has its own; `at` tells which act it was."""

    clause: ClassVar[Citation]
    sentence: ClassVar[str]
    at: str = ""

    def __init__(self, by: Citation | None = None, **values: Any) -> None:
        self.by = by or type(self).clause
        super().__init__(f"{self.sentence.format(**values)}（{named(self.by)}）")


class OutOfTurn(Forbidden):
    """An act that does not follow from where the application stands."""

    clause = article("第四条")
    sentence = "这件事现在是“{state}”，不能办“{act}”：办理要依照法定程序。"


class NotTold(Forbidden):
    """Something had to be put in writing, and no document is named."""

    clause = article("第三十二条第二款")
    sentence = "没有写明文书编号：{act}要有书面凭证，加盖印章、注明日期。"


class SecondCorrection(Forbidden):
    clause = article("第三十二条第一款第四项")
    sentence = (
        "已经在{day}发过一次补正告知书。需要补正的内容只能一次告知，不能再要求补正：材料补齐的应当受理，没有补齐的可以不予受理。"
    )


class CorrectionTooLate(Forbidden):
    clause = article("第三十二条第一款第四项")
    sentence = "补正告知的期限到{due}为止，逾期没有告知，自{received}收到材料之日起已经视为受理，不能再要求补正，也不能不予受理。"


class CorrectionAfterAcceptance(Forbidden):
    clause = article("第三十二条第一款第五项")
    sentence = "已经受理，材料就是齐的，不能再要求补正。"


class AcceptedByLaw(Forbidden):
    clause = article("第三十二条第一款第四项")
    sentence = "到{due}没有告知补正，自{received}收到材料之日起已经视为受理，不能再另定受理日期：受理凭证上的日期写{received}。"


class CorrectionOfNothing(Forbidden):
    clause = article("第三十二条第一款第四项")
    sentence = "补正告知书没有写明缺什么：要一次告知需要补正的全部内容。"


class NotCorrectedButReturned(Forbidden):
    clause = article("第十八条第三款", "市场主体登记管理条例实施细则")
    sentence = "这类事项材料不齐的，退回材料并一次告知，由申请人补齐后重新提交，不发补正告知书。"


class NotReturnedButCorrected(Forbidden):
    clause = article("第三十二条第一款第四项")
    sentence = "这类事项材料不齐的，应当一次告知补正，不能退件了事。"


class DeclineWithoutReason(Forbidden):
    clause = article("第七十二条第七项")
    sentence = "不予受理要说明理由。"


class DeclineWithoutDirection(Forbidden):
    clause = article("第三十二条第一款第二项")
    sentence = "不属于本机关职权的，要告知申请人向哪个机关申请。"


class DeclineForNoCause(Forbidden):
    clause = article("第三十二条第一款第五项")
    sentence = "没有告知过补正，不能以材料没有补齐为由不予受理。"


class DecisionBeforeAcceptance(Forbidden):
    clause = article("第三十二条第二款")
    sentence = "还没有受理，不能作决定：先出具受理凭证；能当场决定的，受理当日就可以决定。"


class DecisionBeforeFirstReview(Forbidden):
    clause = article("第三十五条")
    sentence = "下级机关还没有报送初步审查意见和全部材料，上级机关不能作决定。"


class MaterialsAskedAgain(Forbidden):
    clause = article("第三十五条")
    sentence = "下级机关已经收齐材料，上级机关不能要求申请人重复提供材料。"


class DecisionDuringPause(Forbidden):
    clause = article("第四十五条")
    sentence = "{what}还没有结束，不能作决定：先登记结束的日子，时限恢复计算。"


class DecisionBeforeHearing(Forbidden):
    clause = article("第四十七条第一款")
    sentence = "{why}，不能先作决定。"


class GrantWithLacking(Forbidden):
    clause = Citation(title="国发〔2024〕3号", note="容缺事项承诺办")
    sentence = "容缺的材料还没有补齐：{lacking}。补齐以后才能准予。"


class RefusalWithoutReason(Forbidden):
    clause = article("第三十八条第二款")
    sentence = "不予许可的决定没有说明理由。"


class RefusalWithoutRemedies(Forbidden):
    clause = article("第三十八条第二款")
    sentence = "不予许可的决定没有写全救济途径：要告知可以申请行政复议，也可以提起行政诉讼。"


class RefusalWithoutStandards(Forbidden):
    clause = article("第五十五条第三款")
    sentence = "根据检验、检测、检疫结果不予许可的，要写明依据的技术标准、技术规范。"


class TooFewStaff(Forbidden):
    clause = article("第三十四条第三款")
    sentence = "{act}要指派 {least} 名以上工作人员，现在只有 {count} 名。"


class PauseWithoutNotice(Forbidden):
    clause = article("第四十五条")
    sentence = "没有书面告知申请人需要多少时间，不能停止计算时限。"


class PauseForNoCause(Forbidden):
    clause = article("第四十五条")
    sentence = "{what}不能停止计算时限：能不计入期限的只有{kinds}。"


class PauseTooLong(Forbidden):
    clause = article("第四十五条")
    sentence = "{what}不计入期限的时间最多 {most} 个工作日，告知的是 {told} 个。"


class ExtensionNotKnown(Forbidden):
    clause = article("第四十二条第一款")
    sentence = "这类事项的时限由专门的法律、法规规定，其中没有延长，不能延长。"


class SecondExtension(Forbidden):
    clause = article("第四十二条第一款")
    sentence = "已经在{day}延长过一次，不能再延长。"


class ExtensionTooLate(Forbidden):
    clause = article("第四十二条第一款")
    sentence = "时限到{due}已经届满，届满以后不能再延长。"


class ExtensionTooLong(Forbidden):
    clause = article("第四十二条第一款")
    sentence = "最多延长 {most} {unit}，申请延长的是 {asked} {unit}。"


class ExtensionWithoutApprover(Forbidden):
    clause = article("第四十二条第一款")
    sentence = "延长时限要经{needed}批准。"


class ExtensionWithoutReason(Forbidden):
    clause = article("第四十二条第一款")
    sentence = "延长时限要把理由告知申请人。"


class HearingAskedTooLate(Forbidden):
    clause = article("第四十七条第一款")
    sentence = "要求听证的期限到{due}为止，已经过了。"


class HearingToldTooLate(Forbidden):
    clause = article("第四十八条第一款第一项")
    sentence = "听证要在举行的 {days} {unit}前通知。{told}通知的，最早{earliest}举行，不能定在{held}。"


class HearingOnAnotherDay(Forbidden):
    clause = article("第四十八条第一款第一项")
    sentence = "通知的是{called}举行听证，不能在{held}举行：改期要重新通知。"


class ChairReviewsTheCase(Forbidden):
    clause = article("第四十八条第一款第三项")
    sentence = "{chair}是审查这件申请的工作人员，不能主持听证。"


class HearingWithoutRecord(Forbidden):
    clause = article("第四十八条第一款第五项")
    sentence = "听证没有笔录，或者笔录没有交参加人确认签字：要先补上。"


class CommitmentNotAllowed(Forbidden):
    clause = article("第二十九条第一款", SHANDONG)
    sentence = "这类事项不能采用告知承诺方式办理。"


class CommitmentByTheUnreliable(Forbidden):
    clause = Citation(title="国办发〔2020〕42号")
    sentence = "申请人有较严重的不良信用记录或者作过虚假承诺，信用修复前不能采用告知承诺方式办理。"


class NothingToRectify(Forbidden):
    clause = article("第二十九条第二款", SHANDONG)
    sentence = "核查没有发现不符，不能责令整改。"


class RevocationBeforeRectification(Forbidden):
    clause = article("第二十九条第二款", SHANDONG)
    sentence = "承诺不实的，先责令限期整改；整改期限到了仍不符合，才能撤销。"


class ToleranceNotAllowed(Forbidden):
    clause = Citation(title="国发〔2024〕3号", note="容缺事项承诺办")
    sentence = "这类事项不能容缺受理。"


class ToleranceWithoutCommitment(Forbidden):
    clause = Citation(title="国发〔2024〕3号", note="容缺事项承诺办")
    sentence = "容缺受理要有申请人签署的补正承诺。"


class ToleranceNotExpired(Forbidden):
    clause = Citation(title="国发〔2024〕3号", note="容缺事项承诺办")
    sentence = "补齐材料的 {count} {unit}还没有届满，现在不能终止办理。"


class RenewalNotKnown(Forbidden):
    clause = article("第五十条第一款")
    sentence = "这类事项没有延续：{why}。"


class RenewalTooLong(Forbidden):
    clause = article("第五十条第一款")
    sentence = "最多延续到{most}，不能到{until}。"


class RevocationForNoCause(Forbidden):
    clause = article("第六十九条第一款")
    sentence = "撤销要说明属于哪一种情形和理由。"


class RevocationHarmsThePublic(Forbidden):
    clause = article("第六十九条第三款")
    sentence = "撤销可能对公共利益造成重大损害的，不予撤销。"


class RevocationWithoutAmends(Forbidden):
    clause = article("第六十九条第四款")
    sentence = "撤销使被许可人的合法权益受到损害的，应当赔偿：要写明如何赔偿，没有损害的也要写明。"


class WithdrawalForNoCause(Forbidden):
    clause = article("第八条第二款")
    sentence = "不得擅自改变已经生效的许可：撤回要写明依据的法律作了哪些修改，或者客观情况有什么重大变化，以及为了什么公共利益。"


class WithdrawalWithoutAmends(Forbidden):
    clause = article("第八条第二款")
    sentence = "撤回造成财产损失的，应当补偿：要写明如何补偿，没有损失的也要写明。"


class CancellationForNoCause(Forbidden):
    clause = article("第七十条")
    sentence = "{why}，不能办理注销。"


class TerminationWithoutReason(Forbidden):
    clause = article("第七十二条第三项")
    sentence = "终止办理要说明理由并告知申请人。"


class PromiseTooLong(Forbidden):
    clause = article("第四十二条第一款")
    sentence = "承诺时限 {promised} {unit}长于法定时限 {within} {unit}。"
