"""Taking in the signatures of the witnesses that this log knows."""

from django.db import transaction

from chengban.ledger import keys
from chengban.ledger.checkpoints import Checkpoint
from chengban.ledger.errors import LedgerError
from chengban.ledger.models import Cosignature, TreeHead
from chengban.ledger.notes import Note, time_of
from chengban.ledger.proving import checkpoint_of


class NotOurs(LedgerError):
    """The note is signed by no witness of this log, or is not of a tree that this log signed."""


def take(text: str) -> Cosignature:
    """Keep a witness's signature with the head that it is of; the newest replaces an older one of the same size.

    Raises `NotANote`, `NotOurs`.
    """
    note = Note.read(text)
    offered = Checkpoint.read(note.text)
    signed = [(one, note.signed_by(one)) for one in keys.witnesses()]
    found = [(one, signature) for one, signature in signed if signature is not None]
    head = TreeHead.objects.filter(size=offered.size).first()
    if not found:
        raise NotOurs("这个联署不是本簿认得的见证人签的。")
    if head is None or offered.origin != keys.origin() or not _is_same(head, offered):
        raise NotOurs("联署的不是本簿签过的检查点。")
    with transaction.atomic():
        made = [
            Cosignature.objects.update_or_create(head=head, witness=one.name, defaults={"note": text, "at": time_of(signature)})[0]
            for one, signature in found
        ]
    return made[0]


def _is_same(head: TreeHead, offered: Checkpoint) -> bool:
    ours = checkpoint_of(head)
    return (ours.root, ours.hash) == (offered.root, offered.hash)


def newest() -> Cosignature | None:
    """The cosignature of the greatest tree."""
    return Cosignature.objects.select_related("head").order_by("-head_id", "-at").first()
