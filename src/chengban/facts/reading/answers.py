"""Answers in place of data (以答代数): yes, no or not known to questions in FEEL; the values themselves leave no register."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from chengban import rules
from chengban.facts import profile
from chengban.facts.frame import Kind, source_of
from chengban.facts.reading.errors import NotAnswerable
from chengban.facts.reading.grounds import Ground
from chengban.facts.reading.opening import Wanted, begin_reading
from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.packs.vocabulary import calendar_facts, vocabulary

MOST = 20
LONGEST = 500


def ask(
    pack: Pack, kind: Kind, subject: str, questions: Mapping[str, str], *, under: Ground, by: Actor, on: date
) -> dict[str, bool | None]:
    """Each question's answer by its key: true, false, or none where the city does not know.

    A question is FEEL over the city's vocabulary, such as `年龄 >= 18`. The ledger keeps the questions, never the answers.
    Raises `NotAnswerable`, `NotGrounded`, `Lapsed`, `UnknownSubject`.
    """
    if not 1 <= len(questions) <= MOST:
        raise NotAnswerable(f"一次可以问 1 至 {MOST} 个问题。")
    parsed = {key: _parsed(pack, kind, text) for key, text in questions.items()}
    facts = tuple(sorted(frozenset[str]().union(*map(_names, parsed.values()))))
    with transaction.atomic():
        wanted = Wanted(facts, answers=tuple(questions.values()))
        begin_reading(pack, kind, [subject], under=under, by=by, on=on, wanted=wanted)
        known = profile.known_of(pack, kind, subject, facts, on)
    return {key: _answer(node, known | calendar_facts(on)) for key, node in parsed.items()}


def _parsed(pack: Pack, kind: Kind, text: str) -> rules.Node:
    """The question over base facts only, in ids."""
    if len(text) > LONGEST:
        raise NotAnswerable(f"一个问题最多 {LONGEST} 个字。")
    words = vocabulary(pack)
    try:
        node = words.inline(words.resolve(rules.parse(text, names=words.names)))
    except rules.RulesError as error:
        raise NotAnswerable(f"“{text[:60]}”不是能回答的问题：{error}") from error
    names = _names(node)
    unknown = [name for name in names if name not in pack.facts or source_of(pack.facts[name], kind) is None]
    if unknown or not names:
        raise NotAnswerable(f"“{text[:60]}”问的不是本市掌握的数据：{'、'.join(sorted(unknown)) or '没有写指标'}。")
    return node


def _names(node: rules.Node) -> frozenset[str]:
    return rules.names_in(node) - calendar_facts(date.min).keys()


def _answer(node: rules.Node, known: Mapping[str, object]) -> bool | None:
    value = rules.evaluate_known(node, known)
    if rules.is_unknown(value) or value is None:
        return None
    if not isinstance(value, bool):
        raise NotAnswerable("这里只回答是或者不是，不给出数据本身。")
    return value
