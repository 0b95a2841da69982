"""The endpoints of the ledger's tree: proofs, for whoever checks them on their own."""

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.errors import HttpError

from chengban.accounts.permissions import Verb, may_see_entry
from chengban.api.guard import require, signed_in
from chengban.api.shapes import Mistake
from chengban.ledger import proving
from chengban.ledger.models import Entry

router = Router(tags=["ledger"])


class ProofOut(Schema):
    """That an entry is in the tree. `leaf` = hash(0x00 + `data`); with `path` it gives the root that `checkpoint` signs. Hex."""

    entry: int
    data: str
    place: int
    size: int
    leaf: str
    path: list[str]
    checkpoint: str


class ConsistencyOut(Schema):
    """That the tree of `old` entries is the beginning of the tree of `size`. Hex."""

    old: int
    size: int
    path: list[str]


@router.get("/ledger/consistency", auth=None, response={200: ConsistencyOut, 404: Mistake})
def consistency(request: HttpRequest, old: int, size: int) -> ConsistencyOut:
    """The proof of consistency between two sizes of the tree (RFC 6962 section 2.1.2); for anybody."""
    try:
        path = proving.consistency(old, size)
    except proving.NotInTree as error:
        raise HttpError(404, str(error)) from error
    return ConsistencyOut(old=old, size=size, path=[part.hex() for part in path])


@router.get("/ledger/entries/{number}/proof", auth=signed_in, response={200: ProofOut, 401: Mistake, 403: Mistake, 404: Mistake})
def proof(request: HttpRequest, number: int) -> ProofOut:
    """The proof of inclusion of one entry (RFC 6962 section 2.1.1), with what its leaf is made of.

    For auditors; and for everybody of the readings of their own data.
    """
    entry = Entry.objects.filter(pk=number).first()
    if entry is None or not may_see_entry(request.user, entry.act, entry.subject):
        require(request, Verb.READ_LEDGER)
    if entry is None:
        raise HttpError(404, "没有这条留痕。")
    try:
        made = proving.inclusion(number)
    except proving.NotInTree as error:
        raise HttpError(404, str(error)) from error
    return ProofOut(
        entry=number, data=proving.data_of(entry).decode(), place=made.place, size=made.size, leaf=made.leaf.hex(),
        path=[part.hex() for part in made.path], checkpoint=made.note,
    )  # fmt: skip
