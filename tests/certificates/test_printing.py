"""A certificate as a document says what its token says, and its signature is the city's."""

from typing import get_args

import pytest

from chengban.certificates.errors import BadKey
from chengban.certificates.faces import BadFace, Face, verify_ofd, verify_pdf
from chengban.certificates.faces.face import Layout, Tone
from chengban.certificates.printing import face_of, ofd_of, pdf_of
from chengban.certificates.signing.es256 import new_pem
from chengban.certificates.signing.identity import city_chain
from chengban.certificates.signing.keys import city_keys, city_signer
from chengban.packs import Pack
from chengban.packs.certificates import CertificateType
from tests import town
from tests.certificates.issued import card, licence
from tests.certificates.test_signing import BOTH


def test_the_face_says_what_the_certificate_does(pack: Pack) -> None:
    made = licence(pack)
    face = face_of(pack, made)
    assert (face.title, face.holder, face.number, face.qr) == ("营业执照", "聊城清荷软件有限公司", made.number, made.identifier)
    assert face.issuer == face.seal == "聊城市市场监督管理局" and face.validity == ""
    lines = dict(face.lines)
    assert (lines["统一社会信用代码"], lines["成立日期"], lines["法定代表人"]) == (town.LOTUS, "2016年3月1日", "孟晓棠")
    person = face_of(pack, card(pack))
    assert dict(person.lines)["性别"] == "女性" and person.layout == "card" and person.validity.endswith("至2045年12月1日")


def test_numbers_are_grouped_and_have_their_unit(pack: Pack) -> None:
    from chengban.certificates.models import Certificate

    made = licence(pack)
    Certificate.objects.filter(pk=made.pk).update(claims={**made.claims, "registered_capital": "10000000"})
    made.refresh_from_db()
    assert dict(face_of(pack, made).lines)["注册资本"] == "10,000,000元"


def test_every_type_can_be_printed(pack: Pack) -> None:
    """A field's name fits its place on the face, and each layout and tone is one that there is."""
    assert get_args(CertificateType.model_fields["layout"].annotation) == get_args(Layout)
    assert get_args(CertificateType.model_fields["tone"].annotation) == get_args(Tone)
    for kind in pack.certificates.values():
        lines = tuple((field.name, "一") for field in kind.fields)
        try:
            Face(
                title=kind.name, number="1", issuer=pack.departments[kind.department].name, issued_on=town.ON, holder="甲",
                lines=lines, layout=kind.layout, tone=kind.tone,
            )  # fmt: skip
        except BadFace as error:
            raise AssertionError(f"{kind.id}: {error}") from error


def test_the_pdf_is_signed_by_the_city_and_by_nobody_else(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    data = pdf_of(pack, licence(pack), city_signer())
    root = city_chain(pack.city.name)[-1:]
    found = verify_pdf(data, root)
    assert (found.state, found.signer) == ("valid", "聊城市电子证照")
    assert verify_pdf(data.replace(b"/Title", b"/Titl3", 1), root).state != "valid"
    monkeypatch.setenv("CHENGBAN_CERTIFICATE_KEY_ES256", new_pem())
    with pytest.raises(BadKey, match="换了密钥"):
        city_chain(pack.city.name)
    monkeypatch.setenv("CHENGBAN_CERTIFICATE_X509", "-----BEGIN")
    with pytest.raises(BadKey, match="不是 PEM"):
        city_chain(pack.city.name)


@pytest.mark.parametrize("algorithm", BOTH)
def test_the_ofd_is_signed_with_either_key(algorithm: str, pack: Pack) -> None:
    data = ofd_of(pack, licence(pack), city_signer(algorithm))
    assert verify_ofd(data, city_keys().any_verifies).state == "valid"
    assert verify_ofd(data, lambda message, value: False).state == "stranger"
