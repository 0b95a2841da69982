"""Reading one cell of a city's list: a text as a person wrote it to a value of the implementation list.

A reader is given the text and the pack's code names, and raises `Illegible` with a reason that goes back to who sent the list.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

CodeNames = Mapping[str, Mapping[str, str]]
"""Code set → code → Chinese name."""
Read = Callable[[str, CodeNames], Any]


class Illegible(Exception):
    """A cell that cannot be read; the message is the reason."""


_SEVERAL = re.compile(r"[\n;；、,，|/]+")
_LINES = re.compile(r"[\n;；]+")
_LIMIT = re.compile(r"(?:自?受理之日起)?(\d{1,4})\s*个?\s*(工作日|自然日|日历日|小时|个月|天|日|月|年)?(?:内|以内)?", re.ASCII)
_UNITS = {"日历日": "自然日", "个月": "月", "天": "", "日": ""}
"""天 and 日 may be working days or calendar days: the unit must stand elsewhere."""
_YES, _NO = {"是", "有", "1", "true", "yes", "y"}, {"否", "无", "0", "false", "no", "n"}
_DEPTHS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4, "i": 1, "ii": 2, "iii": 3, "iv": 4}
_CITED = re.compile(
    r"《([^《》]{1,80})》\s*(?:[（(][^）)]{0,80}[)）])?\s*((?:第[一二三四五六七八九十百千零〇\d]+[条款项章](?:之[一二三四五六七八九十])?)*)"
)
_INSTANT = {"即办", "当场", "即时", "当场办结", "即来即办", "立等可取"}


def text(given: str, names: CodeNames) -> str:
    return given


def identifier(given: str, names: CodeNames) -> str:
    """A code as it is meant: half width, capital letters, no spaces."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", given)).upper()


def texts(given: str, names: CodeNames) -> list[str]:
    return [part.strip() for part in _LINES.split(given) if part.strip()]


def named(given: str, names: CodeNames) -> list[dict[str, str]]:
    """A list of names in one cell, one a line."""
    return [{"name": part} for part in texts(given, names)]


def whole(given: str, names: CodeNames) -> int:
    digits = unicodedata.normalize("NFKC", given).strip().removesuffix("次").removesuffix("份").strip()
    if re.fullmatch(r"\d{1,6}", digits, re.ASCII) is None:
        raise Illegible("应是整数")
    return int(digits)


def yes_or_no(given: str, names: CodeNames) -> bool:
    word = given.strip().lower()
    if word in _YES or word in _NO:
        return word in _YES
    raise Illegible("应写“是”或“否”")


def depth(given: str, names: CodeNames) -> int:
    word = unicodedata.normalize("NFKC", given).strip().lower().removesuffix("级").removesuffix("深度").removesuffix("级")
    if word not in _DEPTHS:
        raise Illegible("网办深度应是一级至四级")
    return _DEPTHS[word]


def code(codes: str) -> Read:
    """A code of the set, or its Chinese name; a leading zero may be missing."""

    def read(given: str, names: CodeNames) -> str:
        legal = names.get(codes, {})
        word = unicodedata.normalize("NFKC", given).strip()
        for one in (word, word.zfill(2)):
            if one in legal:
                return one
        for one, name in legal.items():
            if word == name:
                return one
        raise Illegible(f"不在代码集里；可以是 {'、'.join(f'{one} {name}' for one, name in legal.items())}")

    return read


def codes(codes: str) -> Read:
    """Several codes or names in one cell."""
    one = code(codes)

    def read(given: str, names: CodeNames) -> list[str]:
        return list(dict.fromkeys(one(part, names) for part in _SEVERAL.split(given) if part.strip()))

    return read


def limit(given: str, names: CodeNames) -> dict[str, Any]:
    """20个工作日, 20, 即办. Without a unit the column beside it must tell one."""
    word = unicodedata.normalize("NFKC", given).strip()
    units = {name: one for one, name in names.get("limit_unit", {}).items()}
    if word in _INSTANT:
        return {"number": 0, "unit": units.get("工作日", "")}
    found = _LIMIT.fullmatch(word)
    if found is None:
        raise Illegible("看不出时限；应写成“20个工作日”")
    unit = _UNITS.get(found[2], found[2]) if found[2] else ""
    return {"number": int(found[1]), "unit": units.get(unit, "")}


def citation(given: str, names: CodeNames) -> dict[str, str]:
    """The law's title and article; its text is left behind."""
    found = citations(given, names)
    return found[0]


def citations(given: str, names: CodeNames) -> list[dict[str, str]]:
    """Each 《title》 with the article that follows."""
    found = [{"title": title, "article": article} if article else {"title": title} for title, article in _CITED.findall(given)]
    if not found:
        raise Illegible("看不出依据；应写成“《某法》第几条”")
    return list({(one["title"], one.get("article")): one for one in found}.values())
