"""Certificates, what was done to them, what their holders agreed to, and what verifiers asked."""

from django.db import models
from django.db.models import Q


class StatusSlot(models.Model):
    """A place in a status list (状态位): drawn at random, given once, never again."""

    list = models.PositiveIntegerField("清单")
    index = models.PositiveIntegerField("位置")

    class Meta:
        verbose_name = "状态位"
        constraints = [models.UniqueConstraint(fields=["list", "index"], name="a_slot_is_given_once")]


class Certificate(models.Model):
    """One certificate (电子证照). What is on it never changes: a new version is a new row. Its steps say where it stands."""

    kind = models.CharField("类型", max_length=60)
    identifier = models.CharField("电子证照标识", max_length=140, unique=True)
    number = models.CharField("证照编号", max_length=60)
    version = models.PositiveSmallIntegerField("版本")
    subject = models.CharField("持证主体", max_length=32)
    holder = models.CharField("持证主体名称", max_length=120)
    department = models.CharField("颁发部门", max_length=60)
    claims = models.JSONField("照面", default=dict)
    """Field → value as JSON: a date as YYYY-MM-DD, an exact number as text, a code as its code."""
    issued_on = models.DateField("颁发日期")
    valid_from = models.DateField("有效期起")
    valid_until = models.DateField("有效期止", null=True)
    slot = models.OneToOneField(StatusSlot, models.PROTECT, related_name="certificate")
    predecessor = models.OneToOneField("self", models.PROTECT, null=True, related_name="successor")
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)

    class Meta:
        verbose_name = "电子证照"
        indexes = [models.Index(fields=["subject", "kind", "-id"], name="certificates_of_a_subject")]

    def __str__(self) -> str:
        return self.identifier


class CertificateStep(models.Model):
    """What was done to a certificate (证照步骤)."""

    class Act(models.TextChoices):
        ISSUED = "issued", "颁发"
        ANNOTATED = "annotated", "加注"
        SUSPENDED = "suspended", "暂停"
        RESUMED = "resumed", "恢复"
        REVOKED = "revoked", "撤销"
        REISSUED = "reissued", "换发"

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="steps")
    act = models.CharField("做了什么", max_length=10, choices=Act)
    on = models.DateField("业务日期")
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)
    reason = models.CharField("原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "证照步骤"
        indexes = [
            models.Index(fields=["certificate", "id"], name="certificates_steps_in_order"),
            models.Index(fields=["certificate", "-id"], condition=~Q(act__in=["issued", "annotated"]), name="certificates_moved"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate"], condition=Q(act__in=["revoked", "reissued"]), name="a_certificate_ends_once"
            )
        ]


class UseRequest(models.Model):
    """A verifier asks a holder to see certificates (用证请求): for one purpose and case, so many times, until a day.

    Its steps and the uses of what was agreed to say where it stands.
    """

    subject = models.CharField("持证主体", max_length=32)
    audience = models.CharField("核验方", max_length=120)
    department = models.CharField("核验方部门", max_length=64, blank=True)
    """The pack's id; empty where an account without a department asked for itself."""
    purpose = models.CharField("用途", max_length=200)
    clause = models.CharField("依据", max_length=200)
    case = models.CharField("办件号", max_length=60)
    times = models.PositiveSmallIntegerField("次数")
    until = models.DateField("有效至")
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)

    class Meta:
        verbose_name = "用证请求"
        indexes = [
            models.Index(fields=["subject", "-id"], name="certificates_requests_of"),
            models.Index(fields=["department", "by", "-id"], name="certificates_requests_by"),
        ]


class RequestLine(models.Model):
    """One type of certificate that a request asks for (所请证照): what must be shown of it, and what the holder may add."""

    request = models.ForeignKey(UseRequest, models.PROTECT, related_name="lines")
    kind = models.CharField("类型", max_length=60)
    required = models.JSONField("必需的要素", default=list)
    optional = models.JSONField("可选的要素", default=list)

    class Meta:
        verbose_name = "所请证照"
        constraints = [models.UniqueConstraint(fields=["request", "kind"], name="a_type_is_asked_for_once")]


class RequestStep(models.Model):
    """What a holder did with a request (用证请求步骤)."""

    class Act(models.TextChoices):
        CONSENTED = "consented", "同意"
        REFUSED = "refused", "不同意"
        REVOKED = "revoked", "收回同意"

    request = models.ForeignKey(UseRequest, models.PROTECT, related_name="steps")
    act = models.CharField("做了什么", max_length=10, choices=Act)
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)
    reason = models.CharField("原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "用证请求步骤"
        constraints = [
            models.UniqueConstraint(
                fields=["request"], condition=Q(act__in=["consented", "refused"]), name="a_request_is_answered_once"
            ),
            models.UniqueConstraint(fields=["request"], condition=Q(act="revoked"), name="a_consent_is_revoked_once"),
        ]


class UseMandate(models.Model):
    """A holder's agreement to the use of a certificate (授权用证): for one purpose and case, so many times, until a day."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="mandates")
    line = models.OneToOneField(RequestLine, models.PROTECT, null=True, related_name="mandate")
    audience = models.CharField("核验方", max_length=120, blank=True)
    """Who may use it; empty where it is whoever the holder shows a code to."""
    purpose = models.CharField("用途", max_length=200)
    case = models.CharField("办件号", max_length=60)
    fields = models.JSONField("同意披露的要素", default=list)
    times = models.PositiveSmallIntegerField("次数")
    until = models.DateField("有效至")
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)
    withdrawn_at = models.DateTimeField("收回时间", null=True)
    withdrawn_by = models.CharField("收回人", max_length=80, blank=True)

    class Meta:
        verbose_name = "授权用证"
        indexes = [models.Index(fields=["certificate", "case"], name="certificates_mandates")]


class Use(models.Model):
    """One use of a certificate under a mandate (用证)."""

    mandate = models.ForeignKey(UseMandate, models.PROTECT, related_name="uses")
    ordinal = models.PositiveSmallIntegerField("第几次")
    inquiry = models.OneToOneField("Inquiry", models.PROTECT, null=True, related_name="use")
    on = models.DateField("业务日期")
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)

    class Meta:
        verbose_name = "用证"
        constraints = [models.UniqueConstraint(fields=["mandate", "ordinal"], name="each_use_is_counted_once")]


class Inquiry(models.Model):
    """A verifier's question (核验请求): its nonce is answered once, within its time."""

    nonce = models.CharField("随机数", max_length=64, unique=True)
    audience = models.CharField("核验方", max_length=120)
    purpose = models.CharField("用途", max_length=200)
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)
    ends_at = models.DateTimeField("截止")
    answered_at = models.DateTimeField("答复时间", null=True)
    outcome = models.CharField("结果", max_length=10, blank=True)

    class Meta:
        verbose_name = "核验请求"


class ShowCode(models.Model):
    """A code that a holder shows at a counter (出示码): good for a minute and once. Only its digest is kept."""

    mandate = models.OneToOneField(UseMandate, models.PROTECT, related_name="code")
    digest = models.CharField("码的摘要", max_length=64, unique=True)
    ends_at = models.DateTimeField("截止")
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)

    class Meta:
        verbose_name = "出示码"
