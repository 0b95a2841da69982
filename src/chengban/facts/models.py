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


class Task(models.Model):
    """What a member of staff reads one subject's data for (查阅事由): a purpose, what is being done, and until when."""

    purpose = models.CharField("用途", max_length=60)
    kind = models.CharField("主体类别", max_length=16)
    subject = models.CharField("主体", max_length=32)
    about = models.CharField("办什么", max_length=120)
    opened_at = models.DateTimeField("开始时间")
    by = models.CharField("谁", max_length=80)
    until = models.DateTimeField("到何时")

    class Meta:
        verbose_name = "查阅事由"
        indexes = [models.Index(fields=["by", "subject", "-id"], name="facts_task_whose")]

    def __str__(self) -> str:
        return f"task:{self.pk}"


class Emergency(models.Model):
    """A reading that no task allows, made in an emergency (应急查阅) and reviewed afterwards by an auditor."""

    kind = models.CharField("主体类别", max_length=16)
    subject = models.CharField("主体", max_length=32)
    reason = models.CharField("紧急情况", max_length=300)
    opened_at = models.DateTimeField("开始时间")
    by = models.CharField("谁", max_length=80)
    until = models.DateTimeField("到何时")
    review_by = models.DateField("复核期限")
    reviewed_at = models.DateTimeField("复核时间", null=True)
    reviewed_by = models.CharField("复核人", max_length=80, blank=True)
    justified = models.BooleanField("是否正当", null=True)
    finding = models.CharField("复核意见", max_length=300, blank=True)

    class Meta:
        verbose_name = "应急查阅"
        indexes = [models.Index(fields=["review_by"], condition=models.Q(reviewed_at=None), name="facts_emergency_waiting")]

    def __str__(self) -> str:
        return f"emergency:{self.pk}"


class DataRequest(models.Model):
    """One department asks another for fields of a register (部门间数据请求). Where it stands follows from its steps."""

    department = models.CharField("请求部门", max_length=60)
    register = models.CharField("库", max_length=60)
    fields = models.JSONField("字段")
    """Field ids of the register."""
    subjects = models.JSONField("对象", default=list)
    """The identifiers of the subjects; empty: whichever subject the department's own matters are about."""
    answers_only = models.BooleanField("只要是否", default=False)
    basis = models.CharField("依据", max_length=200)
    reason = models.CharField("用途", max_length=300)
    days = models.PositiveIntegerField("天数")

    class Meta:
        verbose_name = "数据请求"

    def __str__(self) -> str:
        return f"request:{self.pk}"


class RequestStep(models.Model):
    """One step of a data request: asked, approved, refused, withdrawn or revoked, by whom, when and why."""

    request = models.ForeignKey(DataRequest, models.PROTECT, related_name="steps")
    step = models.CharField("步骤", max_length=12)
    at = models.DateTimeField("时间")
    on = models.DateField("业务日期")
    by = models.CharField("谁", max_length=80)
    reason = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = "数据请求的步骤"
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["request", "step"], name="each_step_of_a_request_once")]


class Question(models.Model):
    """A subject asks why its data was read (对查阅的质疑); an auditor answers."""

    entry = models.BigIntegerField("留痕编号", unique=True)
    kind = models.CharField("主体类别", max_length=16)
    subject = models.CharField("主体", max_length=32, db_index=True)
    text = models.CharField("质疑", max_length=300, blank=True)
    asked_at = models.DateTimeField("提出时间")
    asked_by = models.CharField("提出人", max_length=80)
    answer_by = models.DateField("答复期限")
    answered_at = models.DateTimeField("答复时间", null=True)
    answered_by = models.CharField("答复人", max_length=80, blank=True)
    improper = models.BooleanField("是否不当", null=True)
    answer = models.CharField("答复", max_length=300, blank=True)

    class Meta:
        verbose_name = "对查阅的质疑"

    def __str__(self) -> str:
        return f"question:{self.pk}"
