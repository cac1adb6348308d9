"""What people are shown of an inspection."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pytest
from rich.console import Console

from cli import facts, verdicts
from shared.core.inspections import Kind, delivery_check, inspection, whole_inspection
from shared.core.plain import plain
from shared.mailauth.evaluate.questions import Fetched, Fetching
from tests.fakes.dns import FAILED, FakeDns, FakeLookups, drive

NOW = 1_795_262_400.0
POLICY = b"version: STSv1\nmode: enforce\nmx: mx.vines.example\nmax_age: 604800\n"
ZONE: dict[tuple[str, str], Any] = {
    ("vines.example", "MX"): ["10 mx.vines.example", "20 mx.other.example"],
    ("mx.vines.example", "A"): ["8.8.8.25"],
    ("vines.example", "TXT"): ["v=spf1 include:a.example include:gone.example mx ~all"],
    ("a.example", "TXT"): ["v=spf1 include:b.example -all"],
    ("b.example", "TXT"): ["v=spf1 ip4:9.9.9.0/24 -all"],
    ("_dmarc.vines.example", "TXT"): ["v=DMARC1; p=reject; t=y; rua=mailto:r@reports.example"],
    ("_dmarc.example", "TXT"): ["v=DMARC1; p=none; psd=y"],
    ("s1._domainkey.vines.example", "CNAME"): ["s1.mailer.example"],
    ("s1.mailer.example", "TXT"): [f"v=DKIM1; k=ed25519; t=y; p={'A' * 43}="],
    ("_smtp._tls.vines.example", "TXT"): ["v=TLSRPTv1; rua=mailto:tls@vines.example"],
    ("_mta-sts.vines.example", "TXT"): ["v=STSv1; id=20261121"],
    ("default._bimi.vines.example", "TXT"): ["v=BIMI1; l=https://vines.example/logo.svg;"],
    ("bare.example", "A"): ["9.9.9.1"],
    ("null.example", "MX"): ["0 "],
}
WEB = {
    "https://mta-sts.vines.example/.well-known/mta-sts.txt": Fetched(
        Fetching.FETCHED, 200, "text/plain", POLICY, certificate_ends=1_800_000_000
    )
}


def told(kind: Kind, domain: str = "vines.example", selectors: Sequence[str] = ()) -> list[str]:
    asking = inspection(kind, domain, selectors, now=NOW)
    return facts.facts_of(kind, plain(drive(asking, FakeDns(ZONE, WEB))))


def shown(kind: Kind, domain: str = "vines.example") -> str:
    out = Console(file=io.StringIO(), width=200)
    found = plain(drive(inspection(kind, domain, now=NOW), FakeDns(ZONE, WEB)))
    verdicts.show_inspection(kind, found, to=out)
    text: str = out.file.getvalue()  # type: ignore[attr-defined]
    return text


def test_dmarc_tells_what_applies_whence_and_who_consents() -> None:
    lines = told(Kind.DMARC, "www.vines.example")
    assert "applied to www.vines.example: quarantine (t=y: a rehearsal)" in lines
    assert "Organizational Domain: vines.example" in lines
    assert "policy of: vines.example (organizational)" in lines
    assert "asked: _dmarc.www.vines.example: nxdomain" in lines
    assert "rua mailto:r@reports.example: unauthorized" in lines
    assert any(line.startswith("receivers that follow RFC 7489: reject") for line in lines)


def test_spf_tells_its_cost_its_reach_and_its_tree() -> None:
    lines = told(Kind.SPF)
    assert "lookups: 4 of 10, 0 of 2 void" in lines
    assert "include:a.example (2)" in lines
    assert "  include:b.example (1)" in lines
    assert any(line.startswith("include:gone.example (1, ") for line in lines)
    assert any(line.startswith("lets through: 257 IPv4 and 0 IPv6 addresses in 2 networks") for line in lines)


def test_dkim_tells_keys_by_selector() -> None:
    assert told(Kind.DKIM, selectors=("s1",))[1:] == [
        "alias of: s1.mailer.example",
        "key: ed25519, 256 bits, testing",
    ]
    (known, tried) = told(Kind.DKIM)
    assert known.startswith("s1: valid; selector of: SendGrid")
    assert tried.startswith("selectors tried: ")


def test_mta_sts_tells_which_hosts_are_covered() -> None:
    lines = told(Kind.MTA_STS_POLICY)
    assert lines[:2] == [
        "mode: enforce, for 604,800 seconds",
        "certificate: valid, until 2027-01-15T08:00:00Z",
    ]
    assert lines[2:] == ["mail host mx.vines.example: covered", "mail host mx.other.example: not covered"]


def test_bimi_tells_about_what_it_leads_to() -> None:
    lines = told(Kind.BIMI, "www.vines.example")
    assert lines[0] == "record of: vines.example"
    assert "image: https://vines.example/logo.svg (invalid)" in lines


def test_mx_tells_where_mail_goes() -> None:
    assert "10 mx.vines.example: 8.8.8.25" in told(Kind.MX)
    assert told(Kind.MX, "bare.example") == ["no MX: mail goes to 9.9.9.1"]
    assert told(Kind.MX, "null.example")[0] == "receives no mail (null MX)"


def test_tls_rpt_tells_where_reports_go() -> None:
    assert told(Kind.TLS_RPT) == ["reports go to: mailto:tls@vines.example"]


def test_a_delivery_tells_what_decided() -> None:
    check = plain(drive(delivery_check("9.9.9.9", "a@vines.example", "h", now=NOW), FakeDns(ZONE)))
    assert facts.delivery_facts(check)[:2] == ["domain: vines.example", "decided by: include:a.example"]


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("domain", ["vines.example", "nothing.example", "b.example", "com"])
def test_every_kind_of_every_domain_can_be_shown(kind: Kind, domain: str) -> None:
    assert shown(kind, domain).startswith(f"{kind}  ")


def test_control_characters_of_records_are_not_shown() -> None:
    zone = {("vines.example", "TXT"): ["v=spf1 \x1b[2J[red]x -all"]}
    out = Console(file=io.StringIO(), width=200)
    found = plain(drive(inspection(Kind.SPF, "vines.example", now=NOW), FakeDns(zone)))
    verdicts.show_inspection("spf", found, to=out)
    text = out.file.getvalue()  # type: ignore[attr-defined]
    assert "\x1b" not in text
    assert "[red]x" in text


def whole(zone: dict[tuple[str, str], Any]) -> Any:
    return plain(whole_inspection(FakeLookups(FakeDns(zone)), "a.example", ("s1",), now=NOW))


PARKED: dict[tuple[str, str], Any] = {
    ("a.example", "MX"): ["0 "],
    ("a.example", "TXT"): ["v=spf1 -all"],
    ("_dmarc.a.example", "TXT"): ["v=DMARC1; p=reject"],
}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, 0),
        ({("_dmarc.a.example", "TXT"): []}, 1),
        ({("a.example", "TXT"): []}, 1),
        ({("a.example", "TXT"): ["v=spf1 +all"]}, 1),
        ({("_smtp._tls.a.example", "TXT"): FAILED}, 3),
        ({("_smtp._tls.a.example", "TXT"): FAILED, ("_dmarc.a.example", "TXT"): []}, 1),
    ],
)
def test_the_exit_code_of_everything(changed: dict[tuple[str, str], Any], code: int) -> None:
    assert verdicts.exit_code(verdicts.whole_states(whole({**PARKED, **changed}))) == code


@pytest.mark.parametrize(
    ("states", "code"),
    [([], 0), (["valid"], 0), (["valid", "unknown"], 3), (["error", "missing"], 1), (["invalid"], 1)],
)
def test_the_worst_state_decides(states: list[str], code: int) -> None:
    assert verdicts.exit_code(states) == code
