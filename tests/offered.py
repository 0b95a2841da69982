"""Offers of the town, so far along: for tests of pages, of the API and of the browser."""

from chengban import packs
from chengban.ledger import Actor
from chengban.policies import offering, offers
from chengban.policies.models import Offer
from tests import town

BY, FIRM = Actor.system("tests"), Actor.account(2)


def lotus(*, confirmed: bool = False, noticed: bool = False) -> Offer:
    """清荷's offer under P09, so far along."""
    pack = packs.current()
    offering.propose_all(pack, pack.policies["P09"], on=town.ON, by=BY)
    offer = Offer.objects.get(subject=town.LOTUS, policy="P09")
    if confirmed or noticed:
        offers.confirm(offer, by=BY)
    if noticed:
        offering.begin_notice(pack, offer, on=town.ON, by=BY)
    return offer


def lotus_noticed() -> Offer:
    return lotus(noticed=True)


def objected() -> Offer:
    offer = lotus_noticed()
    offers.object_to(offer, on=town.ON, by=BY, reason="有欠薪")
    return offer


def disputed() -> Offer:
    offer = lotus()
    offers.dispute(offer, by=FIRM, reason="人数不对")
    return offer
