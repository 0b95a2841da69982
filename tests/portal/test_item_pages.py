"""Pages of scenes and items: the questions, what they choose, and no query that grows."""

import re
from typing import Any

import pytest
from django.test import Client

from chengban import packs

pytestmark = pytest.mark.django_db
PACK = packs.current()


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def part(page: str, begin: str, end: str) -> str:
    return page[page.index(begin) : page.index(end, page.index(begin))]


@pytest.mark.parametrize("scene", PACK.scenes)
def test_every_scene_has_a_page_with_its_items(client: Client, scene: str) -> None:
    page = text(client, f"/scenes/{scene}")
    assert all(f"/items/{item.id}" in page for item in PACK.scenes[scene].items)
    assert page.count("<fieldset") == len(PACK.scenes[scene].questions)


def test_every_item_has_a_page_with_its_materials(client: Client) -> None:
    for item in PACK.items.values():
        page = text(client, f"/items/{item.id}")
        assert all(material.name in page for material in item.materials)


def test_an_answer_rules_out_an_item_and_the_questions_that_hung_on_it(client: Client) -> None:
    page = text(client, "/scenes/S04?gathering=no&tobacco=yes")
    assert 'name="commits"' not in page and 'name="signboard"' in page
    needed = part(page, '<ol class="rows', "</ol>")
    assert "S04.e" in needed and "S04.d" not in needed and "按您的回答不用办的 1 项" in page
    assert "消防安全承诺书" not in page


def test_not_sure_is_not_no(client: Client) -> None:
    page = text(client, "/scenes/S04?gathering=%3F")
    fire = part(page, "/items/S04.d", "</li>")
    assert "还不知道" in fire and "店面属于公众聚集场所吗" in fire
    assert re.search(r'name="gathering"[^>]*value="\?" checked', page)


def test_an_items_own_questions_choose_its_documents(client: Client) -> None:
    page = text(client, "/items/S01.a?entity_kind=合伙企业&premises=租赁")
    wanted = part(page, 'id="outcome"', "<details>")
    assert "合伙协议" in wanted and "租赁或借用合同" in wanted and "公司章程" not in wanted
    assert "按您的回答不用交的 4 份" in page


def test_a_material_shows_its_need_its_clause_and_what_could_stand_for_it(client: Client) -> None:
    page = part(text(client, "/items/S01.a"), "身份证（法定代表人", "</li>")
    assert "必要" in page and "《市场主体登记管理条例》第十六条" in page and "可以代替它的：电子证照" in page


def test_what_is_not_confirmed_says_so(client: Client) -> None:
    assert "未核实" in part(text(client, "/items/S03.a"), "承诺时限", "</div>")
    assert "还不知道" in part(text(client, "/items/S01.b"), "法定时限", "</div>")


@pytest.mark.parametrize("given", ["gathering=yes&gathering=no", "gathering=<script>", "x=y", "kind=%00", "signboard="])
def test_a_form_that_makes_no_sense_is_answered(client: Client, given: str) -> None:
    assert "<script>" not in part(text(client, f"/scenes/S04?{given}"), "<main", "</main>")


def test_the_pages_ask_the_database_for_nothing(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        text(client, "/scenes/S01")
        text(client, "/scenes/S14?kind=到龄")
        text(client, "/items/S04.d")


def test_the_search_leads_to_the_scene(client: Client) -> None:
    assert '<a href="/scenes/S04"' in text(client, "/search?q=开饭店要办什么")
