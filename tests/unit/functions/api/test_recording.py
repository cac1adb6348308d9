"""Over every route of the document: what may change something is recorded, by its operation's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from aws_lambda_powertools.event_handler import Response

from functions.api.docs.build import document, routes
from infra.entries import API
from infra.entry import Thing
from shared.core.audit_detail import detail_of
from shared.edge.http import Api as Resolver
from shared.edge.recording import OF_PARAMETERS, READING, records
from tests.unit.functions.api.client import Api, handler_of

ROUTES = routes()
CHANGING = [(method, path, action) for method, path, action in ROUTES if method not in READING]

UNRECORDED = {
    "deliver_tls_report",
    "ask_password_reset",
    *(action for *_, action in CHANGING if action.startswith("validate_")),
}
"""Mail that arrives, and a reset that anybody may ask for, are the work of no user; texts that are validated
are nowhere kept."""

PUBLIC = {
    "take_up_invitation",
    "confirm_password_reset",
    "confirm_address",
    "end_digests",
    "unsubscribe_one_click",
}
"""They need no credential: who acted is for the route to say, by ``act_for``."""


def apps() -> Iterator[Resolver]:
    seen: set[int] = set()
    for _, path, _ in ROUTES:
        app = vars(__import__(handler_of(path).__module__, fromlist=["app"]))["app"]
        if id(app) not in seen:
            seen.add(id(app))
            yield app


def route_of(action: str) -> Any:
    return next(
        route
        for app in apps()
        for route in (*app._static_routes, *app._dynamic_routes)
        if route.operation_id == action
    )


@pytest.mark.parametrize(("method", "path", "action"), CHANGING, ids=[action for *_, action in CHANGING])
def test_a_route_that_changes_something_is_recorded(
    api: Api, monkeypatch: pytest.MonkeyPatch, method: str, path: str, action: str
) -> None:
    """The route's own work is left out: what is around it is as deployed."""
    route = route_of(action)
    done = Response(200, content_type="application/json", body={"data": {"revision": 1}})
    monkeypatch.setattr(route, "func", lambda **_: done)
    monkeypatch.setattr(route, "enable_validation", False)
    monkeypatch.setattr(route, "_middleware_stack", route.func)
    monkeypatch.setattr(route, "_middleware_stack_built", False)
    answer = api.call(method, re.sub(r"{\w+}", "19", path), body='{"name": "a"}')
    assert answer.status == 200
    recorded = [entry.deed.action for entry in api.audit.entries.values()]
    assert recorded == ([] if action in UNRECORDED | PUBLIC else [action])


@pytest.mark.parametrize("function", sorted({handler_of(path).__module__ for _, path, _ in CHANGING}))
def test_whoever_is_to_record_may_write(function: str) -> None:
    """The answer would be given all the same, and the log would miss it."""
    recorded = {action for _, path, action in CHANGING if handler_of(path).__module__ == function}
    (entry,) = (each for each in API if f"functions.{each.path.replace('/', '.')}.handler" == function)
    verbs = {verb for grant in entry.grants if grant.thing is Thing.TABLE for verb in grant.verbs}
    assert "PutItem" in verbs or recorded <= UNRECORDED


def test_what_is_unrecorded_is_marked_so_and_nothing_else() -> None:
    marked = {action for method, _, action in CHANGING if not records(route_of(action), method)}
    assert marked == UNRECORDED


def test_the_prefix_of_every_id_in_a_path_is_known() -> None:
    named = {param for _, path, _ in ROUTES for param in re.findall(r"{(\w+)}", path)}
    assert {param for param in named if param.endswith("_id")} <= set(OF_PARAMETERS)


def sent_fields() -> Iterator[str]:
    schemas = document()["components"]["schemas"]
    for operations in document()["paths"].values():
        for operation in operations.values():
            for name in re.findall(r"'#/components/schemas/(\w+)'", str(operation.get("requestBody"))):
                yield from schemas[name].get("properties", ())


LOOKS_SECRET = re.compile("pass|secret|token|code|otp|credential|hash", re.IGNORECASE)


def test_no_field_that_is_sent_and_looks_secret_is_kept() -> None:
    fields = set(sent_fields())
    assert "domain" in fields
    assert [
        name for name in fields if LOOKS_SECRET.search(name) and detail_of({name: "x"})[name] == "x"
    ] == []
