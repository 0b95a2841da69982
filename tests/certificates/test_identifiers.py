"""Identifiers of certificates: those found in use, and the laws of their check character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengban.certificates.errors import WrongIdentifier
from chengban.certificates.identifiers import ROOT, build, read

IN_USE = {
    f"{ROOT}.11100000MB03271699022.340100.000000016.001.9": True,
    f"{ROOT}.11100000000013338W011.11430000006122244L.20230000403.002.S": True,
    f"{ROOT}.11100000000013338W011.11430000006122244L.20230000403.001.U": True,
    f"{ROOT}.11100000000013338W087.11370800MB28559184.37080001202411010001.001.3": True,
    f"{ROOT}.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M": False,
}
"""Identifiers that stand in public programs and manuals, and whether their check character fits."""

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TYPES = st.text(LETTERS, min_size=21, max_size=21)
ISSUERS = st.text(LETTERS, min_size=1, max_size=18)
SERIALS = st.text(LETTERS, min_size=1, max_size=32)
VERSIONS = st.integers(1, 999)


@pytest.mark.parametrize("text", IN_USE)
def test_identifiers_in_use_are_read_and_the_wrong_check_is_flagged(text: str) -> None:
    found = read(text)
    assert str(found) == text
    assert found.fits is IN_USE[text]
    right = build(found.type_code, found.issuer, found.serial, found.version)
    assert (str(right) == text) is IN_USE[text]


@given(TYPES, ISSUERS, SERIALS, VERSIONS)
def test_what_is_built_is_read_again_and_fits(type_code: str, issuer: str, serial: str, version: int) -> None:
    made = build(type_code, issuer, serial, version)
    assert read(str(made)) == made and made.fits


@given(TYPES, ISSUERS, SERIALS, VERSIONS, st.data())
def test_one_wrong_character_is_always_noticed(type_code: str, issuer: str, serial: str, version: int, data: st.DataObject) -> None:
    text = str(build(type_code, issuer, serial, version))
    at = data.draw(st.sampled_from([place for place in range(len(ROOT) + 1, len(text)) if text[place] != "."]))
    among = LETTERS[:10] if at in range(len(text) - 5, len(text) - 2) else LETTERS
    other = data.draw(st.sampled_from([letter for letter in among if letter != text[at]]))
    assert not read(text[:at] + other + text[at + 1 :]).fits


@given(st.text(max_size=120))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert str(read(text)) == text
    except WrongIdentifier as error:
        assert "电子证照标识" in str(error)


def test_the_next_version_and_the_last_one() -> None:
    first = read(next(iter(IN_USE)))
    assert (first.next_version.version, first.next_version.serial) == (2, first.serial)
    with pytest.raises(WrongIdentifier, match="001 到 999"):
        _ = build(first.type_code, first.issuer, first.serial, 999).next_version


@pytest.mark.parametrize("parts", [("a" * 21, "1", "1"), ("1" * 20, "1", "1"), ("1" * 21, "", "1"), ("1" * 21, "1", "证")])
def test_parts_of_another_form_are_not_built(parts: tuple[str, str, str]) -> None:
    with pytest.raises(WrongIdentifier):
        build(*parts)
