"""An OFD read back: its signature, what was changed in it, and files that mean harm."""

import re
import struct
import zipfile
from base64 import b64encode
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengban.certificates.faces import OfdSigner, SigningFailed, Unreadable, Verdict, ofd, read_ofd, signed_ofd, verify_ofd
from chengban.certificates.faces.digests import sm3
from chengban.certificates.faces.ofd import PROVIDER, SIGNATURE, VALUE
from chengban.certificates.faces.package import parsed, unpacked

from .authority import AT, authority
from .gallery import IDENTITY, LICENCE

ROUNDS = settings(max_examples=60, deadline=None)
PAGE = "Doc_0/Pages/Page_0/Content.xml"


@lru_cache
def signed() -> bytes:
    return signed_ofd(IDENTITY, authority().ofd_signer(), at=AT)


def check(data: bytes) -> Verdict:
    return verify_ofd(data, authority().verify)


def rezipped(parts: dict[str, bytes], *more: tuple[str, bytes]) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in [*parts.items(), *more]:
            archive.writestr(name, data)
    return made.getvalue()


def test_a_signed_face_is_valid_and_says_when() -> None:
    found = check(signed())
    assert (found.state, found.signed_at, found.details) == ("valid", AT, ())


def test_the_signature_names_itself_for_what_it_is() -> None:
    told = unpacked(signed())[SIGNATURE].decode()
    assert PROVIDER in told
    assert "not a GB/T 38540 seal" in PROVIDER
    assert "<ofd:Seal" not in told


def test_every_part_but_the_signature_itself_has_a_digest() -> None:
    read = read_ofd(signed())
    assert read.signed is not None
    assert set(read.signed.digests) == set(read.parts) - {SIGNATURE, VALUE}


def test_what_refers_to_a_part_refers_to_one_that_is_there() -> None:
    """Each location in the XML leads to a part, seen from the file that names it or from the root."""
    parts = unpacked(signed())
    named = {
        name.rpartition("/")[2]
        for data in parts.values()
        if data.startswith(b"<?xml")
        for name in re.findall(r"[\w/]+\.(?:xml|ttf|png|jpeg|dat)", data.decode())
    }
    assert named == {name.rpartition("/")[2] for name in parts} - {"OFD.xml"} | {"OFD.xml"}


def test_ids_are_given_once_and_stay_below_the_greatest() -> None:
    parts = unpacked(ofd(IDENTITY))
    found = [
        element.get("ID") for name in parts if name.endswith(".xml") for element in parsed(parts[name]).iter() if element.get("ID")
    ]
    greatest = parsed(parts["Doc_0/Document.xml"]).findtext("CommonData/MaxUnitID")
    assert len(set(found)) == len(found)
    assert max(map(int, filter(None, found))) == int(greatest or 0)


def test_an_unsigned_one_and_a_strangers() -> None:
    assert check(ofd(IDENTITY)).state == "unsigned"
    assert check(signed_ofd(IDENTITY, authority("邻市").ofd_signer(), at=AT)).state == "stranger"


def test_a_part_changed_removed_or_added_is_named() -> None:
    parts = unpacked(signed())
    changed = rezipped({**parts, PAGE: parts[PAGE].replace("维吾尔族".encode(), "汉族".encode())})
    removed = rezipped({name: data for name, data in parts.items() if name != "Doc_0/Res/font_2.ttf"})
    added = rezipped(parts, ("Doc_0/Res/evil.js", b"1"))
    assert (check(changed).state, check(changed).details) == ("changed", (f"改动 {PAGE}",))
    assert (check(removed).state, check(removed).details) == ("changed", ("缺少 Doc_0/Res/font_2.ttf",))
    assert (check(added).state, check(added).details) == ("changed", ("多出 Doc_0/Res/evil.js",))


def test_a_changed_part_with_its_digest_made_anew_is_a_strangers() -> None:
    parts = unpacked(signed())
    other = parts[PAGE].replace("维吾尔族".encode(), "汉族".encode())
    told = parts[SIGNATURE].replace(b64encode(sm3(parts[PAGE])), b64encode(sm3(other)))
    assert check(rezipped({**parts, PAGE: other, SIGNATURE: told})).state == "stranger"


def test_a_signature_taken_from_another_face_is_found() -> None:
    other, ours = unpacked(signed_ofd(LICENCE, authority().ofd_signer(), at=AT)), unpacked(signed())
    assert check(rezipped({**other, SIGNATURE: ours[SIGNATURE], VALUE: ours[VALUE]})).state == "changed"


@pytest.mark.parametrize("gone", [SIGNATURE, VALUE])
def test_half_a_signature_cannot_be_judged(gone: str) -> None:
    assert check(rezipped({name: data for name, data in unpacked(signed()).items() if name != gone})).state == "unreadable"


def test_a_key_that_fails_is_told_of() -> None:
    def away(message: bytes) -> bytes:
        raise OSError("device gone")

    with pytest.raises(SigningFailed):
        signed_ofd(IDENTITY, OfdSigner("1.2.3", away), at=AT)


BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>'


def whole_with(name: str) -> Callable[[], bytes]:
    """Ours with one more part of a strange name."""
    return lambda: rezipped(unpacked(ofd(IDENTITY)), (name, b""))


def only(data: bytes) -> Callable[[], bytes]:
    return lambda: rezipped({"OFD.xml": data})


HARM: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "the first two bytes": lambda: b"PK",
    "no zip": lambda: b"no zip at all",
    "cut short": lambda: ofd(IDENTITY)[:-1],
    "something behind": lambda: ofd(IDENTITY) + b"x",
    "something before": lambda: b"x" + ofd(IDENTITY),
    "no parts": lambda: rezipped({}),
    "an empty root": only(b""),
    "entities": only(BOMB),
    "entities in another encoding": only(BOMB.decode().encode("utf-16")),
    "a document type from outside": only(OUTSIDE),
    "too deep": only(b"<a>" * 5000),
    "too many elements": only(b"<a>" + b"<b/>" * 200_000 + b"</a>"),
    "a path upwards": whole_with("../../etc/passwd"),
    "a path from the root": whole_with("/etc/passwd"),
    "backslashes": whole_with("a\\..\\b"),
    "a path up and down": whole_with("a/../b"),
    "a name that differs by case alone": whole_with("ofd.XML"),
    "a drive": whole_with("C:b"),
    "too many parts": lambda: rezipped({f"p{at}": b"" for at in range(401)}),
    "a part too large": only(b"\0" * 17_000_000),
    "too large in all": lambda: rezipped({f"p{at}": b"\0" * 15_000_000 for at in range(4)}),
}


@pytest.mark.parametrize("kind", HARM)
def test_what_is_no_ofd_or_means_harm_is_refused_in_a_sentence(kind: str) -> None:
    data = HARM[kind]()
    with pytest.raises(Unreadable) as refused:
        read_ofd(data)
    assert str(refused.value).endswith("。")
    assert check(data).state == "unreadable"


def test_a_size_that_lies_in_the_directory_is_found() -> None:
    data = bytearray(rezipped({"OFD.xml": b"\0" * 1_000_000}))
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 10)
    with pytest.raises(Unreadable):
        read_ofd(bytes(data))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'Boundary="', b'Boundary="x'), (b'Size="', b'Size="'), (b"<ofd:Content>", b"<ofd:Contents>"),
        (b'Size="', b'Size="nan '),
    ],
)  # fmt: skip
def test_a_page_that_is_not_well_made_is_refused_or_read(old: bytes, new: bytes) -> None:
    parts = unpacked(ofd(IDENTITY))
    try:
        read_ofd(rezipped({**parts, PAGE: parts[PAGE].replace(old, new)}))
    except Unreadable as refused:
        assert str(refused).endswith("。")


@ROUNDS
@given(st.binary(max_size=300) | st.binary(max_size=300).map(b"PK\x03\x04".__add__))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    assert check(data).state == "unreadable"


@ROUNDS
@given(st.deferred(lambda: st.integers(0, len(signed()))), st.integers(0, 300), st.binary(max_size=30))
def test_a_mangled_file_is_not_valid(at: int, length: int, put: bytes) -> None:
    mangled = signed()[:at] + put + signed()[at + length :]
    found = check(mangled)
    assert mangled == signed() or found.state != "valid" or unpacked(mangled) == unpacked(signed())


@ROUNDS
@given(st.data())
def test_any_part_mangled_is_found(data: st.DataObject) -> None:
    parts = unpacked(signed())
    name = data.draw(st.sampled_from(sorted(parts)))
    at = data.draw(st.integers(0, len(parts[name]) - 1))
    put = data.draw(st.binary(max_size=20))
    other = parts[name][:at] + put + parts[name][at + len(put) + data.draw(st.integers(0, 50)) :]
    found = check(rezipped({**parts, name: other}))
    assert (found.state != "valid") == (other != parts[name])
