"""`chengban cert …`: issue certificates, verify them online and offline, hold them off or end them, and give out keys and lists."""

import sys
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chengban.cli.setup import JSON, ON, business_date, progress, ready, show, take_up_demo
from chengban.lib import clock

if TYPE_CHECKING:
    from chengban.certificates.models import Certificate
    from chengban.certificates.signing.keys import KeyRing
    from chengban.certificates.verifying import Verdict

ALGORITHM = click.option("--algorithm", type=click.Choice(["ES256", "SM2"]), default="ES256", show_default=True)
FILE = click.Path(path_type=Path, dir_okay=False)
DOCUMENTS = (b"%PDF", b"PK")
LARGEST = 16 << 20
"""Bytes of a file that is looked at."""
_STATED = "证照类型 {certificate_type}，{issuer} {issued_on} 颁发，证照编号 {certificate_no}"


@click.group("cert")
def cert() -> None:
    """Issue and verify electronic certificates (电子证照)."""


@cert.command("issue")
@click.argument("kind", metavar="TYPE")
@click.option("--subject", required=True, help="Credit code of an enterprise, or citizen number.")
@click.option("--set", "given", multiple=True, metavar="FIELD=VALUE", help="What the registers do not hold; may be repeated.")
@click.option("--number", help="The certificate's own number, where a register holds several.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Its last day, where the type leaves it to the issuer.")
@ALGORITHM
@ON
@JSON
def issue(
    kind: str, subject: str, given: tuple[str, ...], number: str | None, until: datetime | None, algorithm: str,
    on: datetime | None, as_json: bool,
) -> None:  # fmt: skip
    """Issue a certificate of TYPE, filled from the registers."""
    values = dict(map(_pair, given))
    ready()
    from chengban import packs
    from chengban.certificates import domain
    from chengban.certificates.errors import UnknownType
    from chengban.certificates.signing.keys import city_signer
    from chengban.certificates.tokens import token_of
    from chengban.ledger import Actor

    pack, day = packs.current(), business_date(on)
    signer = city_signer(algorithm)
    end = until.date() if until else None
    try:
        made = domain.issue(pack, kind, subject, by=Actor.system("cli"), on=day, given=values, number=number, valid_until=end)
    except UnknownType as error:
        raise click.UsageError(str(error)) from error
    token = token_of(pack, made, signer)
    if as_json:
        return show({**_told(made), "token": token})
    click.echo(f"已颁发 {pack.certificates[made.kind].name}，证照编号 {made.number}", err=True)
    click.echo(token)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.UsageError(f"--set {text!r}: 写成 要素=值。")
    return name, value


def _told(made: "Certificate") -> dict[str, Any]:
    named = {name: getattr(made, name) for name in ("identifier", "number", "subject", "holder", "claims")}
    dates = {name: getattr(made, name) for name in ("issued_on", "valid_from", "valid_until")}
    return {
        "certificate": made.pk,
        "type": made.kind,
        **named,
        **dates,
        "status": {"list": made.slot.list, "index": made.slot.index},
    }


@cert.command("verify")
@click.argument("what", metavar="FILE|TEXT")
@click.option("--offline", is_flag=True, help="Ask nobody: use the status list and the keys that are given.")
@click.option("--status-list", "listed", type=FILE, help="A status list that was fetched before; offline.")
@click.option("--issuer-key", type=FILE, help="Whom to trust: a JWK, a JWK set or a PEM; the city's own keys where not given.")
@click.option("--issuer", help="Whom the keys of --issuer-key sign for (iss), where the file does not say.")
@click.option("--nonce", help="What the verifier asked, for a presentation.")
@click.option("--audience", help="Who the verifier said it is, for a presentation.")
@ON
@JSON
def verify(
    what: str, offline: bool, listed: Path | None, issuer_key: Path | None, issuer: str | None, nonce: str | None,
    audience: str | None, on: datetime | None, as_json: bool,
) -> None:  # fmt: skip
    """Say whether a certificate is good: a token, a presentation, an identifier or a document. Ends with 1 unless it is valid."""
    if (nonce is None) != (audience is None):
        raise click.UsageError("--nonce 和 --audience 要一起给。")
    if listed is not None and not offline:
        raise click.UsageError("--status-list 用于 --offline；联网核验看登记库。")
    from chengban import packs
    from chengban.certificates import judging

    text = _text(what)
    take_up_demo() if offline else ready()
    keys, question = _keys(issuer_key, issuer or ""), _question(nonce, audience)
    at = datetime.combine(business_date(on), clock.now().timetz())
    if offline:
        return _answer(_offline(text, keys, listed, question, at), as_json)
    _answer(judging.judge(text, keys, packs.current(), at=at, question=question), as_json)


def _answer(verdict: "Verdict", as_json: bool) -> None:
    if as_json:
        show(_shape(verdict))
    else:
        click.echo(f"{verdict.outcome}：{verdict.reason}")
        if "certificate_type" in verdict.claims:
            click.echo("  " + _STATED.format_map(_Said(verdict.claims)))
    if verdict.outcome != "valid":
        sys.exit(1)


class _Said(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return "？"


def _text(what: str) -> str | bytes:
    """The argument itself, or what stands in the file of that name; a document as it is."""
    path = Path(what)
    if len(what) > 255 or not path.is_file():
        return what
    data = path.read_bytes()[:LARGEST]
    if data.startswith(DOCUMENTS):
        return data
    try:
        return data.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{path.name} 不是文本文件，也不是 PDF 或 OFD。") from error


def _keys(path: Path | None, issuer: str) -> "KeyRing":
    from chengban.certificates.signing.keys import KeyRing, city_keys, read_keys

    return city_keys() if path is None else KeyRing(read_keys(path, issuer))


def _question(nonce: str | None, audience: str | None) -> Any:
    from chengban.certificates.binding import Question

    return Question(nonce, audience) if nonce is not None and audience is not None else None


def _offline(text: str | bytes, keys: "KeyRing", listed: Path | None, question: Any, at: datetime) -> "Verdict":
    from chengban import packs
    from chengban.certificates.judging import PREFIX, document
    from chengban.certificates.verifying import Outcome, Verdict, from_list, verify

    find_status = from_list(_list(listed, keys), at)
    if isinstance(text, bytes):
        return document(text, keys, packs.current(), find_status, at=at)
    if text.startswith(PREFIX):
        return Verdict(Outcome.UNKNOWN, "只有证照标识，离线时不知道它的状态。")
    return verify(text, keys, find_status, at=at, question=question)


def _list(path: Path | None, keys: "KeyRing") -> Any:
    from chengban.certificates import status

    if path is None:
        return None
    try:
        return status.read(path.read_text(encoding="utf-8"), keys)
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"状态清单 {path.name} 读不了。") from error


def _shape(verdict: "Verdict") -> dict[str, Any]:
    names = ("outcome", "cause", "reason", "algorithm", "key_id", "bound", "claims")
    return {name: getattr(verdict, name) for name in names}


@cert.command("print")
@click.argument("identifier")
@click.option("--pdf", "pdf", type=FILE, help="Write the PDF here, with a PAdES signature.")
@click.option("--ofd", "ofd", type=FILE, help="Write the OFD (GB/T 33190) here, with a bare signature that is no GB/T 38540 seal.")
@ALGORITHM
@JSON
def write(identifier: str, pdf: Path | None, ofd: Path | None, algorithm: str, as_json: bool) -> None:
    """Write a certificate as a document, for its holder. The algorithm is the OFD's; a PDF is signed with ES256."""
    if pdf is None and ofd is None:
        raise click.UsageError("写明 --pdf 或 --ofd。")
    ready()
    from chengban import packs
    from chengban.certificates import printing
    from chengban.certificates.signing.keys import city_signer

    found, pack = _held(identifier), packs.current()
    makers = ((pdf, printing.pdf_of, "ES256"), (ofd, printing.ofd_of, algorithm))
    files = [(path, make(pack, found, city_signer(name))) for path, make, name in makers if path is not None]
    for path, data in files:
        path.write_bytes(data)
    if as_json:
        return show({"identifier": identifier, "files": [{"file": path.name, "bytes": len(data)} for path, data in files]})
    for path, data in files:
        click.echo(f"{path}：{len(data):,} 字节")


@cert.command("keys")
@JSON
def keys(as_json: bool) -> None:
    """Print the city's public keys as a JWK set, for those who verify offline."""
    take_up_demo()
    from chengban.certificates.signing import sm2
    from chengban.certificates.signing.keys import city_keys

    if not sm2.is_on() and not as_json:
        click.echo("国密 SM2 未启用：本机没有 libcrypto 3（OpenSSL 3）。", err=True)
    show(city_keys().jwks())


@cert.command("status-list")
@click.argument("number", type=click.IntRange(min=1), default=1)
@ALGORITHM
@JSON
def status_list(number: int, algorithm: str, as_json: bool) -> None:
    """Print a signed status list as it stands now; it holds for a day."""
    ready()
    from chengban import packs
    from chengban.certificates import jose, tokens
    from chengban.certificates.signing.keys import city_signer

    text = tokens.publish(packs.current(), number, city_signer(algorithm))
    if not as_json:
        return click.echo(text)
    payload = jose.read(text, longest=len(text)).payload
    made, ends = (datetime.fromtimestamp(payload[name], clock.CHINA) for name in ("iat", "exp"))
    show({"number": number, "uri": payload["sub"], "made_at": made, "holds_until": ends, "token": text})


@cert.command("take-up")
@click.argument("kinds", metavar="TYPE...", nargs=-1, required=True)
@click.option("--fill-register", is_flag=True, help="Then write enterprises' certificates into the register of certificates.")
@ON
@JSON
def take_up(kinds: tuple[str, ...], fill_register: bool, on: datetime | None, as_json: bool) -> None:
    """Issue certificates of these TYPEs for all whose registers say enough, and who have none."""
    ready()
    from chengban import packs
    from chengban.certificates import taking_up
    from chengban.ledger import Actor

    pack, day, by = packs.current(), business_date(on), Actor.system("cli")
    with progress(quiet=as_json) as tell:
        issued = {name: taking_up.take_up(pack, name, by=by, on=day, progress=partial(tell, name)) for name in kinds}
    filled = taking_up.fill_register(pack, by=by, on=day) if fill_register else None
    if as_json:
        return show({"issued": issued, "register": None if filled is None else {"new": filled.new, "changed": filled.changed}})
    for name, count in issued.items():
        click.echo(f"{name}：新颁发 {count:,} 份")
    if filled is not None:
        click.echo(f"电子证照库：{filled.summary}")


def _act(name: str, told: str, done: str) -> None:
    """A command that moves one certificate."""

    @cert.command(name, help=told)
    @click.argument("identifier")
    @click.option("--reason", required=True, help="Why; it is kept.")
    @ON
    @JSON
    def act(identifier: str, reason: str, on: datetime | None, as_json: bool) -> None:
        ready()
        from chengban.certificates import domain
        from chengban.certificates.standing import stands
        from chengban.ledger import Actor

        found, day = _held(identifier), business_date(on)
        getattr(domain, name)(found, by=Actor.system("cli"), on=day, reason=reason)
        if as_json:
            return show({"certificate": found.pk, "identifier": identifier, "stands": stands(found, day)})
        click.echo(f"{identifier} {done}。")


def _held(identifier: str) -> "Certificate":
    from chengban.certificates.models import Certificate

    found = Certificate.objects.filter(identifier=identifier).first()
    if found is None:
        raise click.UsageError("本市没有这个标识的证照。")
    return found


ACTS: Iterable[tuple[str, str, str]] = (
    ("annotate", "Write something beside a certificate.", "已加注"),
    ("suspend", "Hold a certificate off until it is resumed.", "已暂停"),
    ("resume", "Let a suspended certificate hold again.", "已恢复"),
    ("revoke", "End a certificate for good.", "已撤销"),
)
for _name, _told_of, _done in ACTS:
    _act(_name, _told_of, _done)
