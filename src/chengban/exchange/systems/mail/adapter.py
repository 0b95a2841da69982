"""Mail over SMTP. SMTP knows no keys: a letter that is sent again carries the same Message-ID, by which mailboxes know a double."""

import hashlib
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from chengban.exchange.contract import Answer, Known
from chengban.exchange.errors import Refused, Unavailable, UnknownSystem

_TIMEOUT = 10
_PORTS = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}


@dataclass(frozen=True, slots=True)
class Post:
    """Where mail is handed over (`smtps://host`, `smtp+starttls://host` or, inside one network, `smtp://host`), and by whom."""

    address: str
    sender: str
    user: str = ""
    password: str = ""

    def __post_init__(self) -> None:
        if urlsplit(self.address).scheme not in _PORTS or not urlsplit(self.address).hostname:
            raise UnknownSystem("CHENGBAN_MAIL_URL 要写成 smtps://主机:端口、smtp+starttls://主机:端口 或 smtp://主机:端口。")
        if "@" not in parseaddr(self.sender)[1]:
            raise UnknownSystem("请把发件人地址写入 CHENGBAN_MAIL_FROM。")

    @contextmanager
    def opened(self) -> Iterator[smtplib.SMTP]:
        """A connection, encrypted where the address says so, and signed in where there is a user."""
        place = urlsplit(self.address)
        host, port = place.hostname or "", place.port or _PORTS[place.scheme]
        trust = ssl.create_default_context()
        if place.scheme == "smtps":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT, context=trust)
        else:
            connection = smtplib.SMTP(host, port, timeout=_TIMEOUT)
        with connection:
            if place.scheme == "smtp+starttls":
                connection.starttls(context=trust)
            if self.user:
                connection.login(self.user, self.password)
            yield connection


class Mail:
    """Hands letters over to a mail server."""

    def __init__(self, post: Post) -> None:
        self._post = post

    def send(self, act: str, key: str, body: Mapping[str, Any]) -> Answer:
        """Hand one letter over. Raises Refused where the server will never take it for this recipient, else Unavailable."""
        letter = self._letter(key, body)
        try:
            with self._post.opened() as connection:
                connection.send_message(letter)
        except smtplib.SMTPRecipientsRefused as error:
            raise _by_code(next(iter(error.recipients.values()))[0]) from error
        except smtplib.SMTPDataError as error:
            raise _by_code(error.smtp_code) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unavailable(f"邮件服务器没有收下：{type(error).__name__}") from error
        return Answer(str(letter["Message-ID"]))

    def statement(self) -> Iterator[Known]:
        """Mail servers give none. Raises Unavailable."""
        raise Unavailable("邮件服务器没有对账单。重复的信由相同的 Message-ID 识别。")

    def _letter(self, key: str, body: Mapping[str, Any]) -> EmailMessage:
        letter = EmailMessage()
        letter["From"], letter["To"] = self._post.sender, str(body["to"])
        letter["Subject"] = " ".join(str(body["title"]).split())
        letter["Date"], letter["Message-ID"] = str(body["date"]), self._identity(key)
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(str(body["text"]), cte="base64")
        return letter

    def _identity(self, key: str) -> str:
        domain = parseaddr(self._post.sender)[1].partition("@")[2]
        return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def _by_code(code: int) -> Refused | Unavailable:
    """What a reply means. Its text is left out: it may hold the address."""
    return Refused(f"邮箱拒收（{code}）") if code >= 500 else Unavailable(f"邮箱暂时不收（{code}）")
