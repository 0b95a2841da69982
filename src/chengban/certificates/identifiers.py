"""The identifier of one certificate (电子证照标识, GB/T 36904): built, read and checked.

`1.2.156.3005.2.<type>.<issuer>.<serial>.<version>.<check>`, where the check character is ISO 7064 MOD 37,36 over the four middle
parts joined. Of five identifiers found in use four fit it, so what comes from elsewhere and does not fit is flagged, not refused.
"""

import re
from dataclasses import dataclass

from stdnum.iso7064 import mod_37_36

from chengban.certificates.errors import WrongIdentifier

ROOT = "1.2.156.3005.2"
_SHAPE = re.compile(r"1\.2\.156\.3005\.2\.([0-9A-Z]{21})\.([0-9A-Z]{1,20})\.([0-9A-Z]{1,60})\.([0-9]{3})\.([0-9A-Z])", re.ASCII)


@dataclass(frozen=True, slots=True)
class CertificateId:
    """An identifier's parts. `fits` says whether its check character is right."""

    type_code: str
    issuer: str
    serial: str
    version: int
    check: str

    @property
    def fits(self) -> bool:
        return self.check == check_character(self.type_code, self.issuer, self.serial, self.version)

    @property
    def next_version(self) -> "CertificateId":
        """The identifier of what takes this one's place. Raises WrongIdentifier after version 999."""
        return build(self.type_code, self.issuer, self.serial, self.version + 1)

    def __str__(self) -> str:
        return f"{ROOT}.{self.type_code}.{self.issuer}.{self.serial}.{self.version:03d}.{self.check}"


def check_character(type_code: str, issuer: str, serial: str, version: int) -> str:
    return str(mod_37_36.calc_check_digit(f"{type_code}{issuer}{serial}{version:03d}"))


def build(type_code: str, issuer: str, serial: str, version: int = 1) -> CertificateId:
    """The identifier with its check character. Raises WrongIdentifier where a part has not the form of the standard."""
    if not 1 <= version <= 999:
        raise WrongIdentifier(f"证照标识的版本号是 001 到 999，不能是 {version}。")
    fitting = f"{ROOT}.{type_code}.{issuer}.{serial}.{version:03d}.0"
    if _SHAPE.fullmatch(fitting) is None:
        raise WrongIdentifier("证照标识的各段只能用数字和大写字母。")
    return CertificateId(type_code, issuer, serial, version, check_character(type_code, issuer, serial, version))


def read(text: str) -> CertificateId:
    """The parts of an identifier, whether its check character fits or not (see `fits`). Raises WrongIdentifier."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise WrongIdentifier("这不是电子证照标识：应为 1.2.156.3005.2 开头的十段。")
    type_code, issuer, serial, version, check = found.groups()
    return CertificateId(type_code, issuer, serial, int(version), check)
