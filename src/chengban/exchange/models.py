"""What leaves the city and what comes back: the outbox, attempts that did not end well, the inbox, and reconciliations."""

from django.db import models
from django.db.models import Q


class Message(models.Model):
    """One wish to an outside system (待发消息), written in the transaction of the act that has it.

    It waits until `due_at`, is leased by a worker while that worker lives, and is settled once: delivered, refused by
    the system, or given up after too long. The last two are dead letters (死信) until somebody sends them again, or withdraws
    what was refused because another message takes its place.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", "待发送"
        DELIVERED = "delivered", "已送达"
        REFUSED = "refused", "对方拒绝"
        GIVEN_UP = "given_up", "多次未通"
        WITHDRAWN = "withdrawn", "已撤回"

    system = models.CharField("系统", max_length=40)
    act = models.CharField("做什么", max_length=40)
    key = models.CharField("幂等键", max_length=120, db_collation="C")
    """Compared byte by byte: both sides' books are walked in this order when they are held together."""
    subject = models.CharField("对应业务", max_length=160)
    body = models.JSONField("内容")
    at = models.DateTimeField("时间")
    by = models.CharField("谁", max_length=80)
    due_at = models.DateTimeField("不早于")
    replayed_at = models.DateTimeField("重发", null=True)
    """When somebody sent it again: patience is counted from there, while `at` stays the time of birth."""
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


class Callback(models.Model):
    """What a system told us by itself (回执), kept as it came, once by its own number; then applied, or not."""

    class Outcome(models.TextChoices):
        APPLIED = "applied", "已采用"
        OLDER = "older", "较旧，未采用"
        UNMATCHED = "unmatched", "对不上"
        CONFLICT = "conflict", "与我方记录冲突"

    system = models.CharField("系统", max_length=40)
    number = models.CharField("回执编号", max_length=120)
    key = models.CharField("幂等键", max_length=120, db_collation="C")
    state = models.CharField("状态", max_length=10)
    sequence = models.PositiveIntegerField("对方序号")
    reference = models.CharField("对方编号", max_length=120)
    reason = models.CharField("原因", max_length=300, blank=True)
    raw = models.BinaryField("原文")
    at = models.DateTimeField("时间")
    outcome = models.CharField("处理", max_length=10, choices=Outcome)

    class Meta:
        verbose_name = "回执"
        constraints = [models.UniqueConstraint(fields=["system", "number"], name="one_callback_a_number")]
        indexes = [
            models.Index(fields=["system", "key", "sequence"], name="exchange_callbacks"),
            models.Index(fields=["id"], condition=Q(outcome__in=["unmatched", "conflict"]), name="exchange_callbacks_odd"),
        ]


class Reconciliation(models.Model):
    """Our book held against a system's own (对账): asked for by somebody, done by a worker, which says how far it is."""

    system = models.CharField("系统", max_length=40)
    at = models.DateTimeField("提出")
    by = models.CharField("谁", max_length=80)
    leased_until = models.DateTimeField("占用至", null=True)
    compared = models.PositiveBigIntegerField("已比对", default=0)
    agreed = models.PositiveBigIntegerField("一致", default=0)
    differences = models.JSONField("不一致", default=dict)
    """{"only_here" | "only_there" | "differing" | "twice": {"count": n, "keys": [the first of them]}}"""
    finished_at = models.DateTimeField("完成", null=True)
    failure = models.CharField("未完成的原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "对账"
        constraints = [
            models.UniqueConstraint(fields=["system"], condition=Q(finished_at=None), name="one_reconciliation_at_a_time")
        ]

    @property
    def is_clean(self) -> bool:
        """Whether both sides say the same."""
        return self.finished_at is not None and not self.failure and not self.differences
