"""Identifiers of enterprises and people, one at a time and by the column.

One at a time is python-stdnum's work. A column of a million is checked here with the same arithmetic in numpy, and a test holds
the two to the same answers.
"""

import re
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

Mask = npt.NDArray[np.bool_]

_USCC_SHAPE = re.compile("[0-9ANY][0-9]{7}[0-9ABCDEFGHJKLMNPQRTUWXY]{10}", re.ASCII)
_RIC_SHAPE = re.compile("[1-9][0-9]{5}(?:18[5-9][0-9]|19[0-9]{2}|20[0-9]{2})[0-9]{7}[0-9X]", re.ASCII)
USCC_ALPHABET = b"0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = np.array([pow(3, i, 31) for i in range(17)], dtype=np.int64)
_RIC_WEIGHTS = np.array([pow(2, 17 - i, 11) for i in range(17)], dtype=np.int64)
_RIC_CHECK = b"10X98765432"
_NOT_A_DIGIT = 99


def _lookup(alphabet: bytes) -> npt.NDArray[np.int64]:
    values = np.full(256, _NOT_A_DIGIT, dtype=np.int64)
    values[list(alphabet)] = np.arange(len(alphabet))
    return values


_USCC_VALUE = _lookup(USCC_ALPHABET)
_DIGIT_VALUE = _lookup(b"0123456789")


def is_uscc(text: str) -> bool:
    """Whether `text` is a unified social credit code (统一社会信用代码, GB 32100-2015), check character included.

    The registering department may be a letter (N: rural collectives, A, Y), which python-stdnum's `validate` refuses.
    """
    return _USCC_SHAPE.fullmatch(text) is not None and uscc.calc_check_digit(text[:17]) == text[17]


def is_citizen_id(text: str) -> bool:
    """Whether `text` is a citizen identity number (公民身份号码, GB 11643-1999): shape, birth date and check character.

    The county is not held against the year of birth, as python-stdnum's `validate` does: a number carries the county where it
    was first issued, which may have been founded after the birth.
    """
    if _RIC_SHAPE.fullmatch(text) is None or ric.calc_check_digit(text) != text[17]:
        return False
    try:
        return ric.get_birth_date(text) <= date.today()
    except ValidationError:
        return False


def uscc_mask(column: pa.Array) -> Mask:
    """For each text, whether it is a unified social credit code. Null is not."""
    mask, letters = _letters(column)
    values = _USCC_VALUE[letters]
    known = (values != _NOT_A_DIGIT).all(axis=1)
    check = (31 - (values[:, :17] * USCC_WEIGHTS).sum(axis=1) % 31) % 31
    digits = (_DIGIT_VALUE[letters[:, 1:8]] != _NOT_A_DIGIT).all(axis=1)
    department = (_DIGIT_VALUE[letters[:, 0]] != _NOT_A_DIGIT) | np.isin(letters[:, 0], list(b"ANY"))
    mask[mask] = known & digits & department & (check == values[:, 17])
    return mask


def citizen_id_mask(column: pa.Array) -> Mask:
    """For each text, whether it is a citizen identity number with a real birth date not in the future. Null is not."""
    mask, letters = _letters(column)
    values = _DIGIT_VALUE[letters[:, :17]]
    digits = (values != _NOT_A_DIGIT).all(axis=1)
    check = np.frombuffer(_RIC_CHECK, dtype=np.uint8)[(values * _RIC_WEIGHTS).sum(axis=1) % 11]
    mask[mask] = digits & (check == letters[:, 17]) & _real_day(values[:, 6:14]) & (values[:, 0] > 0)
    return mask


def _letters(column: pa.Array) -> tuple[Mask, npt.NDArray[np.uint8]]:
    """Which texts are 18 bytes long, and those texts as an (n, 18) array of bytes."""
    right = pc.fill_null(pc.equal(pc.binary_length(column.cast(pa.binary())), 18), False)
    mask = np.array(right.to_numpy(zero_copy_only=False), dtype=bool)
    chosen = column.filter(right).cast(pa.binary()).cast(pa.binary(18))
    data = b"".join(chosen.to_pylist()) if chosen.offset else chosen.buffers()[1]
    letters = np.frombuffer(data or b"", dtype=np.uint8)[: len(chosen) * 18].reshape(-1, 18)
    return mask, letters


def _real_day(digits: npt.NDArray[np.int64]) -> Mask:
    year = digits[:, :4] @ np.array([1000, 100, 10, 1])
    month, day = digits[:, 4:6] @ np.array([10, 1]), digits[:, 6:8] @ np.array([10, 1])
    lengths = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    in_year = (month >= 1) & (month <= 12)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    longest = lengths[np.where(in_year, month, 0)] + (leap & (month == 2))
    past = year * 10_000 + month * 100 + day <= int(date.today().strftime("%Y%m%d"))
    return np.asarray(in_year & (day >= 1) & (day <= longest) & (year >= 1850) & (year < 2100) & past)
