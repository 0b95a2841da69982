"""What a check of a signed document found, in one word and one sentence."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["valid", "changed", "stranger", "unsigned", "unreadable"]

SENTENCES: dict[State, str] = {
    "valid": "这份文件由颁发机构签名，签名之后没有改动。",
    "changed": "这份文件在签名之后被改动过，不能作为凭据。请向颁发机构核实，或重新下载。",
    "stranger": "这份文件的签名不是本市认可的颁发机构作出的，不能作为凭据。",
    "unsigned": "这份文件没有签名，不能据此判断真伪。请扫描证照上的二维码核验。",
    "unreadable": "这份文件打不开，或者不是电子证照的版式文件。请重新下载后再核验。",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """`signed_at` is the time that the signer states; nobody else vouches for it. `details` name the parts that differ."""

    state: State
    signer: str = ""
    signed_at: datetime | None = None
    details: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        return SENTENCES[self.state]
