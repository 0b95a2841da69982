"""Mail and short messages against real servers with real faults: what is an answer, what a refusal, what stays open."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chengban.exchange.adapters import adapter_of
from chengban.exchange.errors import Refused, Unavailable, UnknownSystem
from chengban.exchange.systems.mail.adapter import Mail, Post
from chengban.exchange.systems.sms.adapter import Sms
from chengban.exchange.systems.sms.fake import FAULTS, Phones
from chengban.lib import clock
from tests.exchange.posts import Mailboxes, mail, mail_server, sms

LETTER = {"to": "lin@example.cn", "title": "您有一笔\n稳岗返还", "text": "请登录。\n", "date": "Mon, 01 Dec 2025 09:30:00 +0800"}
TEXT = {"to": "13800005678", "text": "【诚办】您有一封来信。", "hours": ["08:00", "20:00"]}
NOON = datetime(2025, 12, 1, 12, tzinfo=clock.CHINA)


def test_a_mail_is_handed_over_in_chinese_and_says_who_made_it() -> None:
    boxes = Mailboxes()
    with mail(boxes) as adapter:
        reference = adapter.send("send", "sending-1", LETTER).reference
    (taken,) = boxes.taken
    assert (taken["Subject"], taken.get_content().replace("\r\n", "\n")) == ("您有一笔 稳岗返还", "请登录。\n")
    assert taken["Auto-Submitted"] == "auto-generated" and taken["Message-ID"].endswith("@example.cn>")
    assert taken["Message-ID"] == reference and "sending-1" not in reference


def test_a_mail_whose_answer_was_lost_is_sent_again_and_known_as_a_double() -> None:
    boxes = Mailboxes(late=True)
    with mail(boxes) as adapter:
        with pytest.raises(Unavailable):
            adapter.send("send", "sending-1", LETTER)
        boxes.late = False
        adapter.send("send", "sending-1", LETTER)
        adapter.send("send", "sending-2", LETTER)
    first, second, other = boxes.taken
    assert first.as_bytes() == second.as_bytes() and first["Message-ID"] == second["Message-ID"] != other["Message-ID"]


def test_a_mailbox_that_is_none_is_a_refusal_without_the_address() -> None:
    with mail(Mailboxes(dead=frozenset({"lin@example.cn"}))) as adapter, pytest.raises(Refused, match="550") as refusal:
        adapter.send("send", "k", LETTER)
    assert "lin@" not in str(refusal.value)
    with mail(Mailboxes(data_code="554")) as adapter, pytest.raises(Refused, match="554"):
        adapter.send("send", "k", LETTER)


def test_a_server_that_is_busy_or_away_leaves_it_open() -> None:
    with mail(Mailboxes(down=True)) as adapter, pytest.raises(Unavailable, match="451"):
        adapter.send("send", "k", LETTER)
    with pytest.raises(Unavailable, match="没有收下"):
        Mail(Post("smtp://127.0.0.1:9", "a@b.cn")).send("send", "k", LETTER)
    with pytest.raises(Unavailable, match="没有对账单"):
        list(Mail(Post("smtp://127.0.0.1:9", "a@b.cn")).statement())


@pytest.fixture
def trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The server's side of TLS, whose certificate this process trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
    certificate = made.add_extension(names, False).add_extension(x509.BasicConstraints(True, None), True).sign(key, hashes.SHA256())
    path = tmp_path / "server.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # aiosmtpd does not know that its port speaks TLS from the start
@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_password_goes_over_tls_to_a_server_that_is_trusted(
    scheme: str, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes = Mailboxes(users={"city": "lotus"})
    with mail_server(boxes, scheme=scheme, trust=trust) as address:
        assert Mail(Post(address, "a@example.cn", "city", "lotus")).send("send", "k", LETTER).reference
        with pytest.raises(Unavailable, match="Authentication"):
            Mail(Post(address, "a@example.cn", "city", "wrong")).send("send", "k", LETTER)
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(Unavailable, match="SSLCertVerificationError"):
            Mail(Post(address, "a@example.cn", "city", "lotus")).send("send", "k", LETTER)
    assert len(boxes.taken) == 1


def test_a_setting_that_cannot_be_used_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_MAIL_URL", "mail.example.cn")
    with pytest.raises(UnknownSystem, match="smtps://"):
        adapter_of("mail")
    monkeypatch.setenv("CHENGBAN_MAIL_URL", "smtps://mail.example.cn")
    with pytest.raises(UnknownSystem, match="CHENGBAN_MAIL_FROM"):
        adapter_of("mail")
    monkeypatch.setenv("CHENGBAN_MAIL_FROM", "noreply@example.cn")
    assert isinstance(adapter_of("mail"), Mail)


@pytest.mark.parametrize("fault", FAULTS)
def test_after_each_fault_the_same_key_is_one_message(fault: str) -> None:
    phones = Phones({fault: 1.0})
    with sms(phones) as adapter, clock.pinned(NOON):
        if fault == "slow":
            assert adapter.send("send", "k", TEXT).reference
        else:
            with pytest.raises(Unavailable):
                adapter.send("send", "k", TEXT)
        phones.faults = {}
        assert adapter.send("send", "k", TEXT).reference == "M000000001"
        assert [(line.key, line.reference) for line in adapter.statement()] == [("k", "M000000001")]
    assert len(phones.sent) == 1 and "hours" not in phones.sent["k"]


def test_a_number_that_is_none_is_a_refusal_and_a_gateway_away_is_not() -> None:
    with clock.pinned(NOON):
        with sms(Phones(dead=frozenset({"13800005678"}))) as adapter, pytest.raises(Refused, match="空号"):
            adapter.send("send", "k", TEXT)
        with pytest.raises(Unavailable, match="没有答复"):
            Sms("http://127.0.0.1:9").send("send", "k", TEXT)


@pytest.mark.parametrize(("hour", "minute", "sent"), [(7, 59, False), (8, 0, True), (19, 59, True), (20, 0, False), (0, 0, False)])
def test_nobody_is_woken(hour: int, minute: int, sent: bool) -> None:
    phones = Phones()
    with sms(phones) as adapter, clock.pinned(NOON.replace(hour=hour, minute=minute)):
        if sent:
            adapter.send("send", "k", TEXT)
        else:
            with pytest.raises(Unavailable, match="08:00"):
                adapter.send("send", "k", TEXT)
    assert bool(phones.asked) is sent
