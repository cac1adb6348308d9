"""``/inspect`` against servers that mean harm: an answer or a refusal, in time, of bearable size."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest
from dns.rdtypes.ANY.TXT import TXT

from shared.core.inspections import Kind
from tests.contract.dns_server import Script, Zone, truthful
from tests.contract.inspect_api import asking
from tests.unit.functions.api.client import Answer

PATHS = ["/inspect", *(f"/inspect/{kind}" for kind in Kind)]
PATIENCE = 10.0
MOST_OF_LAMBDA = 6_000_000


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    return asking(monkeypatch)


def silent(query: dns.message.Message, tcp: bool) -> list[bytes]:
    return []


def servfail(query: dns.message.Message, tcp: bool) -> list[bytes]:
    response = dns.message.make_response(query)
    response.set_rcode(dns.rcode.SERVFAIL)
    return [response.to_wire()]


def bloated(query: dns.message.Message, tcp: bool) -> list[bytes]:
    """As much as an answer may hold, another text at every name."""
    response = dns.message.make_response(query)
    name = query.question[0].name
    beginning = f"v=DKIM1; n={name}".encode()
    text = TXT(dns.rdataclass.IN, dns.rdatatype.TXT, [beginning[:250], *[b"\xff" * 250] * 120])
    response.answer.append(dns.rrset.from_rdata(name, 60, text))
    return [response.to_wire(max_size=65_535)] if tcp else [_truncated(query)]


def _truncated(query: dns.message.Message) -> bytes:
    response = dns.message.make_response(query)
    response.flags |= dns.flags.TC
    return response.to_wire()


def looping(query: dns.message.Message, tcp: bool) -> list[bytes]:
    response = dns.message.make_response(query)
    name = query.question[0].name.to_text()
    response.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", f"x.{name}"[-200:]))
    return [response.to_wire()]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("script", [servfail, looping, bloated])
def test_a_hostile_zone_is_answered_or_refused_in_time(
    ask: Callable[..., Answer], script: Script, path: str
) -> None:
    began = time.monotonic()
    answer = ask(script, path)
    assert time.monotonic() - began < PATIENCE
    assert answer.status == 200 or script is bloated
    assert len(answer.body) < MOST_OF_LAMBDA
    if script is servfail:
        parts = [answer.data] if "query" in answer.data else [answer.data[part] for part in ("dmarc", "mx")]
        assert all(part["state"] in ("error", "unknown") for part in parts)


def test_more_than_can_be_sent_is_refused(ask: Callable[..., Answer]) -> None:
    answer = ask(bloated, "/inspect/dkim")
    assert (answer.status, answer.error["code"]) == (422, "unprocessable_entity")
    assert ask(bloated, "/inspect/dkim", selector="s1").status == 200


def test_a_silent_server_is_waited_for_8_seconds_at_most(ask: Callable[..., Answer]) -> None:
    began = time.monotonic()
    answer = ask(silent, "/inspect")
    assert time.monotonic() - began < PATIENCE
    assert answer.data["dmarc"]["state"] == answer.data["spf"]["state"] == "error"
    meta = answer.json["meta"]
    assert 0.8 * meta["total_ms"] < meta["dns_ms"] <= meta["total_ms"]


def test_the_time_that_went_to_waiting_is_told_apart(ask: Callable[..., Answer]) -> None:
    zone: Zone = {("vines.example.", "MX"): ["10 mx.vines.example."], ("mx.vines.example.", "A"): ["8.8.8.8"]}
    meta = ask(truthful(zone), "/inspect/mx", delay=0.1).json["meta"]
    assert 190 <= meta["dns_ms"] <= meta["total_ms"] < 1_000


def test_the_answer_is_json_whatever_a_record_holds(ask: Callable[..., Answer]) -> None:
    zone: Zone = {("_dmarc.vines.example.", "TXT"): ['"v=DMARC1; p=none; x=\\000\\255\\"<script>"']}
    data: Any = json.loads(ask(truthful(zone), "/inspect/dmarc").body)["data"]
    assert data["records"] == ['v=DMARC1; p=none; x=\x00ÿ"<script>']
