"""A holder shows a certificate at a counter (当面出示): a code that is good for a minute and once.

The code is the holder's mandate for one use, by whoever reads it. Who that was and what for, the holder is told.
"""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256

from django.db import transaction

from chengban import ledger
from chengban.certificates import mandates
from chengban.certificates.asking import Seen, Verifier, judged
from chengban.certificates.errors import Refused
from chengban.certificates.filling import type_of
from chengban.certificates.models import Certificate, ShowCode
from chengban.certificates.naming import one_line
from chengban.certificates.signing import Signer
from chengban.certificates.signing.keys import KeyRing
from chengban.certificates.tokens import chosen_fields
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.packs import Pack

LASTS = timedelta(seconds=60)
A_DAY = timedelta(days=1)
"""The mandate outlasts midnight; the code itself ends after `LASTS`."""
PURPOSE, CASE = "当面出示证照", "当面出示"
LENGTH = 12
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without I, L, O and U (Crockford): twelve of them are 60 bits, too many to guess within a minute."""
_MEANT = str.maketrans({"I": "1", "L": "1", "O": "0"})
_LONGEST = 40


def show(pack: Pack, certificate: Certificate, fields: Sequence[str], *, by: Actor, on: date) -> tuple[ShowCode, str]:
    """Make a code for these fields, and the code itself in groups of four; the one before it ends. Raises NotMandated."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(LENGTH))
    names = chosen_fields(type_of(pack, certificate.kind), fields)
    with transaction.atomic():
        _end_those_before(certificate, by)
        mandate = mandates.authorise(
            pack, certificate, purpose=PURPOSE, case=CASE, fields=names, times=1, until=on + A_DAY, by=by, on=on
        )
        now = clock.now()
        made = ShowCode.objects.create(mandate=mandate, digest=_digest(code), ends_at=now + LASTS, at=now, by=str(by))
        ledger.append(by, "certificates.show", f"certificate:{certificate.pk}", {"code": made.pk, "fields": sorted(names)})
    return made, "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))


def redeem(pack: Pack, text: str, *, verifier: Verifier, purpose: str, by: Actor, on: date, signer: Signer, keys: KeyRing) -> Seen:
    """Whoever was shown a code looks at what it stands for, once.

    Raises Refused (unreadable, replay, stale), and NotMandated where the certificate does not hold any more.
    """
    purpose = one_line(purpose)[:200]
    if not purpose:
        raise Refused("purpose", "请写明用途：持证人会收到通知，知道您看了什么、做什么用。")
    with transaction.atomic():
        code = _open(read_code(text))
        used = mandates.use(pack, code.mandate, audience=verifier.name, case=CASE, by=by, on=on, signer=signer, purpose=purpose)
        return judged(code.mandate, used, keys, by=by)


def read_code(text: str) -> str:
    """The code as it was made, however it was typed. Raises Refused."""
    code = "".join(text[:_LONGEST].upper().translate(_MEANT).replace("-", " ").split())
    if len(code) != LENGTH or set(code) - set(_LETTERS):
        raise Refused("unreadable", f"这不是出示码：应为 {LENGTH} 位数字和字母。请再扫一次，或照手机上的输入。")
    return code


def _end_those_before(certificate: Certificate, by: Actor) -> None:
    """Of one certificate one holder has one code at a time."""
    running = ShowCode.objects.filter(mandate__certificate=certificate, by=str(by), ends_at__gt=clock.now())
    for code in running.filter(mandate__withdrawn_at=None, mandate__uses=None).select_related("mandate"):
        mandates.withdraw(code.mandate, by=by)


def _open(code: str) -> ShowCode:
    """The code's row, held. Of two who read it at once the second finds it used."""
    found = ShowCode.objects.select_for_update(of=("self",)).select_related("mandate__certificate").filter(digest=_digest(code))
    held = found.first()
    if held is None:
        raise Refused("unreadable", "没有这个出示码，请持证人换一个新码。")
    if held.mandate.uses.exists():
        raise Refused("replay", "这个出示码已经用过一次，可能是重放，不予出示。请持证人换一个新码。")
    if clock.now() >= held.ends_at:
        raise Refused("stale", f"这个出示码已经超过 {LASTS.seconds} 秒，请持证人换一个新码。")
    return held


def _digest(code: str) -> str:
    return sha256(code.encode()).hexdigest()
