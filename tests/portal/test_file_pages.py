"""What a firm reads about itself: facts with their source, policies with their reasons, and the one step that is left."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client

from chengban import packs
from chengban.accounts.domain import give_mandate
from chengban.accounts.models import Account, MandateKind
from chengban.accounts.roles import Role
from chengban.facts.profile import open_file
from chengban.facts.search import find_enterprises
from chengban.policies.domain import policies_of
from chengban.portal import file_pages
from tests import town
from tests.people import SETUP

AccountOf = Callable[[Role], Account]


@pytest.fixture
def pack(db: None, tmp_path: Path) -> packs.Pack:
    return town.build(tmp_path)


def findings(pack: packs.Pack, firm: str) -> file_pages.Findings:
    profile = open_file(pack, "enterprise", firm, by=SETUP, on=town.ON, under=town.UPKEEP)
    return file_pages.findings(pack, profile, on=town.ON)


def card(pack: packs.Pack, firm: str, policy: str) -> file_pages.PolicyCard:
    return next(each for each in findings(pack, firm).cards if each.verdict.policy.id == policy)


def test_a_policy_that_fits_says_so_with_its_amount_and_reasons(pack: packs.Pack) -> None:
    made = card(pack, town.LOTUS, "P09")
    assert (made.state, made.verdict.amount) == ("eligible", Decimal("21600.00"))
    assert {line.state for line in made.clauses} == {"eligible"} and made.wants == ()


def test_one_step_away_names_the_step(pack: packs.Pack) -> None:
    made = card(pack, town.WILLOW, "P09")
    assert made.state == "near" and made.near is not None
    assert "失业保险" in made.near.clause.text and made.near.state == "ineligible"
    assert [fact.id for fact, _value, _codes in made.near.facts] == ["ui_paid_months"]


def test_not_known_names_the_fact_the_register_and_its_owner(pack: packs.Pack) -> None:
    made = card(pack, town.EASTGATE, "P05")
    assert made.state == "unknown"
    assert all(want.owner is not None and want.register is not None for want in made.wants)
    assert {"taxable_income_wan"} <= {want.fact.id for want in made.wants}


def test_the_groups_hold_each_policy_once(pack: packs.Pack) -> None:
    found = findings(pack, town.LOTUS)
    assert sorted(c.verdict.policy.id for _state, cards in found.groups for c in cards) == sorted(
        c.verdict.policy.id for c in found.cards
    )
    assert found.total >= Decimal("21600")


def test_policies_that_exclude_each_other_count_once(pack: packs.Pack) -> None:
    profile = open_file(pack, "enterprise", town.LOTUS, by=SETUP, on=town.ON, under=town.UPKEEP)
    one = next(v for v in policies_of(pack, profile, on=town.ON) if v.policy.id == "P09")
    small = replace(one, policy=one.policy.model_copy(update={"id": "P98", "excludes": ()}), amount=Decimal(100))
    large = replace(one, policy=one.policy.model_copy(update={"id": "P99", "excludes": ("P98",)}), amount=Decimal(500))
    assert file_pages.total([small, large]) == file_pages.total([large, small]) == Decimal(500)
    assert file_pages.total([one, small]) == Decimal("21700.00")


def test_the_file_shows_every_fact_under_one_heading_with_its_source(pack: packs.Pack) -> None:
    profile = open_file(pack, "enterprise", town.LOTUS, by=SETUP, on=town.ON, under=town.UPKEEP)
    shown = [line for topic in file_pages.topics(pack, profile) for line in (*topic.known, *topic.unknown)]
    assert len(shown) == len({line.view.fact.id for line in shown}) == len(profile.views)
    for line in shown:
        assert line.view.derived or (line.owner is not None and line.view.register is not None)


def test_the_agents_pages_say_it_in_words(pack: packs.Pack, account_of: AccountOf, client: Client) -> None:
    agent = account_of(Role.AGENT)
    give_mandate(agent, town.LOTUS, kind=MandateKind.ENTERPRISE, by=SETUP)
    client.force_login(agent, "django.contrib.auth.backends.ModelBackend")
    home = client.get("/").content.decode()
    assert "聊城清荷软件有限公司" in home and "符合" in home
    policies = client.get(f"/enterprises/{town.LOTUS}/policies").content.decode()
    assert "2.16 万元" in policies and "21,600 元" in policies and "失业保险稳岗返还" in policies
    file = client.get(f"/enterprises/{town.LOTUS}").content.decode()
    assert "单位参保库" in file and "2025年12月1日" in file


def test_enterprises_are_found_by_part_of_the_name_and_by_code(pack: packs.Pack) -> None:
    assert [hit.id for hit in find_enterprises(pack, "清荷", by=SETUP)] == [town.LOTUS]
    assert [hit.id for hit in find_enterprises(pack, town.WILLOW.lower(), by=SETUP)] == [town.WILLOW]
    assert {hit.id for hit in find_enterprises(pack, "91371502", by=SETUP)} == {town.LOTUS, town.WILLOW, town.EASTGATE}
    assert find_enterprises(pack, "%", by=SETUP) == [] == find_enterprises(pack, "__", by=SETUP)
    hit = find_enterprises(pack, "清荷", by=SETUP)[0]
    assert (hit.county, hit.industry, hit.status) == ("东昌府区", "应用软件开发", "存续")
