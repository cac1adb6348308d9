from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel

from shared.core.api_keys import Allowance
from shared.core.callers import Caller
from shared.core.errors import (
    Conflict,
    Forbidden,
    Invalid,
    Limited,
    Malformed,
    NotFound,
    Refusal,
    RetentionExceeded,
    SubscriptionRequired,
    TooLarge,
    Unauthenticated,
)
from shared.edge.caller import Admission
from shared.edge.http import Api, serve
from shared.edge.recording import Trail
from shared.edge.schemas import Single
from tests.fakes import FakeAudit
from tests.unit.core.world import CALLER, NOW, stored_domains

TRAIL = Trail(FakeAudit, stored_domains, lambda bits: 0)
ADMITTED = Admission(Allowance(30, 29, 60), CALLER)


class Thing(BaseModel):
    name: str


def app_that(does: Callable[[Api], Any]) -> Api:
    app = Api()

    @app.get("/things")
    def read() -> Response[Any]:
        does(app)
        return Response(200, content_type="application/json", body="{}")

    @app.post("/things")
    def create(body: Thing) -> Single[Thing]:
        return Single(data=body, meta=app.meta)

    return app


def ask(
    app: Api, method: str = "GET", path: str = "/v1/things", *, admission: Admission = ADMITTED, **event: Any
) -> dict[str, Any]:
    context = {"http": {"method": method, "path": path, "sourceIp": "192.0.2.1"}, "requestId": "r-1"}
    asked = {"rawPath": path, "headers": {}, "requestContext": {**context, "stage": "$default"}, **event}
    return serve(app, asked, LambdaContext(), lambda _: admission, NOW, TRAIL)


def nothing(app: Api) -> None:
    return None


def raising(error: Exception) -> Callable[[Api], None]:
    def does(app: Api) -> None:
        raise error

    return does


@pytest.mark.parametrize(
    ("refusal", "status", "code"),
    [
        (Malformed("m", param="p"), 400, "bad_request"),
        (Unauthenticated("m"), 401, "invalid_api_key"),
        (Forbidden("m"), 403, "forbidden"),
        (SubscriptionRequired("m"), 403, "subscription_required"),
        (RetentionExceeded("m"), 403, "retention_exceeded"),
        (NotFound("m"), 404, "not_found"),
        (Conflict("m"), 409, "conflict"),
        (TooLarge("m"), 413, "too_large"),
        (Invalid("m", param="p"), 422, "unprocessable_entity"),
        (Refusal("m"), 400, "bad_request"),
    ],
)
def test_each_refusal_has_its_status_and_names_itself(refusal: Refusal, status: int, code: str) -> None:
    answer = ask(app_that(raising(refusal)))
    assert answer["statusCode"] == status
    assert json.loads(answer["body"]) == {
        "error": {"code": code, "message": "m", "param": refusal.param, "request_id": "r-1"}
    }


def test_a_limit_says_when_to_come_back_in_three_places() -> None:
    answer = ask(app_that(raising(Limited("m", retry_after=17))))
    body = json.loads(answer["body"])
    assert answer["statusCode"] == 429
    assert (body["error"]["retry_after"], body["retry_after"], answer["headers"]["Retry-After"]) == (
        17,
        17,
        "17",
    )


def test_an_error_of_ours_is_500_and_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    answer = ask(app_that(raising(KeyError("the secret of 192.0.2.1"))))
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["error"]["code"]) == (500, "internal_error")
    assert "secret" not in answer["body"]
    assert "the secret of 192.0.2.1" in caplog.text


def test_an_error_while_admitting_is_500_too() -> None:
    def admit(event: object) -> Admission:
        raise RuntimeError("table")

    event = {"rawPath": "/v1/things", "requestContext": {"http": {"method": "GET"}, "requestId": "r-1"}}
    answer = serve(app_that(nothing), event, LambdaContext(), admit, NOW, TRAIL)
    assert answer["statusCode"] == 500
    assert answer["headers"]["X-Request-Id"] == "r-1"


@pytest.mark.parametrize("path", ["/v1/things", "/dmarctrust/api/v1/things"])
def test_every_answer_has_its_headers(path: str) -> None:
    for answer in (
        ask(app_that(nothing), path=path),
        ask(app_that(nothing), "DELETE", path),
        ask(app_that(raising(ValueError())), path=path),
    ):
        headers = answer["headers"]
        assert headers["X-Request-Id"] == "r-1"
        assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("30", "29")
        assert headers["X-RateLimit-Reset"] == "60"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/v1/thing", "/v2/things", "/v1/things/", "/v1", "/v1/things/1", ""])
def test_other_paths_are_404(path: str) -> None:
    assert ask(app_that(nothing), path=path)["statusCode"] == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "OPTIONS"])
def test_other_methods_are_405_and_told(method: str) -> None:
    answer = ask(app_that(nothing), method)
    assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "GET, POST")


def test_who_is_turned_away_learns_nothing_of_the_request() -> None:
    refused = Admission(Allowance(2, 1, 60), refusal=Unauthenticated("Invalid or missing API key"))
    for path in ("/v1/things", "/v1/nothing"):
        answer = ask(app_that(nothing), "POST", path, admission=refused, body="[")
        assert (answer["statusCode"], answer["headers"]["WWW-Authenticate"]) == (401, "Bearer")
        assert answer["headers"]["X-RateLimit-Limit"] == "2"


def post(body: bytes | str, media_type: str | None = "application/json", **more: Any) -> dict[str, Any]:
    headers = {} if media_type is None else {"Content-Type": media_type}
    sent: dict[str, Any] = {"body": body, "isBase64Encoded": False}
    if isinstance(body, bytes):
        sent = {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    return ask(app_that(nothing), "POST", headers=headers, **{**sent, **more})


@pytest.mark.parametrize("media_type", ["application/json", "application/json; charset=utf-8", None])
@pytest.mark.parametrize("body", ['{"name": "ü"}', '{"name": "ü"}'.encode()])
def test_a_json_body_is_read_as_text_or_bytes(body: bytes | str, media_type: str | None) -> None:
    answer = post(body, media_type)
    assert (answer["statusCode"], json.loads(answer["body"])["data"]) == (200, {"name": "ü"})


def test_what_curl_calls_a_form_is_read_as_json() -> None:
    assert post('{"name": "a"}', "application/x-www-form-urlencoded")["statusCode"] == 200


@pytest.mark.parametrize(
    ("body", "media_type", "status", "param"),
    [
        ("", "application/json", 400, "body"),
        ("{", "application/json", 400, "body"),
        ("NaN", "application/json", 400, "body"),
        ('{"name": "\\ud800"}', "application/json", 400, "body"),
        ("[" * 100_000, "application/json", 400, "body"),
        (b"\xff", "application/json", 400, "body"),
        (b'{"name": "\xe4"}', "application/json", 400, "body"),
        ('{"name": 1}', "application/json", 400, "name"),
        ("name=a", "application/x-www-form-urlencoded", 400, "body"),
        ("x", "multipart/form-data", 415, "Content-Type"),
        ("<a/>", "text/xml", 415, "Content-Type"),
        ("x" * 1_048_577, "application/json", 413, "body"),
    ],
)
def test_bad_bodies_are_refused(body: bytes | str, media_type: str, status: int, param: str) -> None:
    answer = post(body, media_type)
    assert (answer["statusCode"], json.loads(answer["body"])["error"]["param"]) == (status, param)


def test_a_body_that_is_not_base64_is_400() -> None:
    assert post("!", isBase64Encoded=True)["statusCode"] == 400


def test_an_answer_that_breaks_its_own_shape_is_our_fault() -> None:
    app = Api()

    @app.get("/wrong")
    def wrong() -> Single[Thing]:
        return {"data": 3}  # type: ignore[return-value]

    assert ask(app, path="/v1/wrong")["statusCode"] == 500


def test_an_answer_that_could_not_be_sent_is_refused() -> None:
    app = app_that(lambda api: None)

    @app.get("/large")
    def read() -> Single[Thing]:
        return Single(data=Thing(name="\u00ff" * 1_000_000), meta=app.meta)

    answer = ask(app, path="/v1/large")
    assert answer["statusCode"] == 422
    assert json.loads(answer["body"])["error"]["request_id"] == "r-1"


def test_nothing_of_a_request_is_left_for_the_next() -> None:
    app = app_that(nothing)
    ask(app)
    assert app.context == {}


def test_the_routes_see_caller_time_and_bytes() -> None:
    seen: list[tuple[Caller, float, bytes]] = []
    ask(app_that(lambda app: seen.append((app.caller, app.now, app.body))), body="abc")
    assert seen == [(CALLER, NOW, b"abc")]


def test_nothing_is_not_said_to_be_json() -> None:
    app = app_that(lambda app: None)

    @app.delete("/things")
    def delete() -> Response[Any]:
        return Response(204, content_type="application/json", body="")

    answer = ask(app, "DELETE")
    assert (answer["statusCode"], answer["body"]) == (204, "")
    assert answer["headers"]["Content-Type"] == "text/plain"
