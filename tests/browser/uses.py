"""Requests for certificates in the browser's town: one that waits, one that was looked at, one refused, and one to a firm."""

from datetime import timedelta

from chengban import packs
from chengban.accounts.models import Account
from chengban.certificates import asking
from chengban.certificates.asking import Choice, Terms, Wanted
from chengban.certificates.models import Certificate, UseRequest
from chengban.certificates.signing.keys import city_keys, city_signer
from chengban.portal.use_pages import verifier_of
from tests import town
from tests.certificates import issued

UNTIL = town.ON + timedelta(days=6)


def make() -> None:
    """The clerk asks; the citizen and the firm answer. The certificates are there already."""
    pack, clerk = packs.current(), Account.objects.get(login="clerk")
    held = Certificate.objects.get(kind="identity_card")
    for _ in range(2):
        issued.permit(pack)

    def asked(subject: str, purpose: str, case: str, *wanted: Wanted, times: int = 1) -> UseRequest:
        terms = Terms(purpose, "公共图书馆法第三十三条", case, UNTIL, times)
        return asking.ask(pack, subject, wanted, terms, verifier=verifier_of(pack, clerk), by=clerk.actor, on=town.ON)

    card = Wanted("identity_card", ["holder", "is_18"], ["sex"])
    asked(town.CITIZEN, "办理读者证", "3715022025120100007", card)
    seen = asked(town.CITIZEN, "办理老年优待证", "3715022025120100008", card, times=2)
    asking.consent(pack, seen, {"identity_card": Choice(held.pk)}, by=issued.HOLDER, on=town.ON)
    asking.look(pack, seen, by=clerk.actor, on=town.ON, signer=city_signer(), keys=city_keys())
    asking.refuse(
        asked(town.CITIZEN, "办理停车卡", "3715022025120100009", card), by=issued.HOLDER, on=town.ON, reason="我带原件到窗口来"
    )
    firm = (Wanted("business_licence", ["legal_representative"], ["registered_capital"]), Wanted("sanitary_permit"))
    asked(town.LOTUS, "公共场所卫生许可到期核查", "3715022025120100010", *firm)
