"""What matching leaves behind: runs, and per policy the counts and the bitmaps of who qualifies."""

from django.db import models


class MatchRun(models.Model):
    """One matching of every subject with every policy (一次全量匹配), at a business date, on the data known after a batch."""

    on = models.DateField("业务日期")
    known_by = models.BigIntegerField("数据截至批次")
    pack_digest = models.CharField("配置包摘要", max_length=64)
    enterprises = models.PositiveBigIntegerField("企业数")
    people = models.PositiveBigIntegerField("人数")
    at = models.DateTimeField("时间")
    seconds = models.FloatField("用时")
    match_seconds = models.FloatField("其中匹配用时")
    by = models.CharField("谁", max_length=80)

    class Meta:
        verbose_name = "匹配"


class PolicyMatch(models.Model):
    """One policy's part of a run. Without a version it was not in force on the day, and nobody was matched."""

    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="policies")
    policy = models.CharField("政策", max_length=20)
    version = models.CharField("版本", max_length=20, blank=True)
    eligible = models.PositiveBigIntegerField("符合", default=0)
    unknown = models.PositiveBigIntegerField("还不知道", default=0)
    near = models.PositiveBigIntegerField("差一步", default=0)
    amount = models.DecimalField("金额(元)", max_digits=24, decimal_places=2, null=True)
    amount_unknown = models.PositiveBigIntegerField("金额还不知道的", default=0)
    breakdown = models.JSONField("构成", default=dict)
    """{"county": {code: n}, "industry": {letter: n}, "missing": {fact: n}, "near": {clause: n}}"""
    bits_eligible = models.BinaryField("符合者位图", default=b"")
    bits_unknown = models.BinaryField("还不知道者位图", default=b"")

    class Meta:
        verbose_name = "政策匹配"
        constraints = [models.UniqueConstraint(fields=["run", "policy"], name="one_match_a_policy_a_run")]
