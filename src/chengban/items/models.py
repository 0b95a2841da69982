"""What is stored of items: the lists that a city brought, and each item's versions."""

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
