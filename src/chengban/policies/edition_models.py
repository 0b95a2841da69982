"""What officers write and the city publishes: editions of policies, what happened to each, and the log of what is in force."""

from django.db import models


class Edition(models.Model):
    """One version of a policy as an officer writes it (版本稿). Once it is published the database refuses to change it."""

    policy = models.CharField("政策", max_length=20, blank=True)
    version = models.CharField("版本", max_length=20, blank=True)
    name = models.CharField("名称", max_length=80, blank=True)
    written = models.JSONField("稿")
    """The form as it was filled in, right or wrong: see `policies.drafting.Written`."""
    revision = models.PositiveIntegerField("修订次数", default=1)

    class Meta:
        verbose_name = "版本稿"


class EditionStep(models.Model):
    """What happened to an edition: who, when and why."""

    class Step(models.TextChoices):
        WRITTEN = "written", "起草"
        SUBMITTED = "submitted", "提交审核"
        RETURNED = "returned", "退回修改"
        PUBLISHED = "published", "审核通过并公布"
        DISCARDED = "discarded", "作废"

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="steps")
    step = models.CharField("步骤", max_length=10, choices=Step)
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)
    reason = models.CharField("原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "版本稿步骤"
        indexes = [models.Index(fields=["edition", "id"], name="policies_edition_steps")]


class Publication(models.Model):
    """One line of the log of what is in force (公布与撤回记录). Its last line's number names a state of the city's policies."""

    class Act(models.TextChoices):
        PUBLISHED = "published", "公布"
        WITHDRAWN = "withdrawn", "撤回"

    act = models.CharField("公布或撤回", max_length=10, choices=Act)
    policy = models.CharField("政策", max_length=20)
    version = models.CharField("版本", max_length=20)
    on = models.DateField("自哪天起")
    """Published: the first day in force. Withdrawn: the first day no longer in force."""
    edition = models.ForeignKey(Edition, models.PROTECT, null=True, related_name="publications")
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)
    reason = models.CharField("原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "公布记录"
        constraints = [
            models.UniqueConstraint(fields=["policy", "version", "act"], name="published_once_withdrawn_once"),
            models.CheckConstraint(condition=models.Q(act="published") | ~models.Q(reason=""), name="withdrawn_with_a_reason"),
            models.CheckConstraint(
                condition=models.Q(act="withdrawn") | models.Q(edition__isnull=False), name="published_from_an_edition"
            ),
        ]
