"""The ledger's keys, each from the environment or made once in the home.

The seal's key is for every process that writes entries, the signer's for the keeper alone.
"""

import hashlib
import os
from functools import lru_cache

from chengban.ledger.canonical import key_of
from chengban.ledger.notes import COSIGNED, Signer, Verifier
from chengban.lib import env

_SEAL = "CHENGBAN_LEDGER_SEAL"


def seal_key() -> bytes:
    """What entries are sealed with: `CHENGBAN_LEDGER_SEAL`."""
    return _seal_key(os.environ.get(_SEAL), os.environ.get("CHENGBAN_HOME"))


@lru_cache(maxsize=8)
def _seal_key(given: str | None, home: str | None) -> bytes:
    """Kept, since every act asks for it: a file is read once."""
    return key_of(given or env.secret(_SEAL))


def origin() -> str:
    """The log's name in its checkpoints: `CHENGBAN_LEDGER_ORIGIN`."""
    return os.environ.get("CHENGBAN_LEDGER_ORIGIN") or "chengban.local/ledger"


def signer() -> Signer:
    """What checkpoints are signed with: from `CHENGBAN_LEDGER_KEY`, which only the keeper needs."""
    return Signer.of(origin(), _seed(env.secret("CHENGBAN_LEDGER_KEY")))


def verifier() -> Verifier:
    """The public key of the log: `CHENGBAN_LEDGER_VKEY`, else that of the signing key, where this process has it."""
    given = os.environ.get("CHENGBAN_LEDGER_VKEY")
    return Verifier.read(given) if given else signer().verifier


def witness_signer(name: str, secret: str) -> Signer:
    """A witness's key, of its own secret."""
    return Signer.of(name, _seed(secret), COSIGNED)


def witnesses() -> tuple[Verifier, ...]:
    """Whose cosignatures this log takes: public keys in `CHENGBAN_LEDGER_WITNESSES`, with blanks between. Raises `NotANote`."""
    return tuple(Verifier.read(text) for text in os.environ.get("CHENGBAN_LEDGER_WITNESSES", "").split())


def _seed(secret: str) -> bytes:
    return hashlib.sha256(b"chengban ledger signer\x00" + secret.encode()).digest()
