"""Zone files and Route 53 zones side by side."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import dns.message
import pytest
from botocore.exceptions import EndpointConnectionError

from infra.local import layout
from infra.local.dns_answer import Zones, answer, answer_packet
from infra.local.dns_sources import ZoneSources
from infra.local.dns_zones import Alias, Zone, zone_of_record_sets
from infra.local.zone_files import write_zone
from shared.adapters.public_addresses import public_only

RECORD_SETS: list[dict[str, Any]] = [
    {
        "Name": "hosted.test.",
        "Type": "SOA",
        "TTL": 900,
        "ResourceRecords": [{"Value": "ns.hosted.test. admin.hosted.test. 1 7200 900 1209600 86400"}],
    },
    {"Name": "hosted.test.", "Type": "NS", "TTL": 900, "ResourceRecords": [{"Value": "ns.hosted.test."}]},
    {
        "Name": "\\052._report._dmarc.hosted.test.",
        "Type": "TXT",
        "TTL": 60,
        "ResourceRecords": [{"Value": '"v=DMARC1\\073"'}],
    },
    {
        "Name": "hosted.test.",
        "Type": "MX",
        "TTL": 60,
        "ResourceRecords": [{"Value": "10 mx.hosted.test"}, {"Value": "20 mx2.hosted.test."}],
    },
    {"Name": "web.hosted.test.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]},
    {"Name": "hosted.test.", "Type": "A", "AliasTarget": {"DNSName": "web.hosted.test."}},
    {"Name": "cdn.hosted.test.", "Type": "A", "AliasTarget": {"DNSName": "d1.cloudfront.net."}},
    {
        "Name": "weighted.hosted.test.",
        "Type": "A",
        "TTL": 60,
        "SetIdentifier": "a",
        "ResourceRecords": [{"Value": "192.0.2.2"}],
    },
    {
        "Name": "weighted.hosted.test.",
        "Type": "A",
        "TTL": 60,
        "SetIdentifier": "b",
        "ResourceRecords": [{"Value": "192.0.2.3"}],
    },
    {"Name": "bad.hosted.test.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "not an address"}]},
]


class FakeHostedZones:
    def __init__(self) -> None:
        self.down = False

    def read(self) -> list[tuple[Zone, list[Alias]]]:
        if self.down:
            raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
        return [zone_of_record_sets("hosted.test.", RECORD_SETS)]


def zone_file(origin: str, address: str) -> str:
    soa = f"$ORIGIN {origin}\n@ 60 IN SOA ns a 1 2 3 4 5\n@ 60 IN NS ns\n"
    return f"{soa}ns 60 IN A {address}\n"


def addresses(zones: Zones, name: str) -> list[str]:
    response = answer(zones, dns.message.make_query(name, "A"))
    return sorted(str(data) for rrset in response.answer for data in rrset)


def test_record_sets_become_a_zone() -> None:
    zones = ZoneSources([], FakeHostedZones()).refresh()
    response = answer(zones, dns.message.make_query("a.b._report._dmarc.hosted.test.", "TXT"))
    assert '"v=DMARC1;"' in str(response.answer[0])
    assert addresses(zones, "weighted.hosted.test.") == ["192.0.2.2", "192.0.2.3"]
    assert addresses(zones, "bad.hosted.test.") == []


def test_names_in_record_sets_are_absolute_without_their_last_dot() -> None:
    zones = ZoneSources([], FakeHostedZones()).refresh()
    packet = answer_packet(zones, dns.message.make_query("hosted.test.", "MX").to_wire(), tcp=False)
    assert packet is not None
    hosts = {str(data.exchange) for data in dns.message.from_wire(packet).answer[0]}
    assert hosts == {"mx.hosted.test.", "mx2.hosted.test."}


def test_alias_is_answered_when_its_target_is_here() -> None:
    zones = ZoneSources([], FakeHostedZones()).refresh()
    assert addresses(zones, "hosted.test.") == ["192.0.2.1"]
    assert addresses(zones, "cdn.hosted.test.") == []


def test_what_leads_to_cloudfront_has_public_addresses() -> None:
    zones = ZoneSources([layout.SHIPPED_ZONES], FakeHostedZones()).refresh()
    found = addresses(zones, "cdn.hosted.test.")
    assert found
    assert public_only(found) == tuple(found)
    assert addresses(zones, "d2abc.cloudfront.net.") == found


def test_a_customers_cname_is_followed_through_a_hosting_zone_to_cloudfront(tmp_path: Path) -> None:
    write_zone("customer.example", ["mta-sts IN CNAME cdn.hosted.test."], folder=tmp_path)
    sources = ZoneSources([layout.SHIPPED_ZONES, tmp_path], FakeHostedZones())
    chain = addresses(sources.refresh(), "mta-sts.customer.example.")
    assert chain[-1] == "cdn.hosted.test."
    assert public_only(chain) == tuple(addresses(sources.zones, "cdn.hosted.test."))

    write_zone("customer.example", ["mta-sts IN A 88.198.24.17"], folder=tmp_path)
    assert addresses(sources.refresh(), "mta-sts.customer.example.") == ["88.198.24.17"]


def test_last_good_answer_of_route_53_stays_when_it_is_down() -> None:
    hosted = FakeHostedZones()
    sources = ZoneSources([], hosted)
    sources.refresh()
    hosted.down = True
    assert addresses(sources.refresh(), "web.hosted.test.") == ["192.0.2.1"]


def test_user_file_wins_over_shipped_file_and_route_53(tmp_path: Path) -> None:
    shipped, user = tmp_path / "shipped", tmp_path / "user"
    shipped.mkdir()
    user.mkdir()
    (shipped / "a.zone").write_text(zone_file("hosted.test.", "192.0.2.10"))
    sources = ZoneSources([shipped, user], FakeHostedZones())
    assert addresses(sources.refresh(), "ns.hosted.test.") == ["192.0.2.10"]
    (user / "b.zone").write_text(zone_file("hosted.test.", "192.0.2.11"))
    assert addresses(sources.refresh(), "ns.hosted.test.") == ["192.0.2.11"]


def test_changed_file_is_read_again_and_a_broken_one_keeps_the_last_zone(tmp_path: Path) -> None:
    file = tmp_path / "a.zone"
    sources = ZoneSources([tmp_path], None)
    for number, (text, expected) in enumerate(
        [
            (zone_file("a.test.", "192.0.2.1"), "192.0.2.1"),
            (zone_file("a.test.", "192.0.2.2"), "192.0.2.2"),
            ("not a zone", "192.0.2.2"),
            (zone_file("a.test.", "192.0.2.3"), "192.0.2.3"),
        ]
    ):
        file.write_text(text)
        os.utime(file, (number, number))
        assert addresses(sources.refresh(), "ns.a.test.") == [expected]
    file.unlink()
    assert addresses(sources.refresh(), "ns.a.test.") == []


@pytest.mark.parametrize("text", ["", "$ORIGIN a.test.\n@ 60 IN A 192.0.2.1\n", "\x00\x01"])
def test_file_that_is_no_zone_is_left_out(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.zone").write_text(text)
    (tmp_path / "good.zone").write_text(zone_file("b.test.", "192.0.2.4"))
    assert addresses(ZoneSources([tmp_path], None).refresh(), "ns.b.test.") == ["192.0.2.4"]
