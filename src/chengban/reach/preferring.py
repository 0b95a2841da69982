"""What an account chooses: by which channels it is told, and the feeds it subscribes to."""

import hashlib
import secrets
from collections.abc import Sequence

from django.db import transaction

from chengban import ledger
from chengban.accounts.models import Account
from chengban.accounts.permissions import Verb, may
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.reach.errors import NotYours, ReachError
from chengban.reach.models import Channel, Feed, Preference


def prefer(account: Account, channels: Sequence[str], *, quiet: bool, by: Actor) -> None:
    """Choose the channels, the first first (none: the inbox alone), and whether only on working days. Raises ReachError."""
    if len(set(channels)) != len(channels) or not set(channels) <= set(Channel.values):
        raise ReachError("渠道只能是短信和邮件，每种写一次。")
    with transaction.atomic():
        chosen = {"channels": list(channels), "quiet": quiet}
        Preference.objects.update_or_create(account=account, defaults={**chosen, "at": clock.now(), "by": str(by)})
        ledger.append(by, "reach.prefer", f"account:{account.pk}", chosen)


def open_feed(account: Account, subject: str, *, by: Actor) -> str:
    """A new secret token for a subject's feeds, shown this once; one that was open before is withdrawn. Raises NotYours."""
    if subject not in account.subjects:
        raise NotYours("您现在不代理这个对象，不能订阅。")
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        _withdraw(account, subject, by)
        made = Feed.objects.create(account=account, subject=subject, digest=_digest(token), at=clock.now(), by=str(by))
        ledger.append(by, "reach.open_feed", f"account:{account.pk}", {"feed": made.pk})
    return token


def withdraw_feed(account: Account, subject: str, *, by: Actor) -> None:
    """End the feeds of a subject; their addresses answer no more."""
    with transaction.atomic():
        for number in _withdraw(account, subject, by):
            ledger.append(by, "reach.withdraw_feed", f"account:{account.pk}", {"feed": number})


def _withdraw(account: Account, subject: str, by: Actor) -> list[int]:
    held = account.feeds.filter(subject=subject, withdrawn_at=None).select_for_update()
    numbers = [feed.pk for feed in held]
    Feed.objects.filter(pk__in=numbers).update(withdrawn_at=clock.now(), withdrawn_by=str(by))
    return numbers


def feed_of(token: str) -> Feed | None:
    """The feed of a token, while it is open and its account still acts for the subject."""
    feed = Feed.objects.filter(digest=_digest(token), withdrawn_at=None).select_related("account").first()
    if feed is None or not may(feed.account, Verb.READ_LETTERS) or feed.subject not in feed.account.subjects:
        return None
    return feed


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
