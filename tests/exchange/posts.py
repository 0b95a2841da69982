"""A mail server and a gateway for short messages, both real, with faults to choose; and a pool that keeps a pinned clock."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from ssl import SSLContext
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from chengban.exchange.systems.mail.adapter import Mail, Post
from chengban.exchange.systems.sms.adapter import Sms
from chengban.exchange.systems.sms.fake import Phones, open_gateway


@dataclass
class Mailboxes:
    """What a mail server took, and how it misbehaves: refuse these, defer all, or lose the answer after having taken a mail."""

    dead: frozenset[str] = frozenset()
    down: bool = False
    late: bool = False
    data_code: str = ""
    users: dict[str, str] = field(default_factory=dict)
    taken: list[EmailMessage] = field(default_factory=list)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if self.down:
            return "451 4.3.0 try again later"
        if address in self.dead:
            return f"550 5.1.1 <{address}>: no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data_code:
            return f"{self.data_code} not this one"
        content = envelope.content
        assert isinstance(content, bytes)
        self.taken.append(message_from_bytes(content, policy=policy.default))  # type: ignore[arg-type]
        return "451 4.3.0 the answer was lost" if self.late else "250 OK"

    def admit(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        """Whether a user may send."""
        assert isinstance(given, LoginPassword)
        right = self.users.get(given.login.decode()) == given.password.decode()
        return AuthResult(success=right, handled=right)


class _Loopback(Controller):
    """A controller of aiosmtpd at any free port."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(boxes: Mailboxes, *, scheme: str = "smtp", trust: SSLContext | None = None) -> Iterator[str]:
    """The address of a mail server that keeps `boxes`."""
    options: dict[str, Any] = {"server_hostname": "localhost"}
    if scheme == "smtp+starttls":
        options |= {"tls_context": trust, "require_starttls": True}
    if boxes.users:
        options |= {"authenticator": boxes.admit, "auth_required": True, "auth_require_tls": scheme == "smtp+starttls"}
    context = trust if scheme == "smtps" else None
    server = _Loopback(boxes, hostname="localhost", port=0, ssl_context=context, **options)
    server.start()
    try:
        yield f"{scheme}://localhost:{server.port}"
    finally:
        server.stop()


@contextmanager
def mail(boxes: Mailboxes) -> Iterator[Mail]:
    """The adapter of a mail server that keeps `boxes`."""
    with mail_server(boxes) as address:
        yield Mail(Post(address, "诚办 <noreply@example.cn>"))


@contextmanager
def sms(phones: Phones) -> Iterator[Sms]:
    """The adapter of a gateway that keeps `phones`."""
    server = open_gateway(phones)
    try:
        yield Sms(f"http://127.0.0.1:{server.server_address[1]}")
    finally:
        server.shutdown()
        server.server_close()


class Pinned(ThreadPoolExecutor):
    """Threads that know the hour that their caller has pinned."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        return super().submit(copy_context().run, function, *arguments, **named)
