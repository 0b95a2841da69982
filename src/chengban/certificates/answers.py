"""Answers that follow from a certificate's face (推导答案): yes or no, in the place of what they follow from."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from chengban.facts.conditions import condition_of
from chengban.packs.certificates import CertificateType, FaceField
from chengban.rules import evaluate_known


def answers_of(kind: CertificateType, claims: Mapping[str, Any], on: date) -> dict[str, bool]:
    """Those that can be told on a day. What is not known is left out: no answer is not no."""
    if not kind.answers:
        return {}
    face = kind.as_register(kind.fields)
    known = {field.id: _typed(field, claims[field.id]) for field in kind.fields if field.id in claims}
    found = {one.id: evaluate_known(condition_of(face, one.when, on), known) for one in kind.answers}
    return {name: value for name, value in found.items() if isinstance(value, bool)}


def _typed(field: FaceField, value: Any) -> Any:
    """What `filling.plain` wrote, as the rules know it."""
    if field.type == "date":
        return date.fromisoformat(value)
    return Decimal(value) if field.type in ("money", "decimal") else value
