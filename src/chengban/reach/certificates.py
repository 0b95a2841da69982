"""What holders are told of their certificates (用证告知): that somebody asks to see one, and each time that somebody saw one."""

from typing import Any

from chengban import packs
from chengban.certificates.asking import certificate_asked
from chengban.certificates.mandates import certificate_used
from chengban.certificates.models import RequestLine, Use, UseRequest
from chengban.certificates.naming import always_shown, listed
from chengban.ledger import Actor
from chengban.lib.clock import CHINA
from chengban.packs.certificates import CertificateType
from chengban.reach.domain import Telling, tell_all
from chengban.reach.models import Kind

HOTLINE = "12345"
"""政务服务便民热线: where anybody may ask, whoever it was."""
REQUESTS = "/certificates/requests"


def start_listening() -> None:
    """Called once, when Django is ready."""
    certificate_asked.connect(_asked)
    certificate_used.connect(_used)


def _asked(request: UseRequest, by: Actor, **_: Any) -> None:
    kinds = packs.current().certificates
    asked = [kinds[line.kind] for line in request.lines.order_by("pk")]
    names, english = "、".join(one.name for one in asked), ", ".join(one.name_en for one in asked)
    told = Telling(
        request.subject, Kind.CERTIFICATE_ASKED, f"use_request:{request.pk}", f"{request.audience}请您出示{names}"[:120],
        f"{request.audience}为{request.purpose}（办件号 {request.case}）请您出示{names}，依据是{request.clause}。"
        f"请在 {request.until} 以前登录答复：您可以看到对方要看哪些内容，选择同意或不同意。不同意，对方什么也看不到。",
        f"{REQUESTS}/{request.pk}", f"{request.audience} asks to see: {english}"[:200],
        f"{request.audience} asks to see your {english} for {request.purpose} (case {request.case}), under {request.clause}."
        f" Sign in by {request.until} to see what is asked for, and agree or refuse. If you refuse, nothing is shown.",
    )  # fmt: skip
    tell_all([told], by=by)


def _used(use: Use, by: Actor, **_: Any) -> None:
    mandate, inquiry = use.mandate, use.inquiry
    assert inquiry is not None
    kind = packs.current().certificates[mandate.certificate.kind]
    line: RequestLine | None = mandate.line
    when, tail = use.at.astimezone(CHINA), mandate.certificate.number[-4:]
    case, case_en = (f"（办件号 {mandate.case}）", f" (case {mandate.case})") if line else ("", "")
    told = Telling(
        mandate.certificate.subject, Kind.CERTIFICATE_USED, f"use:{use.pk}", f"{inquiry.audience}查看了您的{kind.name}"[:120],
        f"{inquiry.audience}在 {when.year} 年 {when.month} 月 {when.day} 日 {when:%H:%M} 查看了您的{kind.name}（编号尾号 {tail}），"
        f"用于{inquiry.purpose}{case}。看到的内容：{_shown(kind, mandate.fields)}。"
        f"您没有同意过，或者有疑问，请向{inquiry.audience}询问，也可以拨打 {HOTLINE}。没有用完的授权可以随时收回。",
        f"{REQUESTS}/{line.request_id}" if line else REQUESTS, f"{inquiry.audience} saw your {kind.name_en}"[:200],
        f"{inquiry.audience} saw your {kind.name_en} (number ending in {tail}) at {when:%H:%M} on {when:%Y-%m-%d}, for"
        f" {inquiry.purpose}{case_en}. It saw: {_shown(kind, mandate.fields, english=True)}. If you did not agree to"
        f" this, or have a question, ask {inquiry.audience} or call {HOTLINE}. You may take back at any time what is not used up.",
    )  # fmt: skip
    tell_all([told], by=by)


def _shown(kind: CertificateType, fields: list[str], *, english: bool = False) -> str:
    """What was disclosed, and then what always is."""
    common = ("certificate_no", "issuer", "issued_on", "valid_until")
    return listed(kind, [*fields, *always_shown(kind), *common], english=english)
