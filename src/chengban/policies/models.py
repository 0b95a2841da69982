"""What matching leaves behind: runs with counts and bitmaps by policy, what changed since, and alarms; then offers and payments."""

from decimal import Decimal

from django.db import models


class MatchRun(models.Model):
    """One matching of every subject with every policy (一次全量匹配), at a business date, on the data known after a batch.

    It is followed since: `enterprises`, `people` and all counts are those known after `followed_to`; the bitmaps stay as they were.
    """

    on = models.DateField("业务日期")
    known_by = models.BigIntegerField("数据截至批次")
    followed_to = models.BigIntegerField("跟随至批次", null=True)
    """None: made before runs were followed."""
    followed_at = models.DateTimeField("跟随时间", null=True)
    checked_at = models.DateTimeField("核对时间", null=True)
    """When it was last held against a full matching; its alarms are what differed."""
    pack_digest = models.CharField("配置包摘要", max_length=64)
    enterprises = models.PositiveBigIntegerField("企业数")
    people = models.PositiveBigIntegerField("人数")
    at = models.DateTimeField("时间")
    seconds = models.FloatField("用时")
    match_seconds = models.FloatField("其中匹配用时")
    by = models.CharField("谁", max_length=80)
    publications = models.PositiveBigIntegerField("政策截至公布记录", default=0)
    """The last line of the log of publications that the run knew."""

    class Meta:
        verbose_name = "匹配"


class PolicyMatch(models.Model):
    """One policy's part of a run. Without a version it was not in force on the day, and nobody was matched.

    The counts are followed; the bitmaps are of the subjects known after `known_by`, in the order of their identifiers.
    """

    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="policies")
    policy = models.CharField("政策", max_length=20)
    version = models.CharField("版本", max_length=20, blank=True)
    eligible = models.PositiveBigIntegerField("符合", default=0)
    unknown = models.PositiveBigIntegerField("还不知道", default=0)
    near = models.PositiveBigIntegerField("差一步", default=0)
    amount = models.DecimalField("金额(元)", max_digits=24, decimal_places=2, null=True)
    amount_unknown = models.PositiveBigIntegerField("金额还不知道的", default=0)
    breakdown = models.JSONField("构成", default=dict)
    """{"county": {code: n}, "industry": {letter: n}, "missing": {fact: n}, "near": {clause: n}}"""
    bits_eligible = models.BinaryField("符合者位图", default=b"")
    bits_unknown = models.BinaryField("还不知道者位图", default=b"")
    near_clauses = models.BinaryField("差一步的条件", default=b"")
    """A signed byte a subject, compressed: the index of the one clause that is left, −1 for none."""
    known_by = models.BigIntegerField("位图截至批次", default=0)
    signature = models.CharField("所依摘要", max_length=64, blank=True)
    """What it was matched by: the version, and the facts that it stands on."""

    class Meta:
        verbose_name = "政策匹配"
        constraints = [models.UniqueConstraint(fields=["run", "policy"], name="one_match_a_policy_a_run")]


class SubjectMatch(models.Model):
    """Where one subject stands with one policy since its facts changed (跟随结果): it holds instead of what the bitmaps say."""

    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="followed")
    policy = models.CharField("政策", max_length=20)
    version = models.CharField("版本", max_length=20)
    subject = models.CharField("对象", max_length=18)
    verdict = models.CharField("结论", max_length=10)
    near = models.CharField("差一步的条件", max_length=60, blank=True)
    amount = models.DecimalField("金额(元)", max_digits=18, decimal_places=2, null=True)
    known_by = models.BigIntegerField("数据截至批次")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "跟随结果"
        constraints = [models.UniqueConstraint(fields=["run", "policy", "subject"], name="followed_once")]
        indexes = [models.Index(fields=["run", "subject"], name="policies_followed_subject")]


class MatchAlarm(models.Model):
    """A policy whose followed state was not what a full matching says (匹配告警)."""

    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="alarms")
    policy = models.CharField("政策", max_length=20)
    differing = models.PositiveBigIntegerField("不一致的对象数")
    sample = models.JSONField("样例", default=list)
    """The first few of them."""
    counts = models.JSONField("不一致的计数", default=dict)
    """{name: [followed, full]} for each count that differs."""
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "匹配告警"


class Budget(models.Model):
    """What a policy may pay in a period (预算与名额). The database refuses to commit more than the total."""

    policy = models.CharField("政策", max_length=20)
    period = models.CharField("期间", max_length=20)
    total = models.DecimalField("预算(元)", max_digits=20, decimal_places=2)
    committed = models.DecimalField("已占用(元)", max_digits=20, decimal_places=2, default=0)
    places = models.PositiveIntegerField("名额", null=True)
    taken = models.PositiveIntegerField("已占名额", default=0)

    class Meta:
        verbose_name = "预算"
        constraints = [
            models.UniqueConstraint(fields=["policy", "period"], name="one_budget_a_period"),
            models.CheckConstraint(
                condition=models.Q(committed__gte=0, committed__lte=models.F("total")), name="budget_never_overspent"
            ),
            models.CheckConstraint(
                condition=models.Q(places=None) | models.Q(taken__lte=models.F("places")), name="quota_never_exceeded"
            ),
        ]

    @property
    def left(self) -> Decimal:
        """What can still be committed, in 元."""
        return self.total - self.committed


class Payment(models.Model):
    """An amount that is owed to one subject under one version for one period (拨付). There can be no second."""

    policy = models.CharField("政策", max_length=20)
    version = models.CharField("版本", max_length=20)
    subject = models.CharField("对象", max_length=18)
    period = models.CharField("期间", max_length=20)
    number = models.PositiveIntegerField("受理序号")
    amount = models.DecimalField("金额(元)", max_digits=18, decimal_places=2)
    account = models.CharField("收款账户", max_length=40)
    at = models.DateTimeField("下达时间")
    by = models.CharField("谁", max_length=80)

    class Meta:
        verbose_name = "拨付"
        constraints = [
            models.UniqueConstraint(fields=["policy", "version", "subject", "period"], name="paid_once_a_period"),
            models.UniqueConstraint(fields=["policy", "period", "number"], name="one_payment_a_number"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_is_positive"),
        ]


class PaymentStep(models.Model):
    """What happened to a payment (拨付步骤): its newest step is where it stands."""

    class State(models.TextChoices):
        ORDERED = "ordered", "已下达"
        PAID = "paid", "已到账"
        REFUSED = "refused", "国库退回"
        STUCK = "stuck", "未送达"
        RETURNED = "returned", "银行退票"
        RELEASED = "released", "不再拨付"

    payment = models.ForeignKey(Payment, models.CASCADE, related_name="steps")
    state = models.CharField("状态", max_length=10, choices=State)
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)
    reference = models.CharField("国库流水号", max_length=120, blank=True)
    reason = models.CharField("原因", max_length=300, blank=True)
    attempt = models.PositiveSmallIntegerField("第几次下达", default=1)
    account = models.CharField("更正后的收款账户", max_length=40, blank=True)
    returned_by = models.OneToOneField("self", models.PROTECT, null=True, related_name="returns", verbose_name="被退回于")
    """The step that undid this arrival (退票). Money may arrive again only after it went back."""

    class Meta:
        verbose_name = "拨付步骤"
        constraints = [
            models.UniqueConstraint(fields=["payment"], condition=models.Q(state="paid", returned_by=None), name="arrives_once"),
            models.CheckConstraint(
                condition=models.Q(returned_by=None) | models.Q(state="paid"), name="only_an_arrival_is_returned"
            ),
            models.UniqueConstraint(
                fields=["payment", "attempt"], condition=models.Q(attempt__gt=1, account__gt=""), name="resent_once_an_attempt"
            ),
        ]
        indexes = [models.Index(fields=["payment", "id"], name="policies_steps_in_order")]


class Offer(models.Model):
    """What a policy version holds ready for one subject in a period (拟享), with the reasons as they were that day (冻结的说明)."""

    policy = models.CharField("政策", max_length=20)
    version = models.CharField("版本", max_length=20)
    subject = models.CharField("对象", max_length=18)
    period = models.CharField("期间", max_length=20)
    amount = models.DecimalField("金额(元)", max_digits=18, decimal_places=2)
    on = models.DateField("业务日期")
    explanation = models.JSONField("说明")
    """[{"clause": id, "verdict": true, "facts": {fact: value}}]"""
    score = models.DecimalField("得分", max_digits=20, decimal_places=6, null=True)
    """What the version's own score came to that day, where its places go by score."""
    payment = models.OneToOneField(Payment, models.PROTECT, null=True, related_name="offer")

    class Meta:
        verbose_name = "拟享"
        constraints = [
            models.UniqueConstraint(fields=["policy", "version", "subject", "period"], name="offered_once_a_period"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="offer_is_positive"),
        ]
        indexes = [models.Index(fields=["policy", "period", "id"], name="policies_offers_in_order")]


class OfferStep(models.Model):
    """What happened to an offer (步骤): who, when, and why. Where it stands follows from its steps."""

    class Step(models.TextChoices):
        PROPOSED = "proposed", "拟享"
        EXCLUDED = "excluded", "不可同享，排除"
        RESTORED = "restored", "排除的原因已消失，恢复"
        CONFIRMED = "confirmed", "部门确认"
        REJECTED = "rejected", "部门不予确认"
        NOTICED = "noticed", "公示"
        OBJECTED = "objected", "有异议"
        UPHELD = "upheld", "异议成立"
        DISMISSED = "dismissed", "异议不成立"
        DISPUTED = "disputed", "数据有误，待核"
        MENDED = "mended", "数据已核"
        ACCEPTED = "accepted", "企业确认"
        DECLINED = "declined", "企业放弃"
        ORDERED = "ordered", "已下达"

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="steps")
    step = models.CharField("步骤", max_length=10, choices=Step)
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)
    reason = models.CharField("原因", max_length=300, blank=True)
    until = models.DateField("公示至", null=True)
    account = models.CharField("收款账户", max_length=40, blank=True)

    class Meta:
        verbose_name = "拟享步骤"
        indexes = [models.Index(fields=["offer", "id"], name="policies_offer_steps")]


class SeedFigure(models.Model):
    """What one part of a published figure (见报数字) came to when it was reckoned from the city's data."""

    figure = models.CharField("见报数字", max_length=60)
    part = models.CharField("其中", max_length=60)
    value = models.DecimalField("值", max_digits=28, decimal_places=4)
    known = models.PositiveBigIntegerField("数据已知的主体")
    enterprises = models.PositiveBigIntegerField("企业数")
    on = models.DateField("业务日期")
    known_by = models.BigIntegerField("数据截至批次")
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)

    class Meta:
        verbose_name = "见报数字的核算"
        indexes = [models.Index(fields=["figure", "part", "-id"], name="policies_seed_newest")]


from chengban.policies.edition_models import Edition, EditionStep, Publication  # noqa: E402, F401
from chengban.policies.recovery_models import (  # noqa: E402, F401
    Finding,
    Instalment,
    Receipt,
    Recovery,
    SpotCheck,
    Waiver,
)
