"""Certificates by commands: what docs/commands.md promises, and the code that each outcome ends with."""

import json
from pathlib import Path

import pytest
from django.db import transaction

from chengban import packs
from chengban.certificates import binding, sdjwt
from chengban.certificates.models import Certificate
from chengban.certificates.signing import sm2
from chengban.certificates.signing.es256 import Es256Signer, new_pem
from chengban.certificates.signing.keys import KeyRing, Trusted
from chengban.certificates.tokens import wallet_key
from chengban.ledger.models import Entry
from chengban.lib import clock
from tests import town
from tests.certificates.issued import LICENCE
from tests.cli.conftest import Said, Shell
from tests.cli.test_commands import refused, same_keys

GIVEN = [word for name, value in LICENCE.items() for word in ("--set", f"{name}={value}")]
ISSUE = ("cert", "issue", "business_licence", "--subject", town.LOTUS)


@pytest.fixture(autouse=True)
def built(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_HOME", str(tmp_path))
    monkeypatch.setenv("CHENGBAN_TODAY", town.ON.isoformat())
    with transaction.atomic():
        town.build(tmp_path, packs.current())


def told(said: Said, outcome: str, cause: str = "") -> None:
    assert (said.json["outcome"], said.json["cause"]) == (outcome, cause)
    assert said.code == (0 if outcome == "valid" else 1) and said.json["reason"] and not said.err


def test_a_certificate_is_issued_and_verified(shell: Shell, tmp_path: Path) -> None:
    made = shell(*ISSUE, *GIVEN, "--json").json
    same_keys("cert issue", made)
    assert made["holder"] == "聊城清荷软件有限公司" and made["claims"]["legal_representative"] == "孟晓棠"
    found = shell("cert", "verify", made["token"], "--json")
    same_keys("cert verify", found.json)
    told(found, "valid")
    (tmp_path / "token").write_text(made["token"] + "\n")
    told(shell("cert", "verify", tmp_path / "token", "--json"), "valid")
    told(shell("cert", "verify", made["identifier"], "--json"), "valid")
    assert "证照类型 营业执照" in shell("cert", "verify", made["token"]).out
    assert Entry.objects.filter(act="certificates.issue").count() == 1


def test_without_json_the_token_is_all_of_standard_output(shell: Shell) -> None:
    said = shell("cert", "issue", "营业执照", "--subject", town.LOTUS, *GIVEN)
    assert said.out.count("\n") == 1 and "证照编号" in said.err
    told(shell("cert", "verify", said.out.strip(), "--json"), "valid")


def test_offline_a_list_and_keys_are_enough_until_the_promise_ends(shell: Shell, tmp_path: Path) -> None:
    made = shell(*ISSUE, *GIVEN, "--json").json
    (tmp_path / "keys").write_text(shell("cert", "keys").out)
    same_keys("cert keys", shell("cert", "keys", "--json").json)
    held = shell("cert", "status-list", "--json").json
    same_keys("cert status-list", held)
    (tmp_path / "list").write_text(shell("cert", "status-list").out)
    offline = ("cert", "verify", made["token"], "--offline", "--issuer-key", tmp_path / "keys", "--json")
    listed = ("--status-list", tmp_path / "list")
    told(shell(*offline, *listed), "valid")
    told(shell(*offline), "unknown")
    told(shell(*offline, *listed, "--on", "2025-12-03"), "unknown")
    told(shell("cert", "verify", made["identifier"], "--offline", "--json"), "unknown")
    (tmp_path / "other").write_text(
        json.dumps(KeyRing([Trusted(Es256Signer(new_pem()).verifier, ("urn:chengban:371500",))]).jwks())
    )
    told(shell("cert", "verify", made["token"], "--offline", "--issuer-key", tmp_path / "other", "--json"), "rejected", "issuer")
    refused(shell(*offline[:-2], tmp_path / "other", *listed), "状态清单不是所信任的密钥签发的", code=1)


def test_each_act_moves_it_and_the_next_list_says_so(shell: Shell, tmp_path: Path) -> None:
    made = shell(*ISSUE, *GIVEN, "--json").json
    why = ("--reason", "核查")
    for act, stands, outcome in (("annotate", "valid", "valid"), ("suspend", "suspended", "suspended"), ("resume", "valid", "valid"), ("revoke", "revoked", "revoked")):  # fmt: skip # noqa: E501
        done = shell("cert", act, made["identifier"], *why, "--json").json
        same_keys("cert revoke", done)
        assert done["stands"] == stands
        (tmp_path / "list").write_text(shell("cert", "status-list").out)
        told(shell("cert", "verify", made["token"], "--json"), outcome)
        told(shell("cert", "verify", made["token"], "--offline", "--status-list", tmp_path / "list", "--json"), outcome)
        told(shell("cert", "verify", made["identifier"], "--json"), outcome)
    refused(shell("cert", "resume", made["identifier"], *why), "已撤销", code=1)
    refused(shell("cert", "revoke", "1.2.156", *why), "没有这个标识")


def test_a_presentation_needs_its_question(shell: Shell) -> None:
    token = shell(*ISSUE, *GIVEN, "--json").json["token"]
    shown = sdjwt.chosen(token, ["legal_representative"])
    text = binding.present(shown, wallet_key(Certificate.objects.get()), binding.Question("n1", "银行"), clock.now())
    asked = ("cert", "verify", text, "--json", "--nonce", "n1", "--audience")
    found = shell(*asked, "银行")
    told(found, "valid")
    assert found.json["bound"] and "registered_capital" not in found.json["claims"]
    told(shell(*asked, "别处"), "rejected", "audience")
    told(shell("cert", "verify", text, "--json"), "rejected", "binding")
    told(shell("cert", "verify", token[:-30] + "~", "--json"), "rejected", "unreadable")


def test_a_document_is_written_and_its_signature_read(shell: Shell, tmp_path: Path) -> None:
    made = shell(*ISSUE, *GIVEN, "--json").json
    pdf, ofd = tmp_path / "licence.pdf", tmp_path / "licence.ofd"
    said = shell("cert", "print", made["identifier"], "--pdf", pdf, "--ofd", ofd, "--json").json
    same_keys("cert print", said)
    assert [one["bytes"] for one in said["files"]] == [pdf.stat().st_size, ofd.stat().st_size]
    for file in (pdf, ofd):
        found = shell("cert", "verify", file, "--json")
        told(found, "valid")
        assert "签名之后没有改动" in found.json["reason"] and "照面与签名的凭证一致" in found.json["reason"]
        told(shell("cert", "verify", file, "--offline", "--json"), "unknown")
    pdf.write_bytes(pdf.read_bytes() + b"%more\n")
    told(shell("cert", "verify", pdf, "--json"), "rejected", "changed")
    refused(shell("cert", "print", made["identifier"]), "--pdf 或 --ofd")
    refused(shell("cert", "print", "1.2.156", "--pdf", pdf), "没有这个标识")


@pytest.mark.skipif(not sm2.is_on(), reason="SM2 is off: this machine has no libcrypto 3")
def test_sm2_is_chosen_by_an_option(shell: Shell) -> None:
    made = shell(*ISSUE, *GIVEN, "--algorithm", "SM2", "--json").json
    assert shell("cert", "verify", made["token"], "--json").json["algorithm"] == "SM2"


def test_what_the_registers_hold_is_taken_up(shell: Shell) -> None:
    said = shell("cert", "take-up", "identity_card", "business_licence", "--fill-register", "--json").json
    same_keys("cert take-up", said)
    assert said == {"issued": {"identity_card": 1, "business_licence": 0}, "register": None}
    assert "新颁发 0 份" in shell("cert", "take-up", "identity_card").out
    refused(shell("cert", "take-up", "passport"), "没有声明证照类型 passport", code=1)


def test_each_mistake_is_a_sentence(shell: Shell, tmp_path: Path) -> None:
    refused(shell("cert", "issue", "营业执昭", "--subject", town.LOTUS), "是不是 营业执照")
    refused(shell(*ISSUE), "缺少法定代表人", code=1)
    refused(shell(*ISSUE, "--set", "address"), "写成 要素=值")
    refused(shell("cert", "issue", "business_licence", "--subject", town.CITIZEN), "只能颁发给企业", code=1)
    refused(shell("cert", "verify", "x", "--nonce", "n"), "要一起给")
    refused(shell("cert", "verify", "x", "--status-list", tmp_path / "x"), "--offline")
    refused(shell("cert", "verify", "x", "--offline", "--status-list", tmp_path / "none"), "状态清单 none 读不了")
    refused(shell("cert", "verify", "x", "--issuer-key", tmp_path / "none"), "密钥文件 none 读不了", code=1)
    (tmp_path / "face").write_bytes(b"%PDF-1.7")
    told(shell("cert", "verify", tmp_path / "face", "--json"), "rejected", "unreadable")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    refused(shell("cert", "verify", tmp_path / "bytes"), "不是文本文件")
    told(shell("cert", "verify", "不是凭证", "--json"), "rejected", "unreadable")
    told(shell("cert", "verify", "1.2.156.3005.2.x", "--json"), "rejected", "unreadable")
    told(shell("cert", "verify", "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9", "--json"), "unknown")
    told(shell("cert", "verify", "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.8", "--json"), "unknown", "check")
