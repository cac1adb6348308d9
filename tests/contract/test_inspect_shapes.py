"""Answers of ``/inspect`` and ``/validate`` are of the shapes that the document tells."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
import schemathesis

from functions.api.docs.build import document
from shared.core.inspections import Kind
from shared.mailauth.evaluate.questions import Fetched, Fetching
from shared.wiring import lookups
from tests.fakes.dns import FAILED, FakeDns, FakeLookups
from tests.unit.functions.api.client import Api
from tests.unit.functions.api.test_inspect import ZONE
from tests.unit.functions.api.test_validate import GOOD

SCHEMA = schemathesis.openapi.from_dict(document())
POLICY = b"version: STSv1\nmode: enforce\nmx: mx.vines.example\nmax_age: 604800\n"
WEB = {
    "https://mta-sts.vines.example/.well-known/mta-sts.txt": Fetched(
        Fetching.FETCHED, 200, "text/plain", POLICY, certificate_ends=1_800_000_000
    ),
    "https://vines.example/logo.svg": Fetched(
        Fetching.FETCHED, 200, "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    ),
}
BROKEN = dict.fromkeys(ZONE, FAILED)
QUERIES: list[tuple[str, dict[str, str]]] = [
    ("/inspect", {"domain": "vines.example"}),
    *((f"/inspect/{kind}", {"domain": "vines.example"}) for kind in Kind),
    ("/inspect/dkim", {"domain": "vines.example", "selector": "s1"}),
    ("/inspect/dmarc", {"domain": "www.vines.example"}),
    ("/inspect/spf/check", {"ip": "192.0.2.1", "mail_from": "ann@vines.example"}),
    *((f"/validate/{kind}", {"record": text}) for kind, text in GOOD.items()),
    *((f"/validate/{kind}", {"record": "nonsense"}) for kind in GOOD),
]


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    made = Api()
    made.install(monkeypatch)
    monkeypatch.setattr(lookups, "fresh_lookups", lambda: FakeLookups(FakeDns(made.zone, WEB)))
    return made


def check(path: str, status: int, body: Any) -> None:
    request = httpx.Request("GET", f"https://api.example/v1{path}")
    headers = dict.fromkeys(("X-Request-Id", "X-RateLimit-Limit"), "1")
    response = httpx.Response(status, json=body, request=request, headers=headers)
    response.elapsed = timedelta(0)
    SCHEMA[f"/v1{path}"]["GET"].validate_response(response)


@pytest.mark.parametrize(("path", "query"), QUERIES)
@pytest.mark.parametrize("zone", [ZONE, BROKEN, {}])
def test_an_answer_is_what_the_document_says(
    api: Api, path: str, query: dict[str, str], zone: dict[tuple[str, str], Any]
) -> None:
    api.zone.update(zone)
    answer = api.get(path, **query)
    assert answer.status == 200
    check(path, 200, answer.json)


@pytest.mark.parametrize("field", ["organizational_domain", "findings", "walk"])
def test_a_field_that_is_missing_would_be_seen(api: Api, field: str) -> None:
    body = api.get("/inspect/dmarc", domain="vines.example").json
    del body["data"][field]
    with pytest.raises(AssertionError, match=field):
        check("/inspect/dmarc", 200, body)
