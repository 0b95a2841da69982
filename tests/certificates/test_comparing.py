"""A document is held against the token that it carries: what was printed otherwise than signed is found, in either form."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengban.certificates import domain, judging
from chengban.certificates.faces import (
    Face,
    OfdSigner,
    SigningIdentity,
    Unreadable,
    ofd,
    pdf,
    read_ofd,
    read_pdf,
    sign_pdf,
    signed_ofd,
)
from chengban.certificates.faces.printed import Printed, squeezed
from chengban.certificates.printing import OIDS, face_of, ofd_of, pdf_of
from chengban.certificates.signing.es256 import Es256Signer, new_pem
from chengban.certificates.signing.identity import city_chain
from chengban.certificates.signing.keys import city_keys, city_signer
from chengban.certificates.tokens import token_of
from chengban.certificates.verifying import Outcome, Verdict, from_list
from chengban.packs import Pack
from tests import town
from tests.certificates.conftest import NOON
from tests.certificates.issued import CLERK, ON, card, licence
from tests.certificates.test_signing import BOTH

FORMS = ("pdf", "ofd")


def judged(data: bytes, pack: Pack) -> Verdict:
    return judging.judge(data, city_keys(), pack, at=NOON)


def made(form: str, pack: Pack, face: Face, token: str) -> bytes:
    """A document that the city signed, of any face and any token."""
    signer = city_signer()
    if form == "ofd":
        return signed_ofd(face, OfdSigner(OIDS[signer.algorithm], signer.sign), at=NOON, token=token)
    own, *chain = city_chain(pack.city.name)
    return sign_pdf(pdf(face, token), SigningIdentity(own, tuple(chain), signer.sign), at=NOON)


def with_line(face: Face, label: str, text: str) -> Face:
    return replace(face, lines=tuple((name, text if name == label else said) for name, said in face.lines))


@pytest.mark.parametrize("make", [card, licence])
@pytest.mark.parametrize("write", [pdf_of, ofd_of])
def test_what_is_printed_as_it_was_signed_is_as_good_as_its_token(make: Any, write: Any, pack: Pack) -> None:
    held = make(pack)
    data = write(pack, held, city_signer())
    found = judged(data, pack)
    assert (found.outcome, found.claims["identifier"]) == (Outcome.VALID, held.identifier)
    assert "签名之后没有改动" in found.reason and "照面与签名的凭证一致" in found.reason
    domain.revoke(held, by=CLERK, on=ON, reason="注销")
    assert judged(data, pack).outcome is Outcome.REVOKED


@pytest.mark.parametrize("algorithm", BOTH)
def test_an_ofd_of_either_key(algorithm: str, pack: Pack) -> None:
    assert judged(ofd_of(pack, licence(pack), city_signer(algorithm)), pack).outcome is Outcome.VALID


SPOILED: dict[str, Callable[[Face], Face]] = {
    "证照名称": lambda face: replace(face, title="居住证"),
    "颁发机构和日期": lambda face: replace(face, issuer="聊城市财政局", seal="聊城市财政局"),
    "电子证照标识": lambda face: replace(face, identifier="1.2.156.3005.2.X"),
    "持证主体": lambda face: replace(face, holder="李四"),
    "公民身份号码": lambda face: with_line(face, "公民身份号码", town.CITIZEN[:-1] + "0"),
    "有效期限": lambda face: replace(face, valid_until=ON.replace(year=2055)),
    "性别": lambda face: with_line(face, "性别", "男性"),
    "出生日期": lambda face: with_line(face, "出生日期", "1980年3月7日"),
    "证照编号": lambda face: replace(face, number=f"{face.number}0"),
    "住址": lambda face: replace(face, lines=tuple(line for line in face.lines if line[0] != "住址")),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", list(SPOILED))
def test_what_is_printed_otherwise_than_signed_is_rejected_by_name(form: str, name: str, pack: Pack) -> None:
    held = card(pack)
    data = made(form, pack, SPOILED[name](face_of(pack, held)), token_of(pack, held, city_signer()))
    found = judged(data, pack)
    assert (found.outcome, found.cause, found.claims) == (Outcome.REJECTED, "face", {})
    assert name in found.reason and "与文件里签名的凭证不一致" in found.reason


@pytest.mark.parametrize("form", FORMS)
def test_another_day_and_another_row_are_found(form: str, pack: Pack) -> None:
    held = card(pack)
    face, token = face_of(pack, held), token_of(pack, held, city_signer())
    for spoiled in (
        replace(face, issued_on=ON.replace(day=2)),
        replace(face, lines=(*face.lines[:2], ("备注", "已婚"), *face.lines[2:])),
    ):
        assert judged(made(form, pack, spoiled, token), pack).cause == "face"


@pytest.mark.parametrize("form", FORMS)
def test_a_token_that_is_not_the_documents_own_is_rejected(form: str, pack: Pack) -> None:
    held, other = licence(pack), licence(pack, town.WILLOW)
    face = face_of(pack, held)
    assert judged(made(form, pack, face, token_of(pack, other, city_signer())), pack).cause == "face"
    assert judged(made(form, pack, face, token_of(pack, held, Es256Signer(new_pem()))), pack).cause == "issuer"
    assert judged(made(form, pack, face, "nonsense"), pack).cause == "unreadable"
    bare = judged(made(form, pack, face, ""), pack)
    assert bare.outcome is Outcome.UNKNOWN and "二维码" in bare.reason


@pytest.mark.parametrize("form", FORMS)
def test_who_is_offline_compares_too_and_does_not_guess_the_state(form: str, pack: Pack) -> None:
    held = card(pack)
    face, token = face_of(pack, held), token_of(pack, held, city_signer())
    good, bad = made(form, pack, face, token), made(form, pack, replace(face, holder="李四"), token)
    offline = from_list(None, NOON)
    assert judging.document(good, city_keys(), pack, offline, at=NOON).outcome is Outcome.UNKNOWN
    assert judging.document(bad, city_keys(), pack, offline, at=NOON).cause == "face"


@pytest.mark.parametrize("form", FORMS)
def test_a_value_that_goes_on_over_pages_is_read_as_one(form: str, pack: Pack) -> None:
    scope = "".join(f"第{number}项：软件开发（不含{number * 7}类）；" for number in range(110))
    held = licence(pack, given={"legal_representative": "孟晓棠", "address": "湖滨路", "business_scope": scope})
    face, token = face_of(pack, held), token_of(pack, held, city_signer())
    data = made(form, pack, face, token)
    printed = read_pdf(data) if form == "pdf" else read_ofd(data).printed
    assert len(printed.pages) > 1 and judged(data, pack).outcome is Outcome.VALID
    changed = with_line(face, "经营范围", scope.replace("第90项：软件", "第90项：硬件"))
    assert "经营范围" in judged(made(form, pack, changed, token), pack).reason


# Reading a PDF -------------------------------------------------------------------------------------------------------

TEXT = st.text(st.sampled_from("清荷软件(a)\\b()>]TJ/f0 <<%'\"0123456789，；：·—（）"), min_size=1, max_size=120).filter(str.strip)


@settings(max_examples=20, deadline=None)
@given(TEXT, TEXT, st.sampled_from(["landscape", "portrait", "card"]))
def test_both_prints_of_a_face_read_alike(holder: str, value: str, layout: Any) -> None:
    face = Face(
        title="营业执照", number="1", issuer="聊城市财政局", issued_on=ON, holder=holder, lines=(("项目", value),), layout=layout
    )  # fmt: skip
    as_pdf, as_ofd = read_pdf(pdf(face, "a~b")), read_ofd(ofd(face, "a~b")).printed
    assert [squeezed(page) for page in as_pdf.pages] == [squeezed(page) for page in as_ofd.pages]
    assert as_pdf.token == as_ofd.token == "a~b"
    assert as_pdf.differs(face) == as_ofd.differs(face) == []
    assert (
        as_pdf.differs(replace(face, holder=f"{holder}甲")) != [] != as_ofd.differs(replace(face, lines=(("项目", value + "甲"),)))
    )


FACE = Face(title="营业执照", number="1", issuer="聊城市财政局", issued_on=ON, holder="甲", lines=(("项目", "乙"),))


@pytest.fixture(scope="module")
def plain() -> bytes:
    return pdf(FACE, "a~b")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_bytes_are_read_or_refused(plain: bytes, data: st.DataObject) -> None:
    broken = bytearray(plain)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(broken) - 1))
        broken[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=20))
    for given_ in (bytes(broken), data.draw(st.binary(max_size=60))):
        try:
            read = read_pdf(given_)
        except Unreadable:
            continue
        assert isinstance(read, Printed)
