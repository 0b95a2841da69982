"""A key in a hardware module signs like one in software; tried on SoftHSM, where it and python-pkcs11 are installed."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chengban.certificates import sdjwt
from chengban.certificates.errors import SigningOff
from chengban.certificates.signing import hardware, keys
from chengban.lib.env import EnvironmentMistake

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
)
MODULE = next((path for path in MODULES if Path(path).is_file()), "")
pkcs11 = pytest.importorskip("pkcs11", reason="python-pkcs11 (the extra pkcs11) is absent")
pytestmark = pytest.mark.skipif(not MODULE or shutil.which("softhsm2-util") is None, reason="SoftHSM is absent")


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A token with one P-256 key, set as the environment of a city would."""
    from pkcs11 import Attribute, KeyType
    from pkcs11.util.ec import encode_named_curve_parameters

    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    (folder / "conf").write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    patch = pytest.MonkeyPatch()
    patch.setenv("SOFTHSM2_CONF", str(folder / "conf"))
    words = "--init-token --free --label city --pin 1234 --so-pin 5678"
    subprocess.run(["softhsm2-util", *words.split()], check=True, capture_output=True)
    with pkcs11.lib(MODULE).get_token(token_label="city").open(rw=True, user_pin="1234") as session:
        curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
        domain = session.create_domain_parameters(KeyType.EC, curve, local=True)
        domain.generate_keypair(store=True, label="chengban-certificates")
    for name, value in ((hardware.MODULE, MODULE), (hardware.TOKEN, "city"), (hardware.PIN, "1234")):
        patch.setenv(name, value)
    keys._in_hardware.cache_clear()
    yield
    keys._in_hardware.cache_clear()
    patch.undo()


@pytest.mark.usefixtures("token")
def test_the_module_signs_what_our_verifier_verifies() -> None:
    mine = keys.city_signer()
    assert isinstance(mine, hardware.HardwareSigner)
    signature = mine.sign("诚办".encode())
    assert mine.verifier.verify("诚办".encode(), signature) and not mine.verifier.verify(b"other", signature)
    text = sdjwt.issue(mine, {"vct": "urn:type"}, {"name": "周清荷"})
    found = keys.city_keys().find(sdjwt.read(text).jws.header["kid"])
    assert found is not None and sdjwt.verify(sdjwt.read(text), found)["name"] == "周清荷"


@pytest.mark.usefixtures("token")
@pytest.mark.parametrize(
    ("name", "value"),
    [(hardware.PIN, "0000"), (hardware.TOKEN, "none"), (hardware.LABEL, "none"), (hardware.MODULE, "/no/such.so")],
)
def test_a_module_that_cannot_be_used_is_said_to_be_so(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SigningOff, match="硬件密码模块"):
        hardware.from_environment()


@pytest.mark.usefixtures("token")
def test_a_setting_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(hardware.PIN)
    with pytest.raises(EnvironmentMistake, match="CHENGBAN_PKCS11_PIN"):
        hardware.from_environment()
