"""The one clock, and what the environment may say."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from chengban.lib import clock, env
from chengban.lib.env import EnvironmentMistake


@pytest.fixture(autouse=True)
def real_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHENGBAN_TODAY", raising=False)


def test_now_is_in_china_s_time_zone() -> None:
    assert clock.now().utcoffset() == timedelta(hours=8)
    assert abs(clock.now() - datetime.now(timezone.utc)) < timedelta(seconds=5)  # noqa: UP017


def test_the_business_date_is_china_s_day_not_greenwich_s() -> None:
    with clock.pinned(datetime(2025, 12, 1, 17, 0, tzinfo=timezone.utc).astimezone(clock.CHINA)):  # noqa: UP017
        assert clock.today() == date(2025, 12, 2)


def test_a_pinned_clock_stands_still_and_goes_on_after() -> None:
    outer, inner = (datetime(2025, month, 1, tzinfo=clock.CHINA) for month in (1, 2))
    with clock.pinned(outer):
        with clock.pinned(inner):
            assert clock.now() == inner
        assert clock.now() == outer
    assert clock.now().year >= 2026 or clock.now() > outer


def test_a_pinned_clock_is_let_go_when_the_block_fails() -> None:
    with pytest.raises(ZeroDivisionError), clock.pinned(datetime(2001, 1, 1, tzinfo=clock.CHINA)):
        raise ZeroDivisionError
    assert clock.now().year > 2001


def test_the_environment_moves_the_day_and_keeps_the_time_of_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_TODAY", "2025-12-01")
    assert clock.today() == date(2025, 12, 1)
    assert clock.now().utcoffset() == timedelta(hours=8)
    with clock.pinned(datetime(2024, 2, 29, tzinfo=clock.CHINA)):
        assert clock.today() == date(2024, 2, 29)


@pytest.mark.parametrize("day", ["2025-02-30", "yesterday", "01/12/2025"])
def test_a_day_that_is_none_is_said_by_the_setting_s_name(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    monkeypatch.setenv("CHENGBAN_TODAY", day)
    with pytest.raises(EnvironmentMistake, match="CHENGBAN_TODAY"):
        clock.now()


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("TRUE", True), (" yes ", True), ("0", False), ("no", False), ("False", False)]
)
def test_a_flag_is_yes_or_no(monkeypatch: pytest.MonkeyPatch, text: str, value: bool) -> None:
    monkeypatch.setenv("CHENGBAN_TEST_FLAG", text)
    assert env.flag("CHENGBAN_TEST_FLAG", default=not value) is value


@pytest.mark.parametrize("default", [True, False])
def test_a_flag_that_is_not_set_is_its_default(monkeypatch: pytest.MonkeyPatch, default: bool) -> None:
    monkeypatch.delenv("CHENGBAN_TEST_FLAG", raising=False)
    assert env.flag("CHENGBAN_TEST_FLAG", default) is default
    monkeypatch.setenv("CHENGBAN_TEST_FLAG", "")
    assert env.flag("CHENGBAN_TEST_FLAG", default) is default


def test_a_flag_that_is_neither_is_a_mistake_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_TEST_FLAG", "maybe")
    with pytest.raises(EnvironmentMistake, match=r"CHENGBAN_TEST_FLAG is 'maybe'"):
        env.flag("CHENGBAN_TEST_FLAG")


def test_home_is_made_where_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHENGBAN_HOME", str(tmp_path / "a" / "b"))
    assert env.home() == (tmp_path / "a" / "b").resolve() and env.home().is_dir()
    monkeypatch.delenv("CHENGBAN_HOME")
    assert env.home() == env.checkout() / "var"


def test_the_pack_is_the_city_s_unless_another_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CHENGBAN_PACK", raising=False)
    assert (env.pack_folder() / "pack.yaml").is_file()
    monkeypatch.setenv("CHENGBAN_PACK", str(tmp_path))
    assert env.pack_folder() == tmp_path.resolve()


def test_a_secret_is_made_once_and_is_its_owner_s_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHENGBAN_HOME", str(tmp_path))
    monkeypatch.delenv("CHENGBAN_TEST_SECRET", raising=False)
    first = env.secret("CHENGBAN_TEST_SECRET")
    assert len(first) >= 48 and env.secret("CHENGBAN_TEST_SECRET") == first
    kept = tmp_path / "secrets" / "chengban_test_secret"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600 and stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    monkeypatch.setenv("CHENGBAN_TEST_SECRET", "from outside")
    assert env.secret("CHENGBAN_TEST_SECRET") == "from outside" and kept.read_text() == first


def test_many_who_start_at_once_share_one_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHENGBAN_HOME", str(tmp_path))
    monkeypatch.delenv("CHENGBAN_TEST_SECRET", raising=False)
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: env.secret("CHENGBAN_TEST_SECRET"), range(64)))
    assert len(made) == 1 and "" not in made


def test_a_secret_whose_writing_fails_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHENGBAN_HOME", str(tmp_path))
    monkeypatch.delenv("CHENGBAN_TEST_SECRET", raising=False)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space"):
        patched.setattr(env.os, "link", full)
        env.secret("CHENGBAN_TEST_SECRET")
    assert list((tmp_path / "secrets").iterdir()) == []
    assert len(env.secret("CHENGBAN_TEST_SECRET")) >= 48
