"""Offers of the town, so far along: for tests of pages, of the API and of the browser."""

from chengban import packs
from chengban.ledger import Actor
from chengban.policies import offering, offers
from chengban.policies.models import Offer
from tests import town
from tests.policies.test_offers import proposed

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


def some_of_each() -> None:
    """An offer in notice to the citizen; of P10, one that waits, one that somebody objects to, one that is stopped."""
    pack = packs.current()
    to_citizen, waiting, contested, stopped = (
        proposed(subject, policy)
        for subject, policy in ((town.CITIZEN, "P25"), (town.LOTUS, "P12"), (town.WILLOW, "P10"), (town.EASTGATE, "P10"))
    )
    for offer in (to_citizen, contested):
        offers.confirm(offer, by=BY)
        offering.begin_notice(pack, offer, on=town.ON, by=BY)
    offers.object_to(contested, on=town.ON, by=BY, reason="上年有欠薪记录，请核对")
    offers.reject(stopped, by=BY, reason="名单有误")
    proposed("91371502MA3C00404X", "P10")
    offers.dispute(waiting, by=FIRM, reason="技术合同交易额：少算一份合同（工单 1，市科技局）")
