"""The endpoints of scenes and items: the same answers as the pages, for anybody."""

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def told(client: Client, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_what_people_say_finds_the_scene(client: Client) -> None:
    found = told(client, "/api/items?q=开饭店要办什么&limit=3")
    assert len(found) == 3 and found[0] == {"kind": "scene", "id": "S04", "name": "开办餐饮店", "score": found[0]["score"]}


@pytest.mark.parametrize("limit", ["0", "51", "many"])
def test_a_limit_that_makes_no_sense_is_refused(client: Client, limit: str) -> None:
    assert client.get(f"/api/items?q=公章&limit={limit}").status_code == 422


def test_an_items_list_says_what_is_known_and_nothing_else(client: Client) -> None:
    item = told(client, "/api/items/S04.d")
    assert item["statutory"]["number"] == 10 and item["task_type"] == "01"
    assert "promised" not in item and "charged" not in item
    assert item["materials"][0]["instead"][0]["result_of"] == "S04.a"


def test_a_scene_under_its_answers(client: Client) -> None:
    first = told(client, "/api/scenes/S04")
    assert [question["id"] for question in first["questions"]] == ["signboard", "gathering", "commits", "tobacco"]
    assert [option["value"] for option in first["questions"][0]["options"]] == ["yes", "no", "?"]
    then = told(client, "/api/scenes/S04?signboard=no&gathering=%3F&tobacco=yes")
    assert {item["id"]: item["needed"] for item in then["items"]} == {
        "S04.a": True, "S04.b": True, "S04.c": False, "S04.d": "unknown", "S04.e": True
    }  # fmt: skip
    fire = next(item for item in then["items"] if item["id"] == "S04.d")
    assert fire["turns_on"] == ["gathering"]
    assert {one["name"]: one["turns_on"] for one in fire["materials"]}["消防安全承诺书"] == ["gathering", "commits"]


def test_the_endpoints_ask_the_database_for_nothing_but_which_list_is_newest(
    client: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        told(client, "/api/items/S01.a")
        told(client, "/api/scenes/S01")
    told(client, "/api/items?q=公章")
    with django_assert_num_queries(1):
        told(client, "/api/items?q=公章")
