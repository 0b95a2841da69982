"""What is stored of items: the lists that a city brought with each item's versions, and what was said of verdicts."""

from django.db import models
from django.db.models import Q


class ImportedList(models.Model):
    """One taking in of one file into one list (清单导入). Whole or not at all."""

    list_name = models.CharField("清单", max_length=60)
    file_name = models.CharField("文件名", max_length=255)
    digest = models.CharField("内容摘要", max_length=64)
    business_date = models.DateField("业务日期")
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)
    rows_read = models.PositiveIntegerField("读到")
    rows_new = models.PositiveIntegerField("新增")
    rows_changed = models.PositiveIntegerField("升版")
    rows_same = models.PositiveIntegerField("未变")
    rows_ended = models.PositiveIntegerField("终止")
    kept_out = models.JSONField("未读", default=list)
    """[row, field, value, reason] of each fault."""

    class Meta:
        verbose_name = "导入的清单"
        indexes = [models.Index(fields=["list_name", "-id"], name="items_list")]

    def __str__(self) -> str:
        return f"{self.list_name} #{self.pk}"


class ItemVersion(models.Model):
    """One version of an item of a list (事项版本), from a day on, until another takes its place or the item is gone."""

    list_name = models.CharField("清单", max_length=60)
    code = models.CharField("编码", max_length=120)
    version = models.PositiveIntegerField("版本号")
    name = models.CharField("事项名称", max_length=300)
    department = models.CharField("实施主体", max_length=80)
    implementation = models.JSONField("实施清单")
    """`packs.items.Implementation` as JSON, what is not known left out."""
    brought_by = models.ForeignKey(ImportedList, models.PROTECT, related_name="brought")
    since = models.DateField("自")
    ended_by = models.ForeignKey(ImportedList, models.PROTECT, null=True, related_name="ended")
    until = models.DateField("至", null=True)
    """The day on which another version took its place, or the item was gone; not included."""

    class Meta:
        verbose_name = "事项版本"
        constraints = [
            models.UniqueConstraint(fields=["list_name", "code", "version"], name="items_version_once"),
            models.UniqueConstraint(fields=["list_name", "code"], condition=Q(ended_by=None), name="items_one_current_version"),
            models.CheckConstraint(
                condition=Q(ended_by=None, until=None) | Q(ended_by__isnull=False, until__isnull=False), name="items_end_has_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class Dispute(models.Model):
    """A datum of a verdict that its subject says is wrong (数据异议), with its ticket and the answer."""

    subject = models.CharField("主体", max_length=32)
    datum = models.CharField("数据", max_length=130)
    """`certificate:<type>`, `register:<register>` or `register:<register>.<field>`."""
    name = models.CharField("数据名称", max_length=200)
    item = models.CharField("事项", max_length=120)
    department = models.CharField("负责部门", max_length=60)
    reason = models.CharField("主体怎么说", max_length=300)
    ticket = models.OneToOneField("facts.Ticket", models.PROTECT, null=True, related_name="dispute")
    opened_on = models.DateField("提出日")
    opened_at = models.DateTimeField("提出时间")
    opened_by = models.CharField("谁提出", max_length=80)
    answer = models.CharField("答复", max_length=300, blank=True)
    answered_on = models.DateField("答复日", null=True)
    answered_at = models.DateTimeField("答复时间", null=True)
    answered_by = models.CharField("谁答复", max_length=80, blank=True)

    class Meta:
        verbose_name = "数据异议"
        indexes = [models.Index(fields=["subject", "-id"], name="items_disputes_of")]
        constraints = [
            models.UniqueConstraint(fields=["subject", "datum"], condition=Q(answered_at=None), name="items_one_open_dispute")
        ]

    def __str__(self) -> str:
        return f"{self.datum} #{self.pk}"


class DepartmentCheck(models.Model):
    """What a department told of a check for an applicant (部门核验): it was found so, or could not be checked."""

    item = models.CharField("事项", max_length=120)
    material = models.CharField("材料", max_length=300)
    subject = models.CharField("主体", max_length=32)
    department = models.CharField("核验部门", max_length=60)
    found = models.BooleanField("核验到")
    reason = models.CharField("说明", max_length=300)
    on = models.DateField("业务日期")
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)

    class Meta:
        verbose_name = "部门核验"
        indexes = [models.Index(fields=["subject", "item"], name="items_checks_of")]


class Census(models.Model):
    """What share of all materials need not be submitted, over all applicants, on a day (免提交普查)."""

    on = models.DateField("业务日期")
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)
    enterprises = models.PositiveBigIntegerField("企业")
    people = models.PositiveBigIntegerField("个人")
    result = models.JSONField("结果")
    """`items.census.Result` as JSON."""

    class Meta:
        verbose_name = "免提交普查"
