"""What leaves the city: the outbox, and each attempt to deliver a message that did not end well."""

from django.db import models
from django.db.models import Q


class Message(models.Model):
    """One wish to an outside system (待发消息), written in the transaction of the act that has it.

    It waits until `due_at`, is leased by a worker while that worker lives, and is settled once: delivered, refused by
    the system, or given up after too long. The last two are dead letters (死信) until somebody sends them again.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", "待发送"
        DELIVERED = "delivered", "已送达"
        REFUSED = "refused", "对方拒绝"
        GIVEN_UP = "given_up", "多次未通"

    system = models.CharField("系统", max_length=40)
    act = models.CharField("做什么", max_length=40)
    key = models.CharField("幂等键", max_length=120)
    subject = models.CharField("对应业务", max_length=160)
    body = models.JSONField("内容")
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)
    due_at = models.DateTimeField("不早于")
    leased_until = models.DateTimeField("占用至", null=True)
    attempts = models.PositiveIntegerField("次数", default=0)
    outcome = models.CharField("结果", max_length=10, choices=Outcome, default=Outcome.WAITING)
    settled_at = models.DateTimeField("办结", null=True)
    reference = models.CharField("对方编号", max_length=120, blank=True)
    answer = models.JSONField("答复", default=dict)

    class Meta:
        verbose_name = "待发消息"
        constraints = [models.UniqueConstraint(fields=["system", "key"], name="one_message_a_key")]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(outcome="waiting"), name="exchange_waiting"),
            models.Index(fields=["system", "outcome", "id"], name="exchange_by_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.system}.{self.act} {self.key}"


class Failure(models.Model):
    """One attempt that settled nothing (未成功的一次发送)."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="failures")
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)
    reason = models.CharField("原因", max_length=300)

    class Meta:
        verbose_name = "未成功的发送"
