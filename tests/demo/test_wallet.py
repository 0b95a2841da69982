"""What the cast holds fits the types that the pack declares, so that the demo can issue it."""

from chengban import packs
from chengban.certificates.filling import _checked, kind_of
from chengban.certificates.naming import choosable
from chengban.demo.wallet import held, questions

PACK = packs.current()


def test_each_certificate_of_the_cast_can_be_issued() -> None:
    for one in held():
        kind = PACK.certificates[one.kind]
        assert kind_of(kind, one.subject) in (kind.holder, "enterprise", "person")
        assert _checked(PACK, kind, one.given).keys() == one.given.keys()
        missing = {field.id for field in kind.fields if field.required and field.source is None} - one.given.keys()
        assert missing == set(), (one.kind, missing)


def test_nobody_holds_twice_what_is_held_once() -> None:
    once = [(one.kind, one.subject) for one in held() if not PACK.certificates[one.kind].several]
    assert len(once) == len(set(once))


def test_what_the_clerk_asks_for_stands_on_what_they_hold() -> None:
    held_by = {(one.kind, one.subject) for one in held()}
    for one in questions():
        kind = PACK.certificates[one.wanted.kind]
        assert {*one.wanted.required, *one.wanted.optional} <= set(choosable(kind))
        assert kind.holder == "enterprise" or (kind.id, one.subject) in held_by
