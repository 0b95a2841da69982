"""What the ledger keeps. Entries are written once; the database itself refuses an update or a deletion.

Beside them stands the tree over them: which entry is which leaf, the tiles of hashes, the signed tree heads. A new entry waits in
the table `ledger_pending`, which a trigger fills, until the keeper has put it into the tree.
"""

from django.db import models


class Entry(models.Model):
    """One act (一条留痕): who did what to which subject, and when. `seal` proves that a process of the system wrote it."""

    at = models.DateTimeField("时间")
    actor = models.CharField("谁", max_length=80)
    act = models.CharField("做了什么", max_length=80)
    subject = models.CharField("对谁或对什么", max_length=160)
    payload = models.JSONField("内容", default=dict)
    seal = models.BinaryField("封缄", default=b"")

    class Meta:
        verbose_name = "留痕"
        indexes = [
            models.Index(fields=["subject", "id"], name="ledger_entr_subject_idx"),
            models.Index(fields=["act", "id"], name="ledger_entr_act_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor} {self.act} {self.subject}"


class Leaf(models.Model):
    """Which entry is the leaf at a place of the tree, counted from 0."""

    place = models.BigIntegerField("位置", primary_key=True)
    entry = models.BigIntegerField("留痕编号", unique=True)

    class Meta:
        verbose_name = "留痕在树上的位置"

    def __str__(self) -> str:
        return f"{self.place}: {self.entry}"


class Tile(models.Model):
    """Up to 256 hashes of one level of the tree (see `merkle`)."""

    pk = models.CompositePrimaryKey("level", "number")
    level = models.SmallIntegerField("层")
    number = models.BigIntegerField("序号")
    hashes = models.BinaryField("散列值")

    class Meta:
        verbose_name = "散列分块"

    def __str__(self) -> str:
        return f"{self.level}/{self.number}"


class TreeHead(models.Model):
    """A signed checkpoint of the tree at one size (签名检查点). The newest is signed again every second."""

    size = models.BigIntegerField("条数", primary_key=True)
    note = models.TextField("签名文本")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "检查点"

    def __str__(self) -> str:
        return f"{self.size}, {self.at:%Y-%m-%d %H:%M:%S}"


class Cosignature(models.Model):
    """That an outside witness saw the tree of one size too (见证人联署)."""

    head = models.ForeignKey(TreeHead, on_delete=models.PROTECT, related_name="cosignatures", verbose_name="检查点")
    witness = models.CharField("见证人", max_length=120)
    note = models.TextField("联署的签名文本")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "联署"
        constraints = [models.UniqueConstraint(fields=["head", "witness"], name="ledger_cosignature_once")]

    def __str__(self) -> str:
        return f"{self.witness}: {self.head_id}"
