from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from cli.client import Api, part
from cli.connection import Connection
from cli.stops import REFUSED, UNREACHABLE, Stop

Answer = Callable[[httpx.Request], httpx.Response]


def api(answer: Answer, waits: list[float] | None = None) -> Api:
    sleep = (waits if waits is not None else []).append
    return Api(
        Connection("https://api.example", "ps_live_x"), transport=httpx.MockTransport(answer), sleep=sleep
    )


def error(status: int, code: str, **more: object) -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": code, "message": "No", **more}})


def test_a_request_carries_the_key_and_leaves_empty_parameters_out() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == "Bearer ps_live_x"
        assert str(request.url) == "https://api.example/v1/reports?limit=5"
        return httpx.Response(200, json={"data": []})

    assert api(answer).get("/reports", limit=5, domain=None) == {"data": []}


def test_a_list_is_read_page_by_page_to_its_end() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        start = int(request.url.params.get("cursor", "0"))
        following = str(start + 100) if start < 200 else None
        items = [{"n": start + number} for number in range(100 if following else 7)]
        return httpx.Response(200, json={"data": items, "meta": {"next_cursor": following}})

    assert [item["n"] for item in api(answer).every("/reports")] == list(range(207))


def test_a_limit_asks_for_no_more_than_it_needs() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        size = int(request.url.params["limit"])
        asked.append(size)
        return httpx.Response(200, json={"data": [{}] * size, "meta": {"next_cursor": "more"}})

    assert len(list(api(answer).every("/reports", 130))) == 130
    assert asked == [100, 30]


def test_a_rate_limit_is_waited_out_as_long_as_it_says() -> None:
    answers = iter(
        [httpx.Response(429, headers={"Retry-After": "7"}), httpx.Response(200, json={"data": {}})]
    )
    waits: list[float] = []
    assert api(lambda _: next(answers), waits).get("/account") == {"data": {}}
    assert waits == [7.0]


def test_a_deployment_that_keeps_failing_is_unreachable() -> None:
    waits: list[float] = []
    with pytest.raises(Stop) as stop:
        api(lambda _: httpx.Response(503), waits).get("/account")
    assert stop.value.code == UNREACHABLE
    assert waits == sorted(waits)


@pytest.mark.parametrize(
    ("status", "code", "exit_code"),
    [
        (404, "not_found", REFUSED),
        (422, "unprocessable_entity", REFUSED),
        (401, "invalid_api_key", UNREACHABLE),
    ],
)
def test_a_refusal_says_what_the_api_says(status: int, code: str, exit_code: int) -> None:
    with pytest.raises(Stop) as stop:
        api(lambda _: error(status, code, param="id")).get("/domains/x")
    assert stop.value.message == f"No ({code}, id)"
    assert stop.value.code == exit_code


def test_nobody_there_is_told_at_once() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused")

    waits: list[float] = []
    with pytest.raises(Stop, match="cannot be reached") as stop:
        api(answer, waits).get("/account")
    assert (stop.value.code, waits) == (UNREACHABLE, [])


def test_a_repeated_post_has_the_same_idempotency_key() -> None:
    keys = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["Idempotency-Key"])
        return httpx.Response(503 if len(keys) == 1 else 201, json={"data": {}})

    api(answer).post("/api-keys", {"name": "x"})
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_presigned_address_does_not_see_the_key() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert "Authorization" not in request.headers
        assert request.content == b"bytes"
        return httpx.Response(200)

    api(answer).put("https://storage.example/x?signature=y", b"bytes")


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b"{}", b'{"data": null}', b"\xff\xfe{", b"{" * 9000])
def test_what_answers_otherwise_than_we_do_is_named(body: bytes) -> None:
    with pytest.raises(Stop, match="does not answer like Postseal") as stop:
        api(lambda _: httpx.Response(200, content=body)).get("/account")
    assert stop.value.code == UNREACHABLE


@pytest.mark.parametrize("reference", ["..", ".", "a/../b", "a?b", ""])
def test_a_reference_never_leads_to_another_resource(reference: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode()
        assert path.startswith("/v1/domains/")
        assert path.endswith("/dns")
        assert path.count("/") == 4
        return httpx.Response(200, json={"data": {}})

    api(answer).get(f"/domains/{part(reference)}/dns")
