"""House rules of the templates: nothing inline that the content policy would block, and every sentence in both languages."""

import gettext
import re
from pathlib import Path

import pytest

import chengban

SOURCE = Path(chengban.__file__).parent
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))
CODE = [path for room in ("portal", "accounts", "api") for path in sorted((SOURCE / room).rglob("*.py"))]
ENGLISH = SOURCE / "locale/en/LC_MESSAGES/django.mo"
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_nothing_inline_and_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle=|<style|\son\w+=\"|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"(src|href)=\"(https?:)?//", text)


def sentences() -> set[str]:
    """Every sentence that templates and code hand to translation."""
    found: set[str] = set()
    for path in TEMPLATES:
        text = path.read_text()
        found |= {given[1] or given[2] for given in re.finditer(r"{%\s*translate\s+(?:\"([^\"]+)\"|'([^']+)')", text)}
        for block in re.finditer(r"{%\s*blocktranslate[^%]*%}(.*?){%\s*endblocktranslate\s*%}", text, re.S):
            found.add(re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", block[1]))
    for path in CODE:
        found |= {given[1] for given in re.finditer(r"\b_(?:lazy)?\(\s*\"([^\"]+)\"", path.read_text())}
    return found


def test_every_sentence_stands_in_english_too() -> None:
    with ENGLISH.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    missing = [sentence for sentence in sorted(sentences()) if catalogue.gettext(sentence) == sentence]
    assert missing == []


def test_english_sentences_hold_no_chinese_and_the_same_blanks() -> None:
    with ENGLISH.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    for sentence in sentences():
        english = catalogue.gettext(sentence)
        assert not HAN.search(english), english
        assert set(re.findall(r"%\((\w+)\)s", sentence)) == set(re.findall(r"%\((\w+)\)s", english)), sentence


BILINGUAL = ("500.html", "503.html", "masthead.html")


@pytest.mark.parametrize("path", [path for path in TEMPLATES if path.name not in BILINGUAL], ids=lambda path: path.name)
def test_no_chinese_stands_outside_translation(path: Path) -> None:
    """A sentence written straight into a template would stay Chinese on an English page."""
    text = path.read_text()
    text = re.sub(r"{%\s*blocktranslate.*?endblocktranslate\s*%}", "", text, flags=re.S)
    text = re.sub(r"{[%#{].*?[%#}]}", "", text, flags=re.S)
    assert not HAN.search(text), HAN.findall(text)
