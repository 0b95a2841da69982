"""A signed PDF: what a check says of it whole, changed, signed by another, unsigned, and of any bytes at all."""

import shutil
import subprocess
import zlib
from datetime import UTC
from functools import lru_cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chengban.certificates.faces import SigningFailed, SigningIdentity, Verdict, pdf, sign_pdf, verify_pdf

from . import reading
from .authority import AT, authority, certificate
from .gallery import IDENTITY, LICENCE

ROUNDS = settings(max_examples=60, deadline=None)


@lru_cache
def signed() -> bytes:
    return sign_pdf(pdf(LICENCE), authority().identity(), at=AT)


def check(data: bytes) -> Verdict:
    return verify_pdf(data, [authority().root])


def test_a_signed_face_is_valid_and_says_who_and_when() -> None:
    found = check(signed())
    assert (found.state, found.signer) == ("valid", "聊城市行政审批服务局")
    assert found.signed_at is not None
    assert found.signed_at.astimezone(UTC) == AT
    assert reading.text(signed()) == reading.text(pdf(LICENCE))


def test_the_signature_is_pades_baseline_and_allows_no_change() -> None:
    assert b"/ETSI.CAdES.detached" in signed()
    assert b"/DocMDP" in signed()
    assert b"/adbe." not in signed()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not on the path")
@pytest.mark.parametrize(("city", "good"), [("聊城市", True), ("邻市", False)])
def test_openssl_says_the_same_of_the_signature(tmp_path: Path, city: str, good: bool) -> None:
    ranges = byte_range()
    (tmp_path / "content").write_bytes(signed()[: ranges[1]] + signed()[ranges[2] :])
    (tmp_path / "signature").write_bytes(bytes.fromhex(signed()[ranges[1] + 1 : ranges[2] - 1].decode()))
    (tmp_path / "root").write_bytes(load_der_x509_certificate(authority(city).root).public_bytes(Encoding.PEM))
    command = "openssl cms -verify -binary -inform DER -in signature -content content -CAfile root -purpose any -out /dev/null"
    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode == 0) == good, done.stderr


def byte_range() -> list[int]:
    start = signed().index(b"/ByteRange")
    return [int(word) for word in signed()[signed().index(b"[", start) + 1 : signed().index(b"]", start)].split()]


def test_an_unsigned_face_is_said_to_be_unsigned() -> None:
    assert check(pdf(LICENCE)).state == "unsigned"


def test_another_citys_signature_is_a_strangers_and_so_is_any_where_nobody_is_trusted() -> None:
    other = sign_pdf(pdf(LICENCE), authority("邻市").identity(), at=AT)
    assert check(other).state == "stranger"
    assert verify_pdf(signed(), []).state == "stranger"
    assert verify_pdf(other, [authority("邻市").root]).state == "valid"


def test_a_certificate_that_was_not_yet_or_no_longer_valid_when_it_signed_is_a_strangers() -> None:
    for year in (2019, 2041):
        assert check(sign_pdf(pdf(LICENCE), authority().identity(), at=AT.replace(year=year))).state == "stranger"


def test_a_second_signature_over_ours_is_a_change() -> None:
    """Even ours: the first allows none."""
    with pytest.raises(SigningFailed):
        sign_pdf(signed(), authority().identity(), at=AT)


@ROUNDS
@given(st.data())
def test_any_byte_changed_in_what_is_signed_is_found(data: st.DataObject) -> None:
    numbers = byte_range()
    places = [*range(numbers[0], numbers[0] + numbers[1]), *range(numbers[2], numbers[2] + numbers[3])]
    at = data.draw(st.sampled_from(places))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != signed()[at]))
    assert check(signed()[:at] + bytes([other]) + signed()[at + 1 :]).state in ("changed", "unreadable", "unsigned")


@pytest.mark.parametrize(
    "tail", [b"\n", b"% a note\n", b"\n1 0 obj\n<<>>\nendobj\nxref\n0 1\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"]
)
def test_what_is_added_behind_the_signature_is_never_valid(tail: bytes) -> None:
    assert check(signed() + tail).state in ("changed", "unreadable")


def test_a_signature_moved_to_another_face_is_a_change() -> None:
    other = sign_pdf(pdf(IDENTITY), authority().identity(), at=AT)
    start, end = (signed().index(b"/Contents <") + 11, other.index(b"/Contents <") + 11)
    taken = signed()[start : signed().index(b">", start)]
    assert check(other[:end] + taken + other[end + len(taken) :]).state == "changed"


def test_a_key_that_is_not_the_certificates_signs_nothing() -> None:
    identity = SigningIdentity(authority().certificate, (authority().root,), authority("邻市").sign)
    with pytest.raises(SigningFailed, match="签名没有完成"):
        sign_pdf(pdf(LICENCE), identity, at=AT)


def test_an_rsa_key_signs_too() -> None:
    key = rsa.generate_private_key(65537, 2048)
    own = certificate("邻省行政审批局", key.public_key(), "邻省行政审批局", key, ca=False)
    signed = sign_pdf(
        pdf(LICENCE), SigningIdentity(own, (), lambda message: key.sign(message, padding.PKCS1v15(), hashes.SHA256())), at=AT
    )
    assert verify_pdf(signed, [own]).state == "valid"
    assert check(signed).state == "stranger"


def test_a_device_that_fails_is_told_of() -> None:
    def away(message: bytes) -> bytes:
        raise OSError("device gone")

    with pytest.raises(SigningFailed):
        sign_pdf(pdf(LICENCE), SigningIdentity(authority().certificate, (), away), at=AT)


def test_a_stream_that_unpacks_to_gigabytes_is_not_unpacked() -> None:
    packed = zlib.compress(zlib.compress(b"\0" * 200_000_000, 9), 9)
    body = (
        b"%%PDF-1.7\n1 0 obj\n<</Type/XRef/Size 2/W[1 1 1]/Root 1 0 R/Filter[/FlateDecode/FlateDecode]/Length %d>>\nstream\n"
        % len(packed)
    )
    assert check(body + packed + b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n").state == "unreadable"


def test_a_file_too_large_is_not_looked_at() -> None:
    assert check(signed() + b"\0" * 16_000_000).state == "unreadable"


@ROUNDS
@given(st.binary(max_size=400) | st.binary(max_size=200).map(b"%PDF-1.7\n".__add__))
@example(b"")
@example(b"%PDF-1.7\nstartxref\n0\n%%EOF")
def test_any_bytes_have_a_verdict(data: bytes) -> None:
    assert check(data).state in ("unreadable", "unsigned")


@ROUNDS
@given(st.deferred(lambda: st.integers(0, len(signed()))), st.integers(0, 3000), st.binary(max_size=40))
def test_a_mangled_file_has_a_verdict_and_is_not_valid(at: int, length: int, put: bytes) -> None:
    mangled = signed()[:at] + put + signed()[at + length :]
    found = check(mangled)
    assert mangled == signed() or found.state != "valid"
    assert found.sentence.endswith("。")
