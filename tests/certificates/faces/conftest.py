"""The faces need a Chinese font. Where there is none their tests are skipped by name; CHENGBAN_REQUIRE_BROWSER=1 fails them."""

import os

import pytest

from chengban.certificates.faces import FontMissing
from chengban.certificates.faces.fonts import fonts


@pytest.fixture(scope="session", autouse=True)
def _chinese_font() -> None:
    try:
        fonts()
    except FontMissing as missing:
        if os.environ.get("CHENGBAN_REQUIRE_BROWSER") == "1":
            raise
        pytest.skip(str(missing))
