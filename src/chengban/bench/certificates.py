"""`bin/bench certificates`: certificates issued and verified a second, beside the bare library's sign and verify in the same run.

The ratio says what the token around a signature costs: reading, digests, checks, and the row and the ledger entry of an issue.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import click
from django.db import transaction

from chengban.cli.operate import migrate_all
from chengban.cli.setup import ready

_SIGNED = b"x" * 900
"""As much as the signed part of a certificate."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How often an act was done a second."""

    name: str
    rate: float

    def line(self, bare: "Rate | None" = None) -> str:
        share = "" if bare is None else f"   {self.rate / bare.rate:6.2f} × {bare.name}"
        return f"  {self.name:<44}{self.rate:>12,.0f} a second{share}"


def measured(name: str, act: Callable[[], object], seconds: float) -> Rate:
    """Do the act for so long."""
    act()
    count, started = 0, time.perf_counter()
    while (passed := time.perf_counter() - started) < seconds:
        act()
        count += 1
    return Rate(name, count / passed)


@click.command()
@click.option("--seconds", default=2.0, show_default=True, help="For each act.")
def main(seconds: float) -> None:
    """Issue and verify with ES256, and with SM2 where the machine can."""
    ready()
    migrate_all()
    from chengban.certificates.signing import ES256, SM2, sm2

    for algorithm in (ES256, SM2):
        if algorithm == SM2 and not sm2.is_on():
            click.echo("SM2 is off: this machine has no libcrypto 3")
            continue
        click.echo(algorithm)
        for line in _lines(algorithm, seconds):
            click.echo(line)
    click.echo("Register")
    for line in _issued(seconds):
        click.echo(line)


def _lines(algorithm: str, seconds: float) -> list[str]:
    """A token made, read, presented and judged, without a database."""
    from chengban.certificates import binding, sdjwt, status
    from chengban.certificates.signing.es256 import Es256Signer, new_pem
    from chengban.certificates.signing.keys import KeyRing, Trusted, city_signer
    from chengban.certificates.verifying import from_list, verify
    from chengban.lib import clock

    signer, holder, now = city_signer(algorithm), Es256Signer(new_pem()), clock.now()
    verifier = signer.verifier
    keys = KeyRing([Trusted(verifier, ("urn:bench",))])
    signature = signer.sign(_SIGNED)
    where = "urn:bench:1"
    listed = status.signed(signer, where, status.packed([]), now)
    held = status.read(listed, keys)
    visible = {
        "iss": "urn:bench",
        "status": {"status_list": {"idx": 7, "uri": where}},
        "exp": int((now + timedelta(days=9)).timestamp()),
    }
    hidden = {f"field_{number}": f"照面要素 {number}" for number in range(8)}
    token = sdjwt.issue(signer, visible, hidden, holder=holder.jwk)
    asked = binding.Question("nonce", "bench")
    shown = binding.present(sdjwt.chosen(token, ["field_1", "field_5"]), holder, asked, now)
    assert verify(shown, keys, from_list(held, now), at=now, question=asked).outcome == "valid"
    signs = measured("sign, bare", lambda: signer.sign(_SIGNED), seconds)
    verifies = measured("verify, bare", lambda: verifier.verify(_SIGNED, signature), seconds)
    issues = measured("issue a token of eight fields", lambda: sdjwt.issue(signer, visible, hidden, holder=holder.jwk), seconds)
    reads = measured("verify it offline, with its list", lambda: verify(token, keys, from_list(held, now), at=now), seconds)
    judged = measured(
        "verify a presentation (two signatures)",
        lambda: verify(shown, keys, from_list(held, now), at=now, question=asked), seconds,
    )  # fmt: skip
    lists = measured(
        "sign a status list of a million", lambda: status.signed(signer, "urn:bench:1", status.packed([]), now), seconds
    )
    return [signs.line(), verifies.line(), issues.line(signs), reads.line(verifies), judged.line(verifies), lists.line(signs)]


def _issued(seconds: float) -> list[str]:
    """Through the verb, a transaction each, rolled back at the end of the measurement."""
    from chengban import packs
    from chengban.certificates import domain
    from chengban.certificates.models import Certificate
    from chengban.certificates.online import from_register
    from chengban.certificates.signing.keys import city_keys, city_signer
    from chengban.certificates.tokens import token_of
    from chengban.certificates.verifying import verify
    from chengban.facts import store
    from chengban.ledger import Actor
    from chengban.lib import clock

    pack, on, by = packs.current(), clock.today(), Actor.system("bench")
    given = {"place_name": "店", "items": "公共浴室", "address": "湖滨路"}
    firms = store.read(pack.registers[pack.city.enterprises.register_], ["uscc"]).column("uscc")
    if not len(firms):
        return ["  no enterprise is registered here: run `chengban demo --no-serve` in this home first"]

    def issue() -> Any:
        return domain.issue(pack, "sanitary_permit", str(firms[0]), by=by, on=on, given=given)

    with transaction.atomic():
        issues = measured("issue, with its row and its ledger entry", issue, seconds)
        token, keys, now = token_of(pack, Certificate.objects.latest("pk"), city_signer()), city_keys(), clock.now()
        reads = measured("verify online, from the city's steps", lambda: verify(token, keys, from_register, at=now), seconds)
        transaction.set_rollback(True)
    return [issues.line(), reads.line()]


if __name__ == "__main__":
    main()
