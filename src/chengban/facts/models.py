"""What is stored beside the registers' own tables: batches, quarantined rows, tickets."""

from django.db import models


class Batch(models.Model):
    """One loading of one file into one register (批次). Committed whole or not at all."""

    register = models.CharField("库", max_length=60)
    file_name = models.CharField("文件名", max_length=255)
    digest = models.CharField("内容摘要", max_length=64)
    rows_read = models.PositiveBigIntegerField("读到")
    rows_new = models.PositiveBigIntegerField("新增")
    rows_changed = models.PositiveBigIntegerField("变更")
    rows_same = models.PositiveBigIntegerField("未变")
    rows_bad = models.PositiveBigIntegerField("隔离")
    business_date = models.DateField("业务日期")
    confirmed_on = models.DateField("再次确认日", null=True)
    """The last day on which the owner brought this very file again: nothing changed, and the register is fresh."""
    at = models.DateTimeField("载入时间")
    by = models.CharField("谁", max_length=80)

    class Meta:
        verbose_name = "批次"
        indexes = [models.Index(fields=["register", "-id"], name="facts_batch_register")]

    def __str__(self) -> str:
        return f"{self.register} #{self.pk}"


class QuarantinedRow(models.Model):
    """A row that was kept out (隔离行): as it stood in the file, and each thing wrong with it."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="quarantined")
    row = models.PositiveBigIntegerField("行号")
    values = models.JSONField("原值")
    faults = models.JSONField("问题")
    """A list of [field, value, reason]."""
    mended_in = models.ForeignKey(Batch, models.SET_NULL, null=True, related_name="mended")

    class Meta:
        verbose_name = "隔离行"
        indexes = [models.Index(fields=["batch", "row"], name="facts_quarantine_row")]


class Ticket(models.Model):
    """A fault in a register that its owner department must mend (质量工单). Closed when the data is mended."""

    register = models.CharField("库", max_length=60)
    rule = models.CharField("规则", max_length=80)
    department = models.CharField("责任部门", max_length=60)
    message = models.CharField("问题", max_length=300)
    rows = models.PositiveBigIntegerField("涉及行数")
    sample = models.JSONField("样例", default=list)
    opened_at = models.DateTimeField("开单时间")
    opened_on = models.DateField("开单日")
    closed_at = models.DateTimeField("结单时间", null=True)
    closed_on = models.DateField("结单日", null=True)

    class Meta:
        verbose_name = "质量工单"
        constraints = [
            models.UniqueConstraint(fields=["register", "rule"], condition=models.Q(closed_at=None), name="one_open_ticket_a_rule")
        ]


class Measure(models.Model):
    """A register's quality on a day (质量度量). Shares between 0 and 1; none where there is nothing to measure."""

    register = models.CharField("库", max_length=60)
    on = models.DateField("业务日期")
    rows = models.PositiveBigIntegerField("行数")
    completeness = models.DecimalField("完整性", max_digits=7, decimal_places=6, null=True)
    validity = models.DecimalField("有效性", max_digits=7, decimal_places=6, null=True)
    consistency = models.DecimalField("一致性", max_digits=7, decimal_places=6, null=True)
    loaded_on = models.DateField("最近更新", null=True)
    fresh = models.BooleanField("按时", null=True)

    class Meta:
        verbose_name = "质量度量"
        constraints = [models.UniqueConstraint(fields=["register", "on"], name="one_measure_a_day")]
