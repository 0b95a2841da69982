"""Figures that the city published (见报数字), and how each is reckoned again from its own data."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from chengban.packs.model import Citation, Declaration, Identifier, Name, Parameter


class FigurePart(Declaration):
    """One number of a published sentence, and the one rule that reckons it.

    `count` and `sum` are FEEL over the facts of one subject; `formula` is FEEL over the parts before it and the parameters,
    by their Chinese names. The number was published rounded `to` so much, or as a least (超).
    """

    id: Identifier
    name: Name
    unit: Name
    published: Annotated[Decimal, Field(gt=0)]
    to: Annotated[Decimal, Field(gt=0)] = Decimal(1)
    at_least: bool = False
    scales: bool = True
    """Whether it grows with the number of enterprises; a mean does not."""
    count: str | None = None
    sum: str | None = None
    formula: str | None = None

    @property
    def rule(self) -> str:
        return self.count or self.sum or self.formula or ""

    @property
    def kind(self) -> Literal["count", "sum", "formula"]:
        return "count" if self.count else "sum" if self.sum else "formula"

    @model_validator(mode="after")
    def _one_rule(self) -> "FigurePart":
        if sum(text is not None for text in (self.count, self.sum, self.formula)) != 1:
            raise ValueError(f"part {self.id}: it has one of count, sum and formula")
        return self


class PublishedFigure(Declaration):
    """A sentence of the city's own publication as numbers, each of which the city's data must bear out."""

    id: Identifier
    name: Name
    name_en: Name
    said: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """What was published, in our words."""
    said_en: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    source: Citation
    of_enterprises: Annotated[int, Field(ge=1)]
    """How many enterprises the city had, about, to which the numbers belong."""
    parameters: tuple[Parameter, ...] = ()
    parts: tuple[FigurePart, ...] = Field(min_length=1)
    note: str | None = None
    note_en: str | None = None
