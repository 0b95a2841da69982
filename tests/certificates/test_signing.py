"""Signatures: published vectors, the system's openssl as an independent check, and what each key refuses."""

import json
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from hypothesis import given, settings
from hypothesis import strategies as st

from chengban.certificates.errors import BadKey, CertificatesError, SigningOff
from chengban.certificates.signing import ES256, SM2, algorithms, es256, key_id_of, keys, libcrypto, sm2
from chengban.certificates.signing.algorithms import digest, jwk_of, parted

needs_sm2 = pytest.mark.skipif(not sm2.is_on(), reason="SM2 is off: this machine has no libcrypto 3")
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl command is absent")
BOTH = [ES256, pytest.param(SM2, marks=needs_sm2)]
MAKERS = {ES256: (es256.Es256Signer, es256.new_pem), SM2: (sm2.Sm2Signer, sm2.new_pem)}

# GB/T 32918.5-2017 (GM/T 0003.5-2012) annex A: the digest of ZA and "message digest", signed.
X = bytes.fromhex("09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020")
Y = bytes.fromhex("CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13")
PUBLISHED = bytes.fromhex(
    "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
)


def signer(algorithm: str) -> keys.SoftwareSigner:
    kind, make = MAKERS[algorithm]
    made: keys.SoftwareSigner = kind(make())
    return made


@needs_sm2
def test_the_published_sm2_signature_verifies_and_nothing_near_it_does() -> None:
    verifier = sm2.Sm2Verifier(jwk_of(SM2, X, Y))
    assert verifier.verify(b"message digest", PUBLISHED)
    assert not verifier.verify(b"message digesT", PUBLISHED)
    for at in range(len(PUBLISHED)):
        assert not verifier.verify(b"message digest", PUBLISHED[:at] + bytes([PUBLISHED[at] ^ 1]) + PUBLISHED[at + 1 :])


def test_sm3_of_the_standard() -> None:
    """GB/T 32905-2016 annex A."""
    assert digest("sm3", b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digest("sm3", b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


def test_sm4_of_the_standard() -> None:
    """GB/T 32907-2016 annex A: one block, there and back."""
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    cipher = Cipher(SM4(key), modes.ECB())
    assert cipher.encryptor().update(key).hex() == "681edf34d206965e86b3e94f536e4246"
    assert cipher.decryptor().update(bytes.fromhex("681edf34d206965e86b3e94f536e4246")) == key


def test_es256_of_rfc_7515() -> None:
    """Appendix A.3: the signature that the standard prints."""
    key = {
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    }
    said = b"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    signature = algorithms.decoded("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")
    verifier = es256.Es256Verifier(key)
    assert verifier.verify(said, signature) and not verifier.verify(said + b"x", signature)


@pytest.mark.parametrize("algorithm", BOTH)
@settings(max_examples=25, deadline=None)
@given(data=st.binary(max_size=300), at=st.integers(0, 63), bit=st.integers(0, 7))
def test_what_is_signed_verifies_and_one_changed_bit_does_not(algorithm: str, data: bytes, at: int, bit: int) -> None:
    mine, other = signer(algorithm), signer(algorithm)
    signature = mine.sign(data)
    assert len(signature) == 64 and mine.verifier.verify(data, signature)
    assert not mine.verifier.verify(data + b"x", signature) and not other.verifier.verify(data, signature)
    spoiled = bytearray(signature)
    spoiled[at] ^= 1 << bit
    assert not mine.verifier.verify(data, bytes(spoiled))


@pytest.mark.parametrize("algorithm", BOTH)
@given(st.binary(max_size=200))
def test_no_signature_at_all_makes_trouble(algorithm: str, signature: bytes) -> None:
    assert not STANDING[algorithm].verify(b"data", signature)


STANDING = {algorithm: signer(algorithm).verifier for algorithm in (ES256, *([SM2] if sm2.is_on() else []))}


def spki(jwk: dict[str, str]) -> bytes:
    return sm2._PUBLIC_HEAD + algorithms.decoded(jwk["x"]) + algorithms.decoded(jwk["y"])


@needs_sm2
@needs_openssl
def test_the_systems_openssl_verifies_our_sm2_signature(tmp_path: Path) -> None:
    mine = signer(SM2)
    (tmp_path / "data").write_bytes("诚办".encode())
    (tmp_path / "key.der").write_bytes(spki(mine.jwk))
    (tmp_path / "signature").write_bytes(parted(mine.sign("诚办".encode())) or b"")
    assert openssl_verifies(tmp_path)
    (tmp_path / "data").write_bytes("城办".encode())
    assert not openssl_verifies(tmp_path)


def openssl_verifies(folder: Path) -> bool:
    """The signature in the folder, by a program that knows nothing of ours."""
    words = (
        "pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -digest sm3 -pkeyopt distid:1234567812345678 -in data"
        " -sigfile signature"
    )
    return subprocess.run(["openssl", *words.split()], cwd=folder, capture_output=True, check=False).returncode == 0


@needs_sm2
@needs_openssl
def test_we_verify_a_signature_of_the_systems_openssl(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"from elsewhere")
    run = ["openssl", "genpkey", "-algorithm", "SM2", "-out", "key.pem"]
    subprocess.run(run, cwd=tmp_path, check=True, capture_output=True)
    words = "pkeyutl -sign -inkey key.pem -rawin -digest sm3 -pkeyopt distid:1234567812345678 -in data -out signature"
    subprocess.run(["openssl", *words.split()], cwd=tmp_path, check=True, capture_output=True)
    theirs = sm2.Sm2Signer((tmp_path / "key.pem").read_text())
    assert theirs.verifier.verify(b"from elsewhere", algorithms.joined((tmp_path / "signature").read_bytes()))


def test_without_libcrypto_sm2_is_off_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libcrypto, "_NAMES", ("no-such-library.so.3",))
    libcrypto.library.cache_clear()
    try:
        assert not sm2.is_on()
        with pytest.raises(SigningOff, match="SM2 未启用"):
            sm2.new_pem()
    finally:
        libcrypto.library.cache_clear()


@pytest.mark.parametrize("algorithm", BOTH)
def test_the_citys_key_is_made_once_and_only_its_owner_reads_it(
    algorithm: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHENGBAN_HOME", str(tmp_path))
    first, again = keys.city_signer(algorithm), keys.city_signer(algorithm)
    assert first.key_id == again.key_id
    (place,) = (tmp_path / "secrets").iterdir()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600 and stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert keys.city_keys().find(first.key_id) is not None


def test_a_key_of_the_environment_is_used_and_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pem = es256.new_pem()
    monkeypatch.setenv("CHENGBAN_HOME", str(tmp_path))
    monkeypatch.setenv("CHENGBAN_CERTIFICATE_KEY_ES256", pem)
    assert keys.city_signer().key_id == es256.Es256Signer(pem).key_id
    assert not (tmp_path / "secrets").exists()


def test_a_key_of_before_still_verifies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = signer(ES256)
    (tmp_path / "old.json").write_text(json.dumps(keys.KeyRing([keys.Trusted(old.verifier, ("urn:old",))]).jwks()))
    monkeypatch.setenv("CHENGBAN_HOME", str(tmp_path))
    assert keys.city_keys().find(old.key_id) is None
    monkeypatch.setenv(keys.OLD_KEYS, str(tmp_path / "old.json"))
    assert keys.city_keys().find(old.key_id) is not None


def test_a_key_signs_for_its_own_issuers_alone(tmp_path: Path) -> None:
    one, other = signer(ES256), signer(ES256)
    held = [
        keys.Trusted(one.verifier, ("urn:a",)),
        keys.Trusted(one.verifier, ("https://a.example",)),
        keys.Trusted(other.verifier, ("urn:b",)),
    ]
    ring = keys.KeyRing(held)
    assert [ring.signs_for(one.key_id, name) for name in ("urn:a", "https://a.example", "urn:b", "", None, 5)] == [
        True,
        True,
        *[False] * 4,
    ]
    assert ring.signs_at(one.key_id, "urn:a:status:1") and ring.signs_at(one.key_id, "https://a.example/status/1")
    assert not any(
        ring.signs_at(one.key_id, place) for place in ("urn:b:status:1", "urn:ab:status:1", "https://a.example.evil/1", "urn:a")
    )
    (tmp_path / "keys").write_text(json.dumps(ring.jwks()))
    again = keys.KeyRing(keys.read_keys(tmp_path / "keys", "urn:c"))
    assert again.jwks() == ring.jwks() and not again.knows("urn:c")


def test_a_key_without_an_issuer_needs_one_to_be_named(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(json.dumps(signer(ES256).jwk))
    with pytest.raises(BadKey, match="替谁签发"):
        keys.read_keys(tmp_path / "key")
    (found,) = keys.read_keys(tmp_path / "key", "urn:a")
    assert found.issuers == ("urn:a",)


def test_the_thumbprint_of_rfc_7638_takes_the_required_members_only() -> None:
    jwk = signer(ES256).jwk
    assert key_id_of(jwk) == key_id_of({**jwk, "kid": "x", "use": "sig"})


@pytest.mark.parametrize(
    "jwk",
    [
        {}, {"kty": "RSA"}, {"kty": "EC", "crv": "P-256"}, {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}, [], None, "key",
        {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}, {"kty": "EC", "crv": "P-256", "x": 1, "y": 2},
        {"kty": "EC", "crv": "P-256", "x": "*" * 43, "y": "A" * 43},
        pytest.param({"kty": "EC", "crv": "SM2", "x": "A" * 43, "y": "A" * 43}, marks=needs_sm2),
    ],
)  # fmt: skip
def test_what_is_no_key_is_refused(jwk: dict[str, str]) -> None:
    with pytest.raises(BadKey):
        keys.verifier_of(jwk)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "1", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", '{"keys": [1]}']
)
def test_a_file_that_is_no_key_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(text)
    with pytest.raises(BadKey):
        keys.read_keys(tmp_path / "key")


@pytest.mark.parametrize("algorithm", BOTH)
@given(
    st.one_of(
        st.text(max_size=100),
        st.binary(max_size=60).map(lambda data: f"-----BEGIN PRIVATE KEY-----\n{data.hex()}\n-----END PRIVATE KEY-----"),
    )
)
def test_no_text_makes_a_private_key_by_chance(algorithm: str, text: str) -> None:
    with pytest.raises(CertificatesError):
        MAKERS[algorithm][0](text)
