"""Entries: written once, never changed. The database itself refuses an update or a deletion."""

from django.db import models


class Entry(models.Model):
    """One act (一条留痕): who did what to which subject, and when."""

    at = models.DateTimeField("时间")
    actor = models.CharField("谁", max_length=80)
    act = models.CharField("做了什么", max_length=80)
    subject = models.CharField("对谁或对什么", max_length=160)
    payload = models.JSONField("内容", default=dict)

    class Meta:
        verbose_name = "留痕"
        indexes = [
            models.Index(fields=["subject", "id"], name="ledger_entr_subject_idx"),
            models.Index(fields=["act", "id"], name="ledger_entr_act_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor} {self.act} {self.subject}"
