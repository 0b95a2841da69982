"""The city's policies as they stand (现行政策): what the pack declares, and over it what was published and withdrawn since.

A state of them has a number, that of the last line of the log of publications: the same number, the same policies, for ever.
"""

from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from django.db.models import Max

from chengban import packs
from chengban.packs import Pack
from chengban.packs.model import Policy, PolicyVersion
from chengban.packs.vocabulary import vocabulary
from chengban.policies.models import Publication
from chengban.policies.writing import declared


def current() -> Pack:
    """The pack this installation runs on, with everything that was published until now. One query."""
    return as_of(packs.current(), last_publication())


def last_publication() -> int:
    """The number of the newest line of the log; 0 before anything was published."""
    return Publication.objects.aggregate(last=Max("pk"))["last"] or 0


def withdrawal_of(policy: str, version: str) -> Publication | None:
    """The line of the log by which a version was withdrawn; none where it was not."""
    return Publication.objects.filter(act=Publication.Act.WITHDRAWN, policy=policy, version=version).first()


def as_of(pack: Pack, number: int) -> Pack:
    """The pack with the log laid over it up to a line."""
    return _laid_over(_Files(pack), number) if number else pack


class _Files:
    """A pack, equal only to itself: what is laid over it is kept by which pack it is."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    def __hash__(self) -> int:
        return id(self.pack)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Files) and other.pack is self.pack


@lru_cache(maxsize=16)
def _laid_over(files: _Files, number: int) -> Pack:
    pack = files.pack
    vocabulary(pack)  # built once, and shared by every state
    policies, examples = dict(pack.policies), dict(pack.examples)
    for line in Publication.objects.filter(pk__lte=number).select_related("edition").order_by("pk"):
        if line.edition is None:
            policies[line.policy] = without(policies[line.policy], line.version, line.on)
        else:
            made = declared(line.edition.written)
            policies[line.policy] = with_version(policies.get(line.policy), made.policy)
            examples[line.policy] = (*examples.get(line.policy, ()), *made.examples)
    return replace(pack, policies=policies, examples=examples, publications=number)


def with_version(former: Policy | None, newer: Policy) -> Policy:
    """The policy as the newer edition has it, with its former versions; one that had not ended ends the day before."""
    if former is None:
        return newer
    begins = newer.versions[0].since
    kept = tuple(_ended(version, begins) for version in former.versions)
    return newer.model_copy(update={"versions": (*kept, *newer.versions)})


def _ended(version: PolicyVersion, before: date) -> PolicyVersion:
    if not version.since < before or (version.until is not None and version.until < before):
        return version
    return version.model_copy(update={"until": before - timedelta(days=1)})


def without(policy: Policy, version: str, on: date) -> Policy:
    """The policy with a version that is no longer in force from a day on; one that had not begun never is."""
    return policy.model_copy(
        update={"versions": tuple(_stopped(one, on) if one.version == version else one for one in policy.versions)}
    )


def _stopped(version: PolicyVersion, on: date) -> PolicyVersion:
    ends = on - timedelta(days=1)
    if version.until is not None and version.until <= ends:
        return version
    return version.model_copy(update={"until": ends})
