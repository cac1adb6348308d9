from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from unittest.mock import patch

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

from shared.adapters.route53 import CLOUDFRONT_ZONE, Route53Zones
from shared.core.hosting.changes import Action, Change, ChangeRefused, RecordSet, ZoneBusy
from shared.mailauth.records.dns_text import quoted
from tests.contract.aws import REGION
from tests.contract.stores import CREDENTIALS

if TYPE_CHECKING:
    from mypy_boto3_route53 import Route53Client

NAME = "label1.h1.postseal.example"
TEXT = RecordSet(NAME, "TXT", ('"v=DMARC1; p=none"',))
ALIAS = RecordSet(NAME, "A", alias="d1.cloudfront.net")
CAA = RecordSet(NAME, "CAA", ('0 issue "amazon.com"',))


@pytest.fixture
def route53() -> Iterator[Route53Client]:
    with patch.dict("os.environ", CREDENTIALS), mock_aws():
        yield boto3.client("route53", region_name=REGION)


@pytest.fixture
def zone(route53: Route53Client) -> str:
    made = route53.create_hosted_zone(Name="h1.postseal.example", CallerReference="1")
    return made["HostedZone"]["Id"].rpartition("/")[2]


def unconnected() -> Route53Client:
    return boto3.client("route53", region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")


def upserts(*sets: RecordSet) -> list[Change]:
    return [Change(Action.UPSERT, each) for each in sets]


def deletions(*sets: RecordSet) -> list[Change]:
    return [Change(Action.DELETE, each) for each in sets]


def test_what_is_put_stands_there_until_it_is_deleted(route53: Route53Client, zone: str) -> None:
    zones = Route53Zones(route53)
    other = RecordSet(f"_cf-challenge.{NAME}", "TXT", ('"d1.cloudfront.net"',))
    change = zones.change(zone, upserts(TEXT, ALIAS, CAA, other))

    assert set(zones.sets_at(zone, NAME)) == {TEXT, ALIAS, CAA}
    assert zones.sets_at(zone, other.name) == (other,)
    assert zones.is_in_sync(change)

    zones.change(zone, deletions(TEXT, ALIAS))
    assert zones.sets_at(zone, NAME) == (CAA,)
    assert zones.sets_at(zone, "label2.h1.postseal.example") == ()


def test_putting_it_again_changes_nothing(route53: Route53Client, zone: str) -> None:
    zones = Route53Zones(route53)
    zones.change(zone, upserts(TEXT))
    zones.change(zone, upserts(TEXT))
    assert zones.sets_at(zone, NAME) == (TEXT,)
    newer = RecordSet(NAME, "TXT", ('"v=DMARC1; p=reject"',))
    zones.change(zone, upserts(newer))
    assert zones.sets_at(zone, NAME) == (newer,)


@pytest.mark.statement("14.22")
def test_long_values_come_back_as_they_were_written(route53: Route53Client, zone: str) -> None:
    zones = Route53Zones(route53)
    held = RecordSet(NAME, "TXT", (quoted("v=DMARC1; p=none; rua=" + 'mailto:a"b\\@x.example,' * 30),))
    zones.change(zone, upserts(held))
    assert zones.sets_at(zone, NAME) == (held,)
    zones.change(zone, deletions(*zones.sets_at(zone, NAME)))
    assert zones.sets_at(zone, NAME) == ()


@pytest.mark.parametrize(
    "bad", [*upserts(RecordSet("label9.elsewhere.example", "TXT", ('"x"',))), *deletions(TEXT)]
)
def test_what_can_never_be_made_is_refused(route53: Route53Client, zone: str, bad: Change) -> None:
    with pytest.raises(ChangeRefused):
        Route53Zones(route53).change(zone, [bad])


@pytest.mark.statement("8H.8", "14.24")
def test_an_alias_is_of_the_zone_that_holds_all_cloudfront_endpoints(
    route53: Route53Client, zone: str
) -> None:
    Route53Zones(route53).change(zone, upserts(ALIAS))
    sets = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    (target,) = [held["AliasTarget"] for held in sets if held["Type"] == "A"]
    assert target["HostedZoneId"] == CLOUDFRONT_ZONE == "Z2FDTNDATAQYW2"
    assert target["EvaluateTargetHealth"] is False


@pytest.mark.statement("14.21")
@pytest.mark.parametrize("code", ["PriorRequestNotComplete", "Throttling", "NoSuchHostedZone"])
def test_a_zone_that_takes_nothing_now_is_busy(code: str) -> None:
    client = unconnected()
    with Stubber(client) as stubber:
        stubber.add_client_error("change_resource_record_sets", code, http_status_code=400)
        stubber.add_client_error("list_resource_record_sets", code, http_status_code=400)
        with pytest.raises(ZoneBusy):
            Route53Zones(client).change("Z1", upserts(TEXT))
        with pytest.raises(ZoneBusy):
            Route53Zones(client).sets_at("Z1", NAME)


def test_other_troubles_are_not_taken_for_either() -> None:
    client = unconnected()
    with Stubber(client) as stubber:
        stubber.add_client_error("change_resource_record_sets", "AccessDenied", http_status_code=403)
        stubber.add_client_error("get_change", "AccessDenied", http_status_code=403)
        zones = Route53Zones(client)
        with pytest.raises(ClientError):
            zones.change("Z1", upserts(TEXT))
        with pytest.raises(ClientError):
            zones.is_in_sync("C1")


@pytest.mark.statement("14.25")
def test_a_change_is_in_sync_when_route_53_says_so_or_has_forgotten_it() -> None:
    client = unconnected()
    with Stubber(client) as stubber:
        for status in ("PENDING", "INSYNC"):
            info = {"Id": "/change/C1", "Status": status, "SubmittedAt": "2026-11-21T00:00:00Z"}
            stubber.add_response("get_change", {"ChangeInfo": info}, {"Id": "C1"})
        stubber.add_client_error("get_change", "NoSuchChange", http_status_code=404)
        zones = Route53Zones(client)
        assert [zones.is_in_sync("C1") for _ in range(3)] == [False, True, True]
