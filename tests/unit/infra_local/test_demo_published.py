"""What the demo's domains publish is what the demo says that it finds."""

from __future__ import annotations

import dns.rdata
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import pytest

from infra.local.demo.published import policies
from infra.local.demo.zones import zone_files
from infra.local.dns_zones import parse_zone_file
from shared.mailauth.evaluate.inspection import State
from shared.mailauth.evaluate.questions import Fetched, Fetching
from shared.mailauth.evaluate.whole import DomainInspection, inspect_domain
from shared.mailauth.findings import Severity
from tests.fakes.dns import FakeDns, drive

NOW = 1_795_000_000.0
SELECTORS = {"orchard.example": ("mail2026", "google"), "parcel.example": ("px26a", "s1")}


@pytest.fixture(scope="module")
def dns_of_the_demo() -> FakeDns:
    records: dict[tuple[str, str], list[str]] = {}
    for text in zone_files().values():
        for name, held in parse_zone_file(text).nodes.items():
            for kind, data in held.items():
                if kind not in (dns.rdatatype.SOA, dns.rdatatype.NS):
                    key = (name.to_text(omit_final_dot=True), kind.name)
                    records[key] = [_text(each) for each in data]
    web = {
        f"https://{host}/.well-known/mta-sts.txt": Fetched(
            Fetching.FETCHED, 200, "text/plain", policy.encode(), certificate_ends=int(NOW) + 8_000_000
        )
        for host, policy in policies().items()
    }
    return FakeDns(records, web)


def _text(data: dns.rdata.Rdata) -> str:
    if isinstance(data, dns.rdtypes.ANY.TXT.TXT):
        return "".join(part.decode() for part in data.strings)
    return data.to_text().removesuffix(".")


def inspected(domain: str, dns_: FakeDns) -> DomainInspection:
    return drive(inspect_domain(domain, SELECTORS[domain], now=NOW), dns_)


def test_orchard_has_its_four_mistakes(dns_of_the_demo: FakeDns) -> None:
    orchard = inspected("orchard.example", dns_of_the_demo)
    assert orchard.state is State.INVALID
    assert len(orchard.dmarc.records) == 2
    assert orchard.dmarc.state is State.INVALID
    assert orchard.spf.lookups == 12
    assert orchard.spf.state is State.INVALID
    bits = {key.selector: key.key_bits for key in orchard.dkim.keys}
    assert bits == {"mail2026": 1024, "google": 2048}
    assert orchard.mta_sts.state is State.VALID
    assert orchard.mta_sts_policy.state is State.INVALID


def test_parcel_has_none(dns_of_the_demo: FakeDns) -> None:
    parcel = inspected("parcel.example", dns_of_the_demo)
    errors = [
        f for part in (parcel.dmarc, parcel.spf, parcel.dkim, parcel.mta_sts_policy) for f in part.findings
    ]
    assert [finding for finding in errors if finding.severity is Severity.ERROR] == []
    states = {part.name: part.state for part in parcel.summary if part.name != "bimi"}
    assert set(states.values()) == {State.VALID}
