"""Certificates of the town's firms and citizen, issued as a clerk would."""

from datetime import date
from typing import Any

from chengban.certificates.domain import issue
from chengban.certificates.models import Certificate
from chengban.ledger import Actor
from chengban.packs import Pack
from tests import town

CLERK, OTHER_CLERK, HOLDER = Actor.account(11), Actor.account(12), Actor.account(13)
ON = town.ON
LICENCE = {"legal_representative": "孟晓棠", "address": "古楼街道湖滨路 1 号"}
PERMIT = {"place_name": "清荷浴室", "items": "公共浴室", "address": "湖滨路 2 号"}
CARD = {"address": "湖滨路 3 号", "issuing_station": "聊城市公安局东昌府分局"}


def licence(pack: Pack, subject: str = town.LOTUS, **more: Any) -> Certificate:
    return issue(pack, "business_licence", subject, **{"by": CLERK, "on": ON, "given": LICENCE, **more})


def permit(pack: Pack, subject: str = town.LOTUS, *, on: date = ON) -> Certificate:
    """A sanitary permit: of a firm, several at once, four years."""
    return issue(pack, "sanitary_permit", subject, by=CLERK, on=on, given=PERMIT)


def card(pack: Pack) -> Certificate:
    return issue(pack, "identity_card", town.CITIZEN, by=CLERK, on=ON, given=CARD)
