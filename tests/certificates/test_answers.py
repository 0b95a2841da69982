"""Answers that follow from a face: told on the day, told by the issuer, and never guessed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengban import packs
from chengban.certificates import sdjwt
from chengban.certificates.answers import answers_of
from chengban.certificates.naming import choosable, names_of
from chengban.certificates.signing.keys import city_signer
from chengban.certificates.tokens import token_of
from chengban.packs import Pack
from tests.certificates.issued import card

CARD = packs.current().certificates["identity_card"]
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@given(DAYS, DAYS)
def test_of_age_is_who_was_born_on_the_same_day_so_many_years_before_or_earlier(born: date, on: date) -> None:
    told = answers_of(CARD, {"born_on": born.isoformat()}, on)
    for years in (16, 18, 60):
        assert told[f"is_{years}"] is ((on.year - born.year, on.month, on.day) >= (years, born.month, born.day))


@given(st.dictionaries(st.sampled_from(["sex", "address", "ethnic"]), st.just("1")))
def test_what_is_not_known_is_not_answered(claims: dict[str, str]) -> None:
    assert answers_of(CARD, claims, date(2025, 12, 1)) == {}


def test_an_answer_is_chosen_like_a_field_and_has_its_name(pack: Pack) -> None:
    assert {"is_16", "is_18", "is_60"} <= set(choosable(CARD)) and names_of(CARD)["is_18"].name == "已满18周岁"
    text = token_of(pack, card(pack), city_signer())
    told = {one.name: one.value for one in sdjwt.read(text).disclosures}
    assert (told["is_16"], told["is_18"], told["is_60"]) == (True, True, False)
    shown = sdjwt.read(sdjwt.chosen(text, ["is_18"]))
    assert [one.name for one in shown.disclosures] == ["is_18"] and "is_18" not in shown.jws.payload


@pytest.mark.parametrize("known", [True, False])
def test_the_number_of_digests_does_not_tell_which_answers_there_are(known: bool, pack: Pack) -> None:
    made = card(pack)
    if not known:
        made.claims = {name: value for name, value in made.claims.items() if name != "born_on"}
    digests = sdjwt.read(token_of(pack, made, city_signer())).jws.payload["_sd"]
    assert len(digests) == len(choosable(CARD))
