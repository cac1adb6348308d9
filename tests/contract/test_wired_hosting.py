"""Hosting through the table, the queues and the zones that the environment names."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from shared import settings
from shared.core.access import system_writable
from shared.core.hosting.names import Service
from shared.core.hosting.publishing import Published
from shared.core.messages import decode_hosting_change, decode_hosting_check
from shared.core.queues import HostingChange, HostingCheck
from shared.wiring import clients, hosting, publishing, queues, table, tending
from shared.wiring.environment import NotSet
from tests.contract.aws import REGION, TABLE, make_table
from tests.contract.stores import CREDENTIALS
from tests.unit.core.world import DOMAIN, NOW

CACHED = (
    clients.dynamodb,
    clients.sqs,
    clients.route53,
    clients.cloudfront,
    clients.s3,
    table._table,
    table.domains,
    table.hostings,
    queues.hosting_changes,
    queues.hosting_checks,
    hosting.switches,
    publishing.zones,
    publishing.publisher,
    tending.tender,
)


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The queues' URLs."""
    for name, value in {**CREDENTIALS, "AWS_DEFAULT_REGION": REGION}.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        for factory in CACHED:
            factory.cache_clear()
        make_table(boto3.client("dynamodb", region_name=REGION))
        sqs = boto3.client("sqs", region_name=REGION)
        urls = {
            settings.HOSTING_QUEUE: sqs.create_queue(QueueName="h.fifo", Attributes={"FifoQueue": "true"}),
            settings.HOSTING_CHECKS_QUEUE: sqs.create_queue(QueueName="checks"),
            settings.ALERTS_QUEUE: sqs.create_queue(QueueName="alerts"),
        }
        names = {name: made["QueueUrl"] for name, made in urls.items()}
        zone = boto3.client("route53").create_hosted_zone(Name="h1.postseal.example", CallerReference="1")
        zone_id = zone["HostedZone"]["Id"].rpartition("/")[2]
        zones = {settings.HOSTING_ZONES: f"{zone_id}=h1.postseal.example", settings.TABLE: TABLE}
        addresses = {
            settings.POLICY_ROUTING_ENDPOINT: "d1.cloudfront.example",
            settings.REPORT_DOMAIN: "reports.example",
        }
        for name, value in {**names, **zones, **addresses}.items():
            monkeypatch.setenv(name, value)
        yield names
    for factory in CACHED:
        factory.cache_clear()


def received(url: str) -> list[str]:
    sqs = boto3.client("sqs", region_name=REGION)
    return [message["Body"] for message in sqs.receive_message(QueueUrl=url)["Messages"]]


def test_a_switch_is_stored_and_handed_on(deployed: dict[str, str]) -> None:
    switches = hosting.switches()
    own = switches.own_address(DOMAIN)
    record = f"v=DMARC1; p=none; rua=mailto:{own}; ruf=mailto:{own}"

    on = switches.dmarc_on(system_writable(DOMAIN), record, now=NOW)

    assert own == "dom@reports.example"
    assert switches.get(DOMAIN, now=NOW + 1) == on
    assert on.zone.name == "h1.postseal.example"
    (change,) = received(deployed[settings.HOSTING_QUEUE])
    assert decode_hosting_change(change) == HostingChange(on.zone.id, DOMAIN.account, DOMAIN.id, 1)
    (check,) = received(deployed[settings.HOSTING_CHECKS_QUEUE])
    assert decode_hosting_check(check) == HostingCheck(DOMAIN.account, DOMAIN.id)


def test_what_was_switched_on_reaches_the_zone(deployed: dict[str, str]) -> None:
    switches = hosting.switches()
    own = switches.own_address(DOMAIN)
    record = f"v=DMARC1; p=none; rua=mailto:{own}; ruf=mailto:{own}"
    on = switches.dmarc_on(system_writable(DOMAIN), record, now=NOW)
    (change,) = received(deployed[settings.HOSTING_QUEUE])

    assert publishing.publisher().publish([decode_hosting_change(change)], NOW) == Published()

    (held,) = publishing.zones().sets_at(on.zone.id, on.target(Service.DMARC))
    assert held.values == (f'"{record}"',)
    assert not switches.get(DOMAIN, now=NOW).unsent


def test_looking_needs_the_distribution_and_the_bucket_of_policies(
    deployed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotSet, match=settings.POLICY_DISTRIBUTION):
        tending.tender()
    monkeypatch.setenv(settings.POLICY_DISTRIBUTION, "E1")
    with pytest.raises(NotSet, match=settings.POLICY_BUCKET):
        tending.tender()
    monkeypatch.setenv(settings.POLICY_BUCKET, "policies")
    assert tending.tender().tend(HostingCheck(DOMAIN.account, DOMAIN.id), NOW) is None
