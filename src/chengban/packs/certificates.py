"""What a city declares of its electronic certificates (电子证照): their types, what stands on the face, how long they hold."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from chengban.lib.identifiers import is_uscc
from chengban.packs.model import (
    Citation,
    Confidence,
    Declaration,
    FieldType,
    Identifier,
    Name,
    Register,
    RegisterField,
    SharingTerms,
)

TypeCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{18}[0-9]{3}$")]
"""The unified social credit code of the body that defined the type, and three digits (证照类型代码, GB/T 36903)."""


class RegisterPlace(Declaration):
    """Where a value is read: one field of a register's current row about the holder."""

    register_: Identifier = Field(alias="register")
    field: Identifier


class FaceField(Declaration):
    """One thing that stands on the certificate (照面要素), besides what stands on every one.

    `always` shown, or `chosen` by the holder each time it is presented; what is sensitive is chosen.
    """

    id: Identifier
    name: Name
    name_en: Name
    type: FieldType
    codes: Identifier | None = None
    unit: str | None = None
    required: bool = False
    sensitive: bool = False
    shown: Literal["always", "chosen"] = "chosen"
    source: RegisterPlace | None = None

    @model_validator(mode="after")
    def _fits(self) -> "FaceField":
        if (self.type == "code") != (self.codes is not None):
            raise ValueError(f"field {self.id}: a field of type code names its code set, and no other does")
        if self.sensitive and self.shown == "always":
            raise ValueError(f"field {self.id}: what is sensitive is shown only where the holder chooses it")
        return self


class DerivedAnswer(Declaration):
    """A yes or no that follows from the face (推导答案), disclosed in the place of what it follows from: 已满18周岁 for 出生日期.

    `when` is FEEL over the type's fields and 业务日期, the day on which it is asked.
    """

    id: Identifier
    name: Name
    name_en: Name
    when: str
    citation: Citation | None = None
    confidence: Confidence = "K"


class Validity(Declaration):
    """How long a certificate holds (有效期): without end, for so many years from its issue, or until a day that each one has.

    That day is read from a register where `source` says so; else whoever issues says it.
    """

    kind: Literal["none", "period", "field"]
    years: Annotated[int, Field(ge=1, le=70)] | None = None
    source: RegisterPlace | None = None
    confidence: Confidence = "K"
    citation: Citation | None = None

    @model_validator(mode="after")
    def _fits(self) -> "Validity":
        if (self.kind == "period") != (self.years is not None) or (self.source is not None and self.kind != "field"):
            raise ValueError("validity: years go with kind: period, a source with kind: field, and neither with kind: none")
        return self


RESERVED = {
    "iss", "iat", "nbf", "exp", "cnf", "vct", "status", "sub", "jti", "aud", "nonce", "_sd", "_sd_alg", "...", "identifier",
    "certificate_type", "type_code", "certificate_no", "issuer", "issued_on", "valid_from", "valid_until", "holder", "holder_id",
}  # fmt: skip
"""What stands on every certificate, and the words of the tokens that carry it: no field of one type is called so."""


class CertificateType(Declaration):
    """A kind of certificate (证照类型).

    `number` is where its own number is read, `issued` its day of issue; without them the city numbers it, and it is issued today.
    """

    id: Identifier
    name: Name
    name_en: Name
    code: TypeCode
    code_confidence: Confidence
    department: Identifier
    holder: Literal["enterprise", "person", "either"]
    several: bool = False
    """Whether one holder may have more than one that is in force."""
    where: str | None = None
    """FEEL over the row that the certificate is of (that of `number`, else the holder's registration): only then is it issued."""
    number: RegisterPlace | None = None
    issued: RegisterPlace | None = None
    fields: tuple[FaceField, ...] = Field(min_length=1)
    answers: tuple[DerivedAnswer, ...] = ()
    validity: Validity
    proves: tuple[Identifier, ...] = ()
    """The facts that need no other proof where the certificate is valid."""
    layout: Literal["landscape", "portrait", "card"] = "landscape"
    tone: Literal["lake", "pine", "plum", "gold", "cinnabar"] = "lake"
    """How it looks when it is printed."""
    citation: Citation | None = None
    confidence: Confidence
    note: str | None = None

    def field(self, name: str) -> FaceField:
        """The field whose id is `name`. Raises KeyError."""
        for field in self.fields:
            if field.id == name:
                return field
        raise KeyError(name)

    def as_register(self, fields: Iterable[FaceField]) -> Register:
        """Fields of the face as a register's, so that cells and conditions of both are read alike."""
        columns = tuple(
            RegisterField(id=one.id, name=one.name, name_en=one.name_en, type=one.type, codes=one.codes, longest=2000)
            for one in fields
        )
        return Register(
            id=self.id, name=self.name, name_en=self.name_en, kind="theme", chosen="ours", department=self.department,
            about="city", key=(), refresh_days=1, sharing=SharingTerms(type="unconditional"), fields=columns,
            confidence=self.confidence,
        )  # fmt: skip

    @property
    def vct(self) -> str:
        """The type's name in a token (vct of SD-JWT VC): a URN over its code."""
        return f"urn:gbt36903:{self.code}"

    @model_validator(mode="after")
    def _hangs_together(self) -> "CertificateType":
        if not is_uscc(self.code[:18]):
            raise ValueError(f"code {self.code}: the first 18 characters are no unified social credit code, its check does not fit")
        if self.where is not None and self.number is None and self.holder == "either":
            raise ValueError(f"certificate {self.id}: where needs one kind of holder, or the register of number")
        ids = [*(field.id for field in self.fields), *(answer.id for answer in self.answers)]
        if len(set(ids)) != len(ids):
            raise ValueError(f"certificate {self.id}: a field id is used twice")
        if taken := sorted(set(ids) & RESERVED):
            raise ValueError(f"certificate {self.id}: {taken[0]} is a word of every certificate, and no field's id")
        return self
