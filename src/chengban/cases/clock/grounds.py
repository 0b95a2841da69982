"""The grounds on which acts stand (情形), each as its clause lists them, and the remedies against a refusal."""

from enum import Enum


class DeclineGround(Enum):
    """Why an application is not accepted (不予受理)."""

    NOT_REQUIRED = "not_required"
    """依法不需要取得许可 (第三十二条第一款第一项)."""
    OTHER_AUTHORITY = "other_authority"
    """不属于本机关职权 (第三十二条第一款第二项)."""
    NOT_CORRECTED = "not_corrected"
    """告知补正而没有补齐 (第三十二条第一款第五项)."""
    FALSE_MATERIAL = "false_material"
    """隐瞒有关情况或者提供虚假材料 (第七十八条)."""


class Remedy(Enum):
    """What is open to one who was refused (救济途径)."""

    REVIEW = "review"
    LAWSUIT = "lawsuit"


class RevocationGround(Enum):
    """Why a licence is revoked (撤销, 第六十九条)."""

    ABUSE = "abuse"
    BEYOND_POWERS = "beyond_powers"
    AGAINST_PROCEDURE = "against_procedure"
    NOT_QUALIFIED = "not_qualified"
    OTHER = "other"
    FRAUD = "fraud"
    FALSE_COMMITMENT = "false_commitment"
    """承诺不实，整改后仍不符合 (山东省优化营商环境条例第二十九条)."""


class CancellationGround(Enum):
    """Why a licence is cancelled (注销, 第七十条)."""

    EXPIRED = "expired"
    HOLDER_GONE = "holder_gone"
    ORGANISATION_ENDED = "organisation_ended"
    ENDED_BY_AUTHORITY = "ended_by_authority"
    FORCE_MAJEURE = "force_majeure"
    OTHER = "other"
