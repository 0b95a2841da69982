"""The verbs of publishing (起草、审核、公布、撤回): one officer writes, another approves, and what is published stays as it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.db import connection, transaction

from chengban import ledger
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.policies import catalogue
from chengban.policies.drafting import mistakes_in
from chengban.policies.errors import PolicyError
from chengban.policies.models import Edition, EditionStep, Publication
from chengban.policies.payments import set_budget
from chengban.policies.reasons import said
from chengban.policies.writing import Declared, NotDeclared, Written, declared

Step, Act = EditionStep.Step, Publication.Act
_CLOSED = (Step.PUBLISHED, Step.DISCARDED)
_LOG = 0x7075626C
"""The advisory lock of the log of publications."""


class NotYours(PolicyError):
    """Whoever wrote or submitted an edition cannot approve it (双人审核)."""


class Stale(PolicyError):
    """Somebody else saved the draft in between."""


class NotOpen(PolicyError):
    """The edition does not stand where this can be done to it."""


def standing_of(edition: Edition) -> EditionStep:
    """Where an edition stands: its newest step."""
    newest = edition.steps.order_by("-pk").first()
    assert newest is not None  # an edition begins with one
    return newest


def is_being_written(step: str) -> bool:
    """Whether an edition whose newest step this is may be changed."""
    return step in (Step.WRITTEN, Step.RETURNED)


def begin(written: Written, *, by: Actor) -> Edition:
    """A new draft."""
    with transaction.atomic():
        edition = Edition.objects.create(written=written, **_heading(written))
        _add(edition, Step.WRITTEN, by)
    return edition


def save(edition: Edition, written: Written, *, revision: int, by: Actor) -> Edition:
    """Keep what is written, right or wrong. Raises `Stale` where the draft is no longer the one that was opened."""
    with _at(edition) as held:
        _need(is_being_written(standing_of(held).step), "已提交或已公布的稿不能再改")
        if held.revision != revision:
            raise Stale("这份稿在您打开以后被别人改过。您填写的内容还在本页，请复制要保留的部分，再打开最新的稿。")
        if held.written != written:
            held.written, held.revision = dict(written), revision + 1
            for name, value in _heading(written).items():
                setattr(held, name, value)
            held.save()
            _add(held, Step.WRITTEN, by)
    return held


def _heading(written: Written) -> dict[str, str]:
    """What lists show of an edition, cut to what the columns hold."""
    head, version = written.get("policy") or {}, written.get("version") or {}
    return {
        "policy": str(head.get("id", "")).strip()[:20],
        "name": str(head.get("name", "")).strip()[:80],
        "version": str(version.get("version", "")).strip()[:20],
    }


def submit(edition: Edition, *, by: Actor) -> None:
    """Hand the draft to another officer. Raises `NotDeclared` where something is wrong with it."""
    with _at(edition) as held:
        _need(is_being_written(standing_of(held).step), "只有起草中的稿可以提交")
        _right(held)
        _add(held, Step.SUBMITTED, by)


def send_back(edition: Edition, *, by: Actor, reason: str) -> None:
    """Return a submitted draft to its author, with what is to be changed."""
    with _at(edition) as held:
        _need(standing_of(held).step == Step.SUBMITTED, "只有待审核的稿可以退回")
        _add(held, Step.RETURNED, by, reason=said(reason))


def discard(edition: Edition, *, by: Actor, reason: str) -> None:
    """Give a draft up; it stays to be read."""
    with _at(edition) as held:
        _need(standing_of(held).step not in _CLOSED, "已公布或已作废的稿不能作废")
        _add(held, Step.DISCARDED, by, reason=said(reason))


def approve(edition: Edition, *, by: Actor) -> Publication:
    """Publish a submitted edition: from its first day it is in force, and its budget of that day's period is set.

    Raises `NotYours` for one of its authors, `NotDeclared` where the city's policies have changed so that it no longer fits.
    """
    with transaction.atomic():
        _alone()
        with _at(edition) as held:
            _need(standing_of(held).step == Step.SUBMITTED, "只有待审核的稿可以审核")
            if str(by) in authors(held):
                raise NotYours("起草或提交这份稿的人不能自己审核，请由另一位政策专员审核。")
            made = _right(held)
            line = _publish(held, made, by)
            _add(held, Step.PUBLISHED, by)
    return line


def authors(edition: Edition) -> set[str]:
    """Everybody who wrote or submitted it."""
    return set(edition.steps.filter(step__in=(Step.WRITTEN, Step.SUBMITTED)).values_list("by", flat=True))


def _publish(edition: Edition, made: Declared, by: Actor) -> Publication:
    policy, version = made.policy, made.version
    key = {"policy": policy.id, "version": version.version}
    line = Publication.objects.create(act=Act.PUBLISHED, on=version.since, edition=edition, at=clock.now(), by=str(by), **key)
    delivery = version.delivery
    if delivery is not None and delivery.budget is not None:
        first = max(version.since, clock.today())
        set_budget(policy.id, delivery.period_of(first), delivery.budget, delivery.places, by=by)
    ledger.append(by, "policies.publish", f"policy:{policy.id}", {**key, "edition": edition.pk, "since": version.since.isoformat()})
    return line


def withdraw(policy: str, version: str, *, on: date, by: Actor, reason: str) -> Publication:
    """From a day on a version is no longer in force; never without a reason, never backwards in time.

    What it did until then stands. Raises `PolicyError`.
    """
    with transaction.atomic():
        _alone()
        declaration = catalogue.current().policies[policy].version(version)
        if on < clock.today():
            raise PolicyError("撤回只能从今天或以后的一天起，以前的结果不改变。")
        if declaration.until is not None and declaration.until < on:
            raise NotOpen(f"版本 {version} 到 {declaration.until} 已经停止，不用撤回。")
        _need(not Publication.objects.filter(act=Act.WITHDRAWN, policy=policy, version=version).exists(), "这个版本已经撤回过")
        line = Publication.objects.create(
            act=Act.WITHDRAWN, policy=policy, version=version, on=on, at=clock.now(), by=str(by), reason=said(reason)
        )
        told = {"version": version, "on": on.isoformat(), "reason": line.reason}
        ledger.append(by, "policies.withdraw", f"policy:{policy}", told)
    return line


# What the verbs share -------------------------------------------------------------------------------------------------


def _alone() -> None:
    """One change of the log at a time, until the transaction ends: whether an edition fits depends on every other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOG])


@contextmanager
def _at(edition: Edition) -> Iterator[Edition]:
    """A transaction that holds one edition alone, as it is in the database now."""
    with transaction.atomic():
        yield Edition.objects.select_for_update().get(pk=edition.pk)


def _right(edition: Edition) -> Declared:
    """The edition's declaration, with nothing wrong. Raises `NotDeclared`."""
    found = mistakes_in(catalogue.current(), edition.written)
    if found:
        raise NotDeclared(found)
    return declared(edition.written)


def _need(holds: bool, otherwise: str) -> None:
    if not holds:
        raise NotOpen(f"{otherwise}。")


def _add(edition: Edition, step: str, by: Actor, *, reason: str = "") -> None:
    EditionStep.objects.create(edition=edition, step=step, at=clock.now(), by=str(by), reason=reason)
    ledger.append(by, f"policies.edition_{step}", f"edition:{edition.pk}", {"policy": edition.policy, "version": edition.version})
