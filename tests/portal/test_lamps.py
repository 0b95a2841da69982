"""Health and metrics."""

import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from chengban.portal.middleware import PlainOutage


def test_live_and_ready(client: Client, db: None) -> None:
    assert client.get("/health/live").json() == {"status": "live"}
    assert client.get("/health/ready").json() == {"status": "ready", "database": "ok"}


def test_not_ready_without_a_database(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("no route")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", away)
        answer = client.get("/health/ready")
    assert answer.status_code == 503 and "no route" not in answer.content.decode()


def test_metrics_are_for_loopback(client: Client, db: None) -> None:
    client.get("/health/live")
    assert b'chengban_requests_total{route="health/live",status="200"}' in client.get("/metrics").content
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.9").status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "1.2.3.4"}).status_code == 404


def test_metrics_with_a_token_are_for_its_bearer_only(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_METRICS_TOKEN", "drop-of-water")
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    good = client.get("/metrics", headers={"Authorization": "Bearer drop-of-water"}, REMOTE_ADDR="10.0.0.9")
    assert good.status_code == 200


def test_an_outage_is_a_plain_page(db: None) -> None:
    def broken(request: HttpRequest) -> HttpResponse:
        raise OperationalError("connection refused: secret-host")

    answer = PlainOutage(broken)(RequestFactory().get("/"))
    text = answer.content.decode()
    assert answer.status_code == 503 and answer["Retry-After"] == "60"
    assert "服务暂时停一下" in text and "secret-host" not in text
    assert PlainOutage(broken).process_exception(RequestFactory().get("/"), ValueError()) is None


def test_every_answer_forbids_what_is_not_ours(client: Client, db: None) -> None:
    answer = client.get("/session")
    assert "unsafe" not in answer["Content-Security-Policy"] and "default-src 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY" and answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/nothing", "/policies/P99", "/policies/P01?version=1066", "/registers/none", "/items/S99.a"])
def test_what_is_not_there_is_a_plain_page(path: str, client: Client, db: None) -> None:
    answer = client.get(path)
    assert answer.status_code == 404 and "没有找到这一页" in answer.content.decode()


def test_a_fault_of_ours_is_a_plain_page_without_details(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(*_given: object, **_named: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("chengban.portal.home_pages.city_figures", burst)
    client.raise_request_exception = False
    answer = client.get("/")
    assert answer.status_code == 500
    assert "系统出错了" in answer.content.decode() and "secret detail" not in answer.content.decode()
