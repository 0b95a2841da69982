"""The cast's own certificates, issued as clerks would: what a wallet shows that is more than one enterprise's licence.

None of these people exists; numbers and addresses are made up.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from chengban.accounts.models import Account
from chengban.certificates import asking, domain
from chengban.certificates.asking import Terms, Wanted
from chengban.certificates.models import Certificate, UseRequest
from chengban.demo.city.cast import AGENT, CITIZEN, FIRMS, PEOPLE, RESTAURANT, SEEKER, TECHNOLOGY
from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.portal.use_pages import verifier_of


class Held(NamedTuple):
    """A certificate that somebody of the cast holds."""

    kind: str
    subject: str
    given: Mapping[str, str]
    on: date


def _person(place: int) -> str:
    return PEOPLE[place].citizen_id


def held() -> Iterator[Held]:
    """Of the young graduate, the agent, a woman who looks for work, and two firms."""
    station, marriage = "聊城市公安局东昌府分局", "聊城市东昌府区民政局"
    for place in (CITIZEN, AGENT, SEEKER):
        yield Held("identity_card", _person(place), {"issuing_station": station}, date(2019, 7, 8))
    yield Held("social_security_card", _person(CITIZEN), {"card_no": "371500199904179986", "bank": "湖畔银行"}, date(2021, 3, 15))
    licence = {"vehicle_class": "C1", "first_issued_on": "2022-08-19", "file_no": "371500998877"}
    yield Held("driving_licence", _person(CITIZEN), licence, date(2022, 8, 19))
    yield Held("household_register", _person(CITIZEN), {"household_no": "0371502004", "relation": "女儿"}, date(2019, 7, 8))
    married = {"spouse_name": "孟晓棠", "registered_on": "2012-05-20", "registration_office": marriage}
    yield Held("marriage_certificate", _person(AGENT), married, date(2012, 5, 20))
    home = {
        "unit_no": "371502001001GB00012F00010023", "right_kind": "房屋所有权", "share_kind": "共同共有", "use": "城镇住宅",
        "address": "聊城市东昌府区湖滨路 12 号 3 号楼 2 单元 501 室", "building_area": "118.52", "right_until": "2079-06-30",
    }  # fmt: skip
    yield Held("property_title", _person(AGENT), home, date(2014, 9, 2))
    boiler = {"equipment_kind": "压力容器", "equipment_code": "21701037152018001", "inspection_due": "2026-04-30"}
    yield Held("special_equipment_registration", FIRMS[TECHNOLOGY].uscc, boiler, date(2018, 5, 14))
    rooms = {"place_name": "小满家常菜馆", "items": "饭馆", "principal": "沈小满"}
    yield Held("sanitary_permit", FIRMS[RESTAURANT].uscc, rooms, date(2023, 10, 9))


def fill_wallets(pack: Pack, *, by: Actor) -> list[Certificate]:
    """Issue them all, each on its day."""
    return [domain.issue(pack, one.kind, one.subject, by=by, on=one.on, given=one.given) for one in held()]


class Question(NamedTuple):
    """What the clerk asks one of the cast to show."""

    subject: str
    wanted: Wanted
    purpose: str
    clause: str
    case: str


def questions() -> Iterator[Question]:
    """One to the young graduate, one to the agent's firm; both wait for their answer."""
    card = Wanted("identity_card", ["holder", "is_18"], ["address"])
    yield Question(_person(CITIZEN), card, "办理读者证", "公共图书馆法第三十三条", "3715022025000000017")
    licence = Wanted("business_licence", ["legal_representative"], ["registered_capital"])
    yield Question(FIRMS[0].uscc, licence, "申报稳岗返还时核对企业", "失业保险条例第三条", "3715022025000000018")


def ask_the_cast(pack: Pack, *, clerk: Account, on: date) -> list[UseRequest]:
    """The clerk asks them all; each may answer within a week."""
    verifier, until = verifier_of(pack, clerk), on + timedelta(days=7)
    return [
        asking.ask(
            pack, one.subject, [one.wanted], Terms(one.purpose, one.clause, one.case, until), verifier=verifier,
            by=clerk.actor, on=on,
        )
        for one in questions()
    ]  # fmt: skip
