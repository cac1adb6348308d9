"""Whatever is asked, however: a refusal in our envelope, never an error of ours."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.api.docs.build import document, routes
from tests.unit.core.world import fact, row, said
from tests.unit.functions.api.client import Api

QUIET = settings(
    max_examples=70,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
METHODS = st.sampled_from(["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS", "TRACE", "x"])
PATHS = sorted({path for _, path, _ in routes()})
PARAMETERS = sorted(
    {
        parameter["name"]
        for operations in document()["paths"].values()
        for operation in operations.values()
        for parameter in operation.get("parameters", [])
    }
)
WORDS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["ud_19", "19", "orchard.example", "rpt_1", "2026-11-21", "7d", "csv", "true", "", "\x00", "0", "-1"]
    ),
    st.integers().map(str),
    st.integers(min_value=10**60, max_value=10**70).map(str),
    st.dates().map(str),
    st.sampled_from(["eyJpZCI6MX0", "eyJpZCI6MX0=", "eyJpZCI6WzFdfQ", "eyJpZCI6MWU5OTl9", "bnVsbA", "W10"]),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "domain",
                    "name",
                    "notes",
                    "report_kinds",
                    "failure",
                    "reason",
                    "cursor",
                    "record",
                    "mode",
                    "mx",
                    "p",
                ]
            ),
            inner,
        ),
    ),
    max_leaves=6,
)
BODIES = st.one_of(
    st.none(),
    st.binary(max_size=60),
    st.text(max_size=60),
    VALUES.map(json.dumps),
    st.sampled_from(
        [
            '{"notes": "\\ud800"}',
            '{"domain": "\\u0000"}',
            "[" * 5_000,
            '{"name": ' + "9" * 5_000 + "}",
            "\ufeff{}",
        ]
    ),
)
HEADERS = st.dictionaries(
    st.sampled_from(["content-type", "accept", "idempotency-key", "authorization"]),
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(
            ["application/json", "text/csv", "multipart/form-data", "text/html", "a,b", "*/*;q=x"]
        ),
    ),
    max_size=2,
)


@st.composite
def _paths(draw: st.DrawFn) -> str:
    steps = draw(st.sampled_from(PATHS)).split("/")
    return "/".join(draw(WORDS).replace("/", "") if step.startswith("{") else step for step in steps)


@pytest.fixture
def filled(api: Api) -> Api:
    api.file(fact(said(row())))
    return api


@QUIET
@given(
    method=METHODS,
    path=st.one_of(_paths(), st.text(max_size=30).map(lambda text: f"/v1/{text}")),
    query=st.dictionaries(st.sampled_from(PARAMETERS), WORDS, max_size=4),
    headers=HEADERS,
    body=BODIES,
)
def test_no_request_is_an_error_of_ours(
    filled: Api,
    method: str,
    path: str,
    query: dict[str, str],
    headers: dict[str, str],
    body: str | bytes | None,
) -> None:
    answer = filled.call(method, path, query=query, headers=headers, body=body)
    assert answer.status < 500, answer.body
    assert answer.headers["X-Request-Id"] == "req-1"
    if answer.status >= 400:
        assert set(answer.error) >= {"code", "message", "param", "request_id"}


@QUIET
@given(query=st.fixed_dictionaries({}, optional=dict.fromkeys(PARAMETERS, WORDS)))
@pytest.mark.parametrize(
    "path", ["/domains", "/domains/ud_19/stats", "/domains/ud_19/sources", "/reports", "/quarantine"]
)
def test_no_query_is_an_error_of_ours(filled: Api, path: str, query: dict[str, str]) -> None:
    assert filled.call("GET", path, query=query).status in {200, 400, 403, 404, 422}


@QUIET
@given(body=BODIES)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/domains"),
        ("PATCH", "/domains/ud_19"),
        ("POST", "/api-keys"),
        ("POST", "/uploads"),
        ("POST", "/quarantine/replay"),
        ("PUT", "/domains/ud_19/hosting/dmarc"),
        ("PUT", "/domains/ud_19/hosting/mta-sts"),
        ("POST", "/domains/ud_19/dmarc-record"),
    ],
)
def test_no_body_is_an_error_of_ours(filled: Api, method: str, path: str, body: str | bytes | None) -> None:
    assert filled.call(method, path, body=body).status in {200, 201, 202, 400, 413, 422}
