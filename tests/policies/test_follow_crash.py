"""The follower as a real process beside a city that loads: killed at random moments, it takes up what it left, and all agrees."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from chengban.lib.postgres import ensure
from tests import town
from tests.exchange.crash import Service, _kill_database

ROOT = Path(__file__).resolve().parents[2]
PREPARE = """
import sys
from pathlib import Path
from chengban.cli.setup import ready
ready()
from chengban.cli.operate import migrate_all
migrate_all()
from django.db import transaction
from chengban import packs
from chengban.policies.domain import run_match
from tests import town
with transaction.atomic():
    town.build(Path(sys.argv[1]))
run_match(packs.current(), by=town.BY, on=town.ON)
"""
LOAD = """
import random, sys, time
from pathlib import Path
from chengban.cli.setup import ready
ready()
from chengban import packs
from tests import town
from tests.policies.test_following import FIRMS, insured, load
chance, folder = random.Random(int(sys.argv[2])), Path(sys.argv[1])
for _ in range(int(sys.argv[3])):
    firm = chance.choice(FIRMS)
    load(packs.current(), folder, "social_insurance_employer", [insured(firm, chance.choice([3, 12]), chance.randrange(50_000))])
    if chance.random() < 0.4:
        load(packs.current(), folder, "legal_persons", [town._registration(firm, f"聊城{firm[-3:]}有限公司", "C3411")])
    time.sleep(chance.uniform(0, 0.2))
"""
FOLLOW = "from chengban.cli.main import main; main(['match', 'follow', '--interval', '0.05'])"


@dataclass
class City:
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        return own | {"CHENGBAN_HOME": str(self.home), "CHENGBAN_TODAY": town.ON.isoformat(), "PYTHONPATH": str(ROOT)}

    def run(self, script: str, *arguments: object) -> str:
        command = [sys.executable, "-c", script, *map(str, arguments)]
        return subprocess.run(command, env=self.environment, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout

    def ask(self, query: str) -> Any:
        with psycopg.connect(ensure(self.home / "postgres").url(), connect_timeout=5) as connection:
            row = connection.execute(query).fetchone()  # type: ignore[arg-type]
        return row[0] if row else None

    def wait_until_followed(self, follower: Service) -> None:
        limit = time.monotonic() + 30
        while self.ask(LEFT):
            assert time.monotonic() < limit, "not followed in time"
            follower.keep()
            time.sleep(0.1)


LEFT = """
    SELECT (SELECT max(id) FROM facts_batch) - followed_to FROM policies_matchrun ORDER BY id DESC LIMIT 1
"""
VERDICT = f"SELECT verdict FROM policies_subjectmatch WHERE policy = 'P09' AND subject = '{town.WILLOW}' ORDER BY id DESC LIMIT 1"


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    server = ensure(tmp_path / "home" / "postgres")
    made = City(tmp_path / "home")
    made.run(PREPARE, tmp_path)
    yield made
    server.release()


@pytest.fixture
def follower(city: City) -> Iterator[Service]:
    made = Service(FOLLOW, city.environment)
    made.keep()
    yield made
    made.kill()


@pytest.mark.slow
def test_a_follower_that_is_killed_again_and_again_loses_and_doubles_nothing(city: City, follower: Service, tmp_path: Path) -> None:
    chance = random.Random(3)
    loader = subprocess.Popen([sys.executable, "-c", LOAD, str(tmp_path), "5", "25"], env=city.environment, cwd=ROOT)
    kills = 0
    while loader.poll() is None:
        time.sleep(chance.uniform(0.8, 1.8))
        follower.kill()
        kills += 1
        follower.keep()
    assert loader.returncode == 0 and kills > 0
    city.wait_until_followed(follower)
    told = json.loads(city.run("from chengban.cli.main import main; main(['match', 'verify', '--json'])"))
    assert told["clean"] and told["alarms"] == []
    assert city.ask("SELECT count(*) FROM policies_matchalarm") == 0


@pytest.mark.slow
def test_a_correction_arrives_though_the_database_was_cut_off_and_the_follower_ends_when_told(
    city: City, follower: Service, tmp_path: Path
) -> None:
    (tmp_path / "rows.csv").write_text(
        "uscc,year,insured_average,insured_now,unemployment_months,unemployment_premium,laid_off\n"
        f"{town.WILLOW},2024,24,25,12,18000,0\n",
        encoding="utf-8",
    )
    _kill_database(city.home)
    words = ["ingest", "social_insurance_employer", str(tmp_path / "rows.csv")]
    city.run(f"from chengban.cli.main import main; main({words!r})")
    city.wait_until_followed(follower)
    assert city.ask(VERDICT) == "eligible"
    assert follower.process is not None and follower.process.poll() is None, "a database that went away is waited for"
    follower.process.send_signal(signal.SIGTERM)
    assert follower.process.wait(15) == 0
