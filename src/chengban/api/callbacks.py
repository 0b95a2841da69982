"""The door for outside systems (回执): no session; what they send is signed, and too old or too large a letter is not read."""

import os

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from chengban.exchange import inbox
from chengban.exchange.errors import BadNotice, NumberTaken
from chengban.exchange.models import Callback
from chengban.exchange.signing import SIGNATURE, TIMESTAMP, is_signed
from chengban.ledger import Actor
from chengban.lib import clock

SECRET = "CHENGBAN_TREASURY_CALLBACK_SECRET"


@csrf_exempt
@require_POST
def treasury_callbacks(request: HttpRequest) -> JsonResponse:
    """What the treasury says became of a payment: 200 when it is kept, 202 when it matches no payment of ours."""
    secret = os.environ.get(SECRET)
    if not secret:
        return _said(503, f"没有设置 {SECRET}，暂时不收回执。请系统管理员设置后重启服务。")
    body = request.read(inbox.LARGEST + 1)
    if len(body) > inbox.LARGEST:
        return _said(413, f"回执超过 {inbox.LARGEST} 字节。")
    if not is_signed(secret, request.headers.get(TIMESTAMP, ""), request.headers.get(SIGNATURE, ""), body, now=clock.now()):
        return _said(401, "签名不对，或时间与本系统相差超过 5 分钟。请核对密钥和时钟。")
    try:
        kept, new = inbox.receive("treasury", inbox.read(body), by=Actor.system("treasury"))
    except BadNotice as mistake:
        return _said(400, str(mistake))
    except NumberTaken as mistake:
        return _said(409, str(mistake))
    unmatched = new and kept.outcome == Callback.Outcome.UNMATCHED
    return JsonResponse({"id": kept.number, "outcome": kept.outcome}, status=202 if unmatched else 200)


def _said(status: int, sentence: str) -> JsonResponse:
    return JsonResponse({"detail": sentence}, status=status, json_dumps_params={"ensure_ascii": False})
