"""What follows a payment that arrived: spot checks, and money that is demanded back."""

from decimal import Decimal

from django.db import models

from chengban.policies.models import Payment


class SpotCheck(models.Model):
    """A draw of payments that arrived (抽查), judged again by what is known after a batch. The same seed draws the same."""

    policy = models.CharField("政策", max_length=20)
    period = models.CharField("期间", max_length=20)
    count = models.PositiveIntegerField("抽取笔数")
    seed = models.BigIntegerField("随机种子")
    known_by = models.BigIntegerField("数据截至批次")
    on = models.DateField("业务日期")
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)

    class Meta:
        verbose_name = "抽查"


class Finding(models.Model):
    """What a spot check says of one payment (抽查发现). It demands nothing: an officer decides."""

    class Says(models.TextChoices):
        HOLDS = "holds", "仍符合"
        FAILS = "fails", "不再符合"
        UNKNOWN = "unknown", "还不知道"

    check_of = models.ForeignKey(SpotCheck, models.CASCADE, related_name="findings", db_column="check_id")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="findings")
    says = models.CharField("结论", max_length=10, choices=Says)
    amount = models.DecimalField("现在算得的金额(元)", max_digits=18, decimal_places=2, null=True)
    clauses = models.JSONField("理由", default=list)
    """The clauses that are not met: [{"clause": id, "verdict": …, "facts": {fact: value}}]"""
    reason = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = "抽查发现"
        constraints = [models.UniqueConstraint(fields=["check_of", "payment"], name="one_finding_a_payment")]


class Recovery(models.Model):
    """Money that was paid and is demanded back (追回). What came back and what was waived never exceed it."""

    payment = models.OneToOneField(Payment, models.PROTECT, related_name="recovery")
    amount = models.DecimalField("要求退回(元)", max_digits=18, decimal_places=2)
    received = models.DecimalField("已退回(元)", max_digits=18, decimal_places=2, default=0)
    waived = models.DecimalField("已免除(元)", max_digits=18, decimal_places=2, default=0)
    on = models.DateField("业务日期")
    citation = models.CharField("依据", max_length=300)
    reason = models.CharField("原因", max_length=300)
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)

    class Meta:
        verbose_name = "追回"
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="demand_is_positive"),
            models.CheckConstraint(
                condition=models.Q(received__gte=0, waived__gte=0, amount__gte=models.F("received") + models.F("waived")),
                name="never_more_than_demanded",
            ),
        ]

    @property
    def owed(self) -> Decimal:
        """What is still to come, in 元."""
        return self.amount - self.received - self.waived


class Instalment(models.Model):
    """One part of a plan (分期). A later plan takes the place of an earlier one, which is kept."""

    recovery = models.ForeignKey(Recovery, models.CASCADE, related_name="instalments")
    plan = models.PositiveSmallIntegerField("第几次约定")
    number = models.PositiveSmallIntegerField("期次")
    amount = models.DecimalField("金额(元)", max_digits=18, decimal_places=2)
    due = models.DateField("最迟")
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)

    class Meta:
        verbose_name = "分期"
        constraints = [
            models.UniqueConstraint(fields=["recovery", "plan", "number"], name="one_instalment_a_number"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="instalment_is_positive"),
        ]


class Receipt(models.Model):
    """Money that came back (退回入账), once by the bank's reference."""

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="receipts")
    amount = models.DecimalField("金额(元)", max_digits=18, decimal_places=2)
    on = models.DateField("到账日期")
    reference = models.CharField("银行流水号", max_length=120, unique=True)
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)

    class Meta:
        verbose_name = "退回入账"
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="receipt_is_positive")]


class Waiver(models.Model):
    """The rest of a demand that is given up (免除), by somebody else than who demanded it."""

    recovery = models.OneToOneField(Recovery, models.PROTECT, related_name="waiver")
    amount = models.DecimalField("金额(元)", max_digits=18, decimal_places=2)
    reason = models.CharField("原因", max_length=300)
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)

    class Meta:
        verbose_name = "免除"
