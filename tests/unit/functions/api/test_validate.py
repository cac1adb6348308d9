"""``/validate``: records and policies as text."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.core.inspections import LONGEST_RECORD, Kind, validation
from shared.core.plain import plain
from tests.fakes.dns import FakeDns, FakeLookups
from tests.unit.functions.api.client import Api

NO_DNS = FakeLookups(FakeDns({}))
KINDS = [kind for kind in Kind if kind is not Kind.MX]
GOOD = {
    Kind.DMARC: "v=DMARC1; p=reject; rua=mailto:dmarc@vines.example",
    Kind.SPF: "v=spf1 mx -all",
    Kind.DKIM: "v=DKIM1; p=",
    Kind.BIMI: "v=BIMI1; l=https://vines.example/logo.svg;",
    Kind.MTA_STS: "v=STSv1; id=20261121",
    Kind.MTA_STS_POLICY: "version: STSv1\r\nmode: enforce\r\nmx: mx.vines.example\r\nmax_age: 604800\r\n",
    Kind.TLS_RPT: "v=TLSRPTv1; rua=mailto:tls@vines.example",
}


@pytest.mark.parametrize("kind", KINDS)
def test_good_texts_are_valid_either_way(api: Api, kind: Kind) -> None:
    wanted = json.loads(json.dumps(plain(validation(NO_DNS, kind, GOOD[kind], "vines.example"))))
    got = api.get(f"/validate/{kind}", record=GOOD[kind], domain="Vines.Example")
    posted = api.post(f"/validate/{kind}", {"record": GOOD[kind], "domain": "vines.example"})
    assert (got.status, posted.status) == (200, 200)
    assert got.data == posted.data == wanted
    assert got.data["state"] == "valid"
    assert got.json["meta"]["total_ms"] >= got.json["meta"]["dns_ms"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "text", ["", "nonsense", "v=", "\x00", "ü", "v=DMARC1; p=reject p=none;;=", "[" * 999]
)
def test_bad_texts_are_invalid_and_say_why(api: Api, kind: Kind, text: str) -> None:
    data = api.post(f"/validate/{kind}", {"record": text}).data
    assert data["state"] == "invalid"
    assert [finding for finding in data["findings"] if finding["severity"] == "error"]


def test_findings_tell_the_place_in_the_text(api: Api) -> None:
    text = "v=spf1 mx ipv4:192.0.2.1 -all"
    findings = api.get("/validate/spf", record=text).data["findings"]
    assert "ipv4:192.0.2.1" in [text[found["start"] : found["end"]] for found in findings]


def test_what_an_spf_record_includes_is_looked_up_for_its_domain(api: Api) -> None:
    api.zone["mail.vines.example", "TXT"] = ["v=spf1 ip4:203.0.113.0/28 -all"]
    query = {"record": '"v=spf1 " "include:mail.vines.example -all"', "domain": "vines.example"}
    data = api.get("/validate/spf", **query).data
    assert (data["state"], data["pass_ip4_count"], data["records"]) == (
        "valid",
        16,
        ["v=spf1 include:mail.vines.example -all"],
    )
    alone = api.get("/validate/spf", record=query["record"]).data
    assert (alone["lookups"], alone["tree"]) == (1, None)


def test_no_key_is_needed(api: Api) -> None:
    query = {"record": GOOD[Kind.SPF]}
    statuses = [api.call("GET", "/validate/spf", query=query, key=None).status for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_what_no_url_holds_is_sent_as_a_body(api: Api) -> None:
    long = "v=spf1 " + "ip4:192.0.2.1 " * 300 + "-all"
    assert len(long) > 4_096
    refused = api.get("/validate/spf", record=long)
    assert (refused.status, refused.error["param"]) == (400, "record")
    assert api.post("/validate/spf", {"record": long}).status == 200


@pytest.mark.parametrize(
    ("kind", "body", "status", "param"),
    [
        ("spf", {}, 400, "record"),
        ("spf", {"record": 1}, 400, "record"),
        ("dmarc", {"record": "x" * (LONGEST_RECORD + 1)}, 400, "record"),
        ("dmarc", {"record": "x", "domain": "a..b"}, 422, "domain"),
        ("mx", {"record": "10 mx.vines.example"}, 404, None),
    ],
)
def test_what_is_refused(
    api: Api, kind: str, body: dict[str, object], status: int, param: str | None
) -> None:
    answer = api.post(f"/validate/{kind}", body)
    assert (answer.status, answer.error["param"]) == (status, param)


@settings(
    max_examples=150,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.sampled_from(KINDS), st.text(max_size=400))
def test_any_text_is_answered(api: Api, kind: Kind, text: str) -> None:
    answer = api.call("POST", f"/validate/{kind}", body=json.dumps({"record": text}))
    assert answer.status in (200, 400)
    if answer.status == 200:
        assert answer.data["state"] in ("valid", "invalid")
