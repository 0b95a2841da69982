"""The matter that this room vouches for when data is read: a type of certificate that is being issued."""

from chengban.facts.reading.errors import NotGrounded
from chengban.facts.reading.grounds import Asked, vouches_for
from chengban.packs import Pack


@vouches_for("certificate")
def _certificate(pack: Pack, asked: Asked) -> None:
    if asked.ground.number not in pack.certificates:
        raise NotGrounded("没有这种证照，不能为它查阅。")
