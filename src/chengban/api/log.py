"""The log of the ledger for anybody (公开留痕树): checkpoint, tiles and public key; no entry stands in them, hashes only.

Below `/log` everything has the address that C2SP tlog-tiles gives it, so that a witness or a stranger reads it like any other log.
"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from chengban.ledger import NotANote, cosigning, keys, proving
from chengban.ledger.merkle import BYTES
from chengban.ledger.notes import LARGEST
from chengban.ledger.tiles import Address

_TEXT = "text/plain; charset=utf-8"


@require_safe
@never_cache
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest signed checkpoint."""
    head = proving.newest()
    if head is None:
        return _said(404, "还没有检查点：守簿进程没有运行过。")
    return HttpResponse(head.note, content_type=_TEXT)


@require_safe
@never_cache
def witnessed(request: HttpRequest) -> HttpResponse:
    """The newest checkpoint that a witness signed too."""
    found = cosigning.newest()
    return _said(404, "还没有见证人联署。") if found is None else HttpResponse(found.note, content_type=_TEXT)


@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def tile(request: HttpRequest, address: str) -> HttpResponse:
    """One tile of hashes. A tile never changes; a part of one that has grown since is cut from it."""
    try:
        wanted = Address.read(f"tile/{address}")
    except NotANote:
        return _missing()
    hashes = proving.stored(str(wanted))
    if hashes is None or len(hashes) < wanted.width * BYTES:
        return _missing()
    return HttpResponse(hashes[: wanted.width * BYTES], content_type="application/octet-stream")


@require_safe
def key(request: HttpRequest) -> HttpResponse:
    """The public key that checkpoints are checked with; compare it with the one that the city publishes elsewhere."""
    return HttpResponse(f"{keys.verifier()}\n", content_type=_TEXT)


@csrf_exempt
@require_POST
def cosignatures(request: HttpRequest) -> HttpResponse:
    """A witness hands in the checkpoint that it saw, with its signature."""
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        return _said(413, f"联署超过 {LARGEST} 字节。")
    try:
        cosigning.take(body.decode())
    except (UnicodeDecodeError, NotANote):
        return _said(400, "这不是签名的检查点。")
    except cosigning.NotOurs as refused:
        return _said(403, str(refused))
    return _said(200, "已收下联署。")


def _missing() -> HttpResponse:
    answer = _said(404, "没有这个散列分块。")
    answer["Cache-Control"] = "no-store"
    return answer


def _said(status: int, sentence: str) -> HttpResponse:
    return JsonResponse({"detail": sentence}, status=status, json_dumps_params={"ensure_ascii": False})
