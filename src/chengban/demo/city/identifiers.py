"""Identifiers made a column at a time: unified social credit codes, citizen numbers, phones.

The scalar rules that read them are in `chengban.lib.identifiers`; a test holds the two against each other.
"""

import numpy as np
from numpy.typing import NDArray

from chengban.demo.city.columns import Bytes, Ints, digits, letters

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015: no I, O, S, V, Z."""
_USCC_WEIGHTS = np.array([3**place % 31 for place in range(17)], np.int64)
_ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2], np.int64)
_ORGANISATION_PREFIX = "MX"
"""A beginning that no registry gives out, so that no made-up firm bears a real firm's code."""
_CITIZEN_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], np.int64)
_CITIZEN_CHECKS = np.frombuffer(b"10X98765432", np.uint8)
_FIRST_SEQUENCE, _LAST_SEQUENCE = 900, 995
"""Sequence numbers of a day that are hardly ever reached in earnest, so that few made-up numbers are a real person's."""
_MOBILE_PREFIX = "154"
"""A mobile prefix that no operator holds."""

_CHARACTERS = np.frombuffer(USCC_ALPHABET.encode(), np.uint8)
_USCC_VALUE = np.zeros(128, np.int64)
_USCC_VALUE[_CHARACTERS] = np.arange(31)
_ORGANISATION_VALUE = np.zeros(128, np.int64)
_ORGANISATION_VALUE[48:58] = np.arange(10)
_ORGANISATION_VALUE[65:91] = np.arange(10, 36)
_SPACE = 31**6
_STEP = 514229
"""Coprime to 31, so that serial numbers spread over the space without meeting."""


def uscc_codes(serial: NDArray[np.int64], category: NDArray[np.int64], region: NDArray[np.int64]) -> Bytes:
    """Unified social credit codes (统一社会信用代码) of shape (rows, 18), department 9.

    `serial` tells the firms apart (0 ≤ serial < 31^6); `category` is 1 firm, 2 individual business, 3 cooperative;
    `region` is the county code at founding. Check characters by GB 32100-2015 and GB 11714.
    """
    body = np.hstack([letters(_ORGANISATION_PREFIX, len(serial)), _spread(serial)])
    head = np.hstack([letters("9", len(serial)), digits(category, 1), digits(region, 6)])
    code = np.hstack([head, body, _organisation_check(body)])
    check = (31 - _USCC_VALUE[code] @ _USCC_WEIGHTS % 31) % 31
    return np.hstack([code, _CHARACTERS[check][:, None]])


def citizen_numbers(region: NDArray[np.int64], born: Ints, male: NDArray[np.bool_]) -> Bytes:
    """Citizen numbers (公民身份号码, GB 11643) of shape (rows, 18): no two the same.

    `born` is in days since 1970-01-01. Raises ValueError when one county and day holds more people of one sex than
    there are sequence numbers.
    """
    date = born.astype("datetime64[D]")
    year = date.astype("datetime64[Y]").astype(np.int64) + 1970
    month = date.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day = (date - date.astype("datetime64[M]")).astype(np.int64) + 1
    body = np.hstack([digits(region, 6), digits(year * 10000 + month * 100 + day, 8), _sequence(region, born, male)])
    check = (body.astype(np.int64) - 48) @ _CITIZEN_WEIGHTS % 11
    return np.hstack([body, _CITIZEN_CHECKS[check][:, None]])


def mobile_phones(serial: NDArray[np.int64]) -> Bytes:
    """Mobile numbers of shape (rows, 11) with a prefix that no operator holds."""
    return np.hstack([letters(_MOBILE_PREFIX, len(serial)), digits(serial * 48271 % 10**8, 8)])


def rank_within(group: NDArray[np.int64]) -> Ints:
    """For each row, how many rows of the same group come before it."""
    order = np.argsort(group, kind="stable")
    placed = group[order]
    starts = np.flatnonzero(np.r_[True, placed[1:] != placed[:-1]]) if len(group) else np.zeros(0, np.int64)
    rank = np.empty(len(group), np.int64)
    rank[order] = np.arange(len(group)) - np.repeat(starts, np.diff(np.r_[starts, len(group)]))
    return rank


def _spread(serial: NDArray[np.int64]) -> Bytes:
    value = serial * _STEP % _SPACE
    places = 31 ** np.arange(5, -1, -1, dtype=np.int64)
    return np.asarray(_CHARACTERS[value[:, None] // places % 31])


def _organisation_check(body: Bytes) -> Bytes:
    remainder = 11 - _ORGANISATION_VALUE[body] @ _ORGANISATION_WEIGHTS % 11
    return np.asarray(np.frombuffer(b"_123456789X0", np.uint8)[remainder][:, None])


def _sequence(region: NDArray[np.int64], born: Ints, male: NDArray[np.bool_]) -> Bytes:
    group = (region * 2 + male) * 200_000 + born + 100_000
    first = _FIRST_SEQUENCE + male.astype(np.int64)  # odd for men, even for women
    number = first + 2 * rank_within(group)
    if len(number) and number.max() > _LAST_SEQUENCE:
        raise ValueError("more people were born in one county on one day than there are sequence numbers")
    return digits(number, 3)
