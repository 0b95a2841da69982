"""What the cast holds fits the types that the pack declares, so that the demo can issue it."""

from chengban import packs
from chengban.certificates.filling import _checked, kind_of
from chengban.demo.wallet import held

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
