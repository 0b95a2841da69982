"""Letters to subjects, who read them, the channels that said so, and the feeds that carry them outside."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a letter is about; the name is all that a short message says of it."""

    OFFER_WAITS = "offer_waits", _("政策兑现待确认")
    OFFER_OBJECTED = "offer_objected", _("公示期间有异议")
    OFFER_GOES_ON = "offer_goes_on", _("核实完毕，继续办理")
    OFFER_STOPPED = "offer_stopped", _("政策兑现已终止")
    OFFER_PAID = "offer_paid", _("政策资金已到账")
    PAYMENT_STUCK = "payment_stuck", _("政策资金未到账")
    POLICY_NEW = "policy_new", _("新的政策")
    RECOVERY_DUE = "recovery_due", _("需要退回资金")
    CERTIFICATE_ASKED = "certificate_asked", _("有人请您出示证照")
    CERTIFICATE_USED = "certificate_used", _("您的证照被查看")


class Channel(models.TextChoices):
    """A way to say that a letter waits; its value is the name of the outside system that takes it."""

    SMS = "sms", _("短信")
    MAIL = "mail", _("邮件")


class Letter(models.Model):
    """One message to one subject (来信). Of a kind and a matter there is one, however often it is told."""

    subject = models.CharField("对象", max_length=32)
    kind = models.CharField("类别", max_length=20, choices=Kind)
    about = models.CharField("关于", max_length=60)
    title = models.CharField("标题", max_length=120)
    body = models.TextField("正文")
    title_en = models.CharField("英文标题", max_length=200, blank=True)
    body_en = models.TextField("英文正文", blank=True)
    link = models.CharField("链接", max_length=200, blank=True)
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)

    class Meta:
        verbose_name = "来信"
        constraints = [models.UniqueConstraint(fields=["subject", "kind", "about"], name="told_once")]
        indexes = [models.Index(fields=["subject", "id"], name="reach_letters_in_order")]


class ReadMark(models.Model):
    """Who read a letter, and when (已读)."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="read_marks")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "已读"
        constraints = [models.UniqueConstraint(fields=["letter", "account"], name="one_read_mark_a_reader")]


class Sending(models.Model):
    """One attempt to reach one account about a letter, by one channel (发送)."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="sendings")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    channel = models.CharField("渠道", max_length=4, choices=Channel)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "发送"
        constraints = [models.UniqueConstraint(fields=["letter", "account", "channel"], name="one_sending_a_channel")]


class SendingStep(models.Model):
    """What happened to a sending (发送步骤): its newest step is where it stands."""

    class Outcome(models.TextChoices):
        QUEUED = "queued", _("待发送")
        DELIVERED = "delivered", _("已送达")
        REFUSED = "refused", _("对方拒收")
        GIVEN_UP = "given_up", _("多次未通")

    sending = models.ForeignKey(Sending, models.CASCADE, related_name="steps")
    outcome = models.CharField("结果", max_length=10, choices=Outcome)
    at = models.DateTimeField("时间")
    reason = models.CharField("原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "发送步骤"
        indexes = [models.Index(fields=["sending", "id"], name="reach_steps_in_order")]


class Preference(models.Model):
    """By which channels an account wants to be told, the first first (提醒方式). The inbox is always on."""

    account = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="preference")
    channels = models.JSONField("渠道", default=list)
    """["sms", "mail"]; none: the inbox alone."""
    quiet = models.BooleanField("只在工作日提醒", default=False)
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)

    class Meta:
        verbose_name = "提醒方式"


class Feed(models.Model):
    """An address that only its owner knows, under which a subject's letters and days can be subscribed to (订阅)."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="feeds")
    subject = models.CharField("对象", max_length=32)
    digest = models.CharField("令牌摘要", max_length=64, unique=True)
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)
    withdrawn_at = models.DateTimeField("收回时间", null=True)
    withdrawn_by = models.CharField("收回人", max_length=80, blank=True)

    class Meta:
        verbose_name = "订阅"
        constraints = [
            models.UniqueConstraint(fields=["account", "subject"], condition=Q(withdrawn_at=None), name="one_feed_holds")
        ]
