"""What a city declares of a scene as a whole: its one form (共享表单), its branches, and what a refusal does to the rest."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from chengban.packs.certificates import RegisterPlace
from chengban.packs.model import Citation, Confidence, Declaration, FactType, Identifier, Name

ItemId = Annotated[str, StringConstraints(pattern=r"^S\d{2}\.[a-z]\d?$")]
Feel = Annotated[str, StringConstraints(min_length=1, max_length=500)]
FormType = Literal["string", "number", "date", "boolean", "code", "rows"]
Consequence = Literal["block", "hold", "split"]
"""What becomes of the rest where an item is refused: block 其余不再办; hold 其余等它补正; split 其余各自单办."""


class FormColumn(Declaration):
    """One value that is filled in. `valid` is FEEL over what is filled in beside it, and `message` tells what it asks for.

    A `code` is one of a code set of the city (`codes`), or of the few values in `options`.
    """

    id: Identifier
    name: Name
    name_en: Name
    type: FormType
    unit: Name | None = None
    codes: Identifier | None = None
    options: tuple[Name, ...] = Field(default=(), max_length=20)
    help: Annotated[str, StringConstraints(max_length=200)] | None = None
    valid: Feel | None = None
    message: Name | None = None

    @property
    def fact_type(self) -> FactType | None:
        """The type of the value in expressions; none: a list of rows."""
        types: dict[FormType, FactType] = {"number": "number", "date": "date", "boolean": "boolean"}
        return None if self.type == "rows" else types.get(self.type, "string")

    @model_validator(mode="after")
    def _fits(self) -> "FormColumn":
        if (self.type == "code") != ((self.codes is not None) != bool(self.options)):
            raise ValueError(f"field {self.id}: a field of type code has codes or options, and no other has")
        if (self.valid is None) != (self.message is None):
            raise ValueError(f"field {self.id}: valid and message go together")
        return self


class Ask(Declaration):
    """Which items ask for a field, and under which clause (依据). `when` is FEEL over the scene's questions: only then."""

    items: tuple[ItemId, ...] = Field(min_length=1)
    citation: Citation | None = None
    when: Feel | None = None
    confidence: Confidence = "?"


class FormField(FormColumn):
    """A field of the scene's form (表单项), asked once for every item that needs it.

    Nobody is asked for it where a question of the scene has asked already (`question`), where the city holds it about whoever
    applies (`fact` of the vocabulary, or `held` in a register), nor by the items that come after the one that makes it
    (`produced_by`).
    """

    columns: tuple[FormColumn, ...] = ()
    """Of each row, for a list of rows."""
    asked_by: tuple[Ask, ...] = Field(min_length=1)
    question: Identifier | None = None
    fact: Identifier | None = None
    held: tuple[RegisterPlace, ...] = ()
    """One place for each kind of subject that can apply."""
    produced_by: tuple[ItemId, ...] = ()
    """The item that makes it; of several one is done."""

    @model_validator(mode="after")
    def _hangs_together(self) -> "FormField":
        if (self.type == "rows") != bool(self.columns):
            raise ValueError(f"field {self.id}: a field of type rows has columns, and no other has")
        if any(column.type == "rows" for column in self.columns):
            raise ValueError(f"field {self.id}: a row holds no rows")
        if self.fact is not None and self.held:
            raise ValueError(f"field {self.id}: it is filled from a fact or from a register; only one of them")
        asked = [item for ask in self.asked_by for item in ask.items]
        if len(set(asked)) != len(asked):
            raise ValueError(f"field {self.id}: an item asks for it once")
        return self


class Section(Declaration):
    """One part of the form under a heading (表单分组)."""

    id: Identifier
    name: Name
    name_en: Name
    fields: tuple[FormField, ...] = Field(min_length=1)


class Branch(Declaration):
    """Items of which one is done and no other (互斥事项). `none`: it may also be that none of them is."""

    name: Name
    items: tuple[ItemId, ...] = Field(min_length=2)
    none: bool = False
    confidence: Confidence = "K"


class Refusal(Declaration):
    """What a refusal does to the rest (不予办理的处置): of a trunk item (主干), and of any other."""

    trunk: Consequence
    other: Consequence
    citation: Citation | None = None
    confidence: Confidence
