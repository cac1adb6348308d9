"""Every port once in memory and once on AWS's own interfaces, behind one face."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING
from unittest.mock import patch

import boto3
from moto import mock_aws

from shared.adapters.blobs import Blobs
from shared.adapters.detail.shelf import S3DetailShelf
from shared.adapters.dynamodb.accounts import DynamoAccounts
from shared.adapters.dynamodb.advices import DynamoAdvices
from shared.adapters.dynamodb.alerts import DynamoAlerts
from shared.adapters.dynamodb.answers import DynamoAnswers
from shared.adapters.dynamodb.api_keys import DynamoAddressLimits, DynamoApiKeys
from shared.adapters.dynamodb.audit import DynamoAudit
from shared.adapters.dynamodb.deliveries import DynamoDeliveries
from shared.adapters.dynamodb.detail_jobs import DynamoDetailJobs
from shared.adapters.dynamodb.digest_marks import DynamoDigestMarks
from shared.adapters.dynamodb.dns_states import DynamoDnsStates
from shared.adapters.dynamodb.domains import DynamoDomains
from shared.adapters.dynamodb.failure_jobs import DynamoFailureJobs
from shared.adapters.dynamodb.favourites import DynamoFavourites
from shared.adapters.dynamodb.groups import DynamoGroups
from shared.adapters.dynamodb.hostings import DynamoHostings
from shared.adapters.dynamodb.hosts import DynamoHosts
from shared.adapters.dynamodb.members import DynamoMembers
from shared.adapters.dynamodb.quarantine import DynamoQuarantine
from shared.adapters.dynamodb.reports import DynamoReports
from shared.adapters.dynamodb.rollups import DynamoRollups
from shared.adapters.dynamodb.sender_extensions import DynamoSenderExtensions
from shared.adapters.dynamodb.sender_histories import DynamoSenderHistories
from shared.adapters.dynamodb.snapshots import DynamoSnapshots
from shared.adapters.dynamodb.stored_filters import DynamoStoredFilters
from shared.adapters.dynamodb.table import Table
from shared.adapters.dynamodb.tags import DynamoTags
from shared.adapters.dynamodb.tickets import DynamoAttempts, DynamoTickets
from shared.adapters.dynamodb.uploads import DynamoUploads
from shared.adapters.dynamodb.users import DynamoUsers
from shared.adapters.dynamodb.watching import DynamoApprovedSources, DynamoSeenMail, DynamoTurns
from shared.adapters.dynamodb.webhooks import DynamoWebhooks
from shared.adapters.s3 import S3Mailbox
from shared.core.accounts import Accounts
from shared.core.addresses import Hosts
from shared.core.advice.advices import Advices
from shared.core.alerts.alerts import Alerts
from shared.core.alerts.deliveries import Deliveries
from shared.core.alerts.digests import DigestMarks
from shared.core.alerts.webhooks import Webhooks
from shared.core.api_keys import AddressLimits, ApiKeys
from shared.core.audit import Audit
from shared.core.detail.jobs import DetailJobs
from shared.core.detail.results import DetailShelf
from shared.core.domains import Domains
from shared.core.failures.jobs import FailureJobs
from shared.core.groups import Groups
from shared.core.hosting.hosting import Hostings
from shared.core.idempotency import Answers
from shared.core.mail import Mailbox
from shared.core.members import Members, Users
from shared.core.people.tickets import Attempts, Tickets
from shared.core.quarantine import Quarantine
from shared.core.reports import Reports
from shared.core.rollups import Rollups
from shared.core.senders.history import SenderHistories
from shared.core.senders.own import SenderExtensions
from shared.core.sending.favourites import Favourites
from shared.core.sending.snapshots import Snapshots
from shared.core.stored_filters import Purpose, StoredFilters
from shared.core.tags import Tags
from shared.core.uploads import Uploads
from shared.core.watching.approved import ApprovedSources
from shared.core.watching.schedule import Turns
from shared.core.watching.seen import SeenMail
from shared.core.watching.states import DnsStates
from tests import fakes
from tests.contract.aws import REGION, make_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}

LOOKED_AT = 20
"""Entries of the audit log that are read for one page."""


@dataclass
class Clock:
    time: float = 1_790_000_000.0

    def __call__(self) -> float:
        return self.time


@dataclass
class Stores:
    clock: Clock
    accounts: Accounts
    api_keys: ApiKeys
    members: Members
    address_limits: AddressLimits
    answers: Answers
    audit: Audit
    domains: Domains
    groups: Groups
    tags: Tags
    reports: Reports
    rollups: Rollups
    quarantine: Quarantine
    uploads: Uploads
    hosts: Hosts
    hostings: Hostings
    mailbox: Mailbox
    dns_states: DnsStates
    turns: Turns
    seen_mail: SeenMail
    approved_sources: ApprovedSources
    advices: Advices
    policy_filters: StoredFilters
    source_filters: StoredFilters
    favourites: Favourites
    snapshots: Snapshots
    sender_histories: SenderHistories
    sender_extensions: SenderExtensions
    users: Users
    tickets: Tickets
    attempts: Attempts
    alerts: Alerts
    webhooks: Webhooks
    deliveries: Deliveries
    digest_marks: DigestMarks
    failure_jobs: FailureJobs
    detail_jobs: DetailJobs
    detail_shelf: DetailShelf


@dataclass
class AwsStores(Stores):
    """The same, with the table and the blobs below them for tests that look there."""

    table: Table = field(kw_only=True)
    blobs: Blobs = field(kw_only=True)

    def objects(self, bucket: str) -> int:
        """How many objects a bucket holds."""
        listing = boto3.client("s3", region_name=REGION).list_objects_v2(Bucket=bucket)
        return listing["KeyCount"]


def one_call_at_a_time(client: DynamoDBClient) -> DynamoDBClient:
    """Threads may interleave their calls in any order, but moto is not made for two calls at once."""
    lock, call = Lock(), client._make_api_call  # type: ignore[attr-defined]

    def locked(*arguments: object) -> object:
        with lock:
            return call(*arguments)

    client._make_api_call = locked  # type: ignore[attr-defined]
    return client


def in_memory() -> Stores:
    clock = Clock()
    accounts = fakes.FakeAccounts()
    dns_states = fakes.FakeDnsStates(clock)
    tickets = fakes.FakeTickets()
    domains = fakes.FakeDomains(accounts)
    return Stores(
        clock=clock,
        accounts=accounts,
        api_keys=fakes.FakeApiKeys(),
        members=fakes.FakeMembers(),
        address_limits=fakes.FakeAddressLimits(),
        answers=fakes.FakeAnswers(),
        audit=fakes.FakeAudit(clock, looked_at=LOOKED_AT),
        domains=domains,
        groups=fakes.FakeGroups(domains),
        tags=fakes.FakeTags(domains),
        reports=fakes.FakeReports(clock),
        rollups=fakes.FakeRollups(),
        quarantine=fakes.FakeQuarantine(clock),
        uploads=fakes.FakeUploads(clock),
        hosts=fakes.FakeHosts(),
        hostings=fakes.FakeHostings(),
        mailbox=fakes.FakeMailbox(),
        dns_states=dns_states,
        turns=dns_states.turns,
        seen_mail=dns_states.mail,
        approved_sources=dns_states.sources,
        advices=fakes.FakeAdvices(lambda account, domain: domains.get(account, domain) is not None),
        policy_filters=fakes.FakeStoredFilters(Purpose.POLICIES),
        snapshots=fakes.FakeSnapshots(),
        favourites=fakes.FakeFavourites(),
        source_filters=fakes.FakeStoredFilters(Purpose.SOURCES),
        sender_histories=fakes.FakeSenderHistories(),
        sender_extensions=fakes.FakeSenderExtensions(),
        users=fakes.FakeUsers(tickets),
        tickets=tickets,
        attempts=fakes.FakeAttempts(),
        alerts=fakes.FakeAlerts(clock, looked_at=LOOKED_AT),
        webhooks=fakes.FakeWebhooks(),
        deliveries=fakes.FakeDeliveries(clock),
        digest_marks=fakes.FakeDigestMarks(),
        failure_jobs=fakes.FakeFailureJobs(clock),
        detail_jobs=fakes.FakeDetailJobs(clock),
        detail_shelf=fakes.FakeDetailShelf(),
    )


@contextmanager
def on_aws() -> Iterator[AwsStores]:
    with patch.dict("os.environ", CREDENTIALS), mock_aws():
        clock = Clock()
        s3 = boto3.client("s3", region_name=REGION)
        for bucket in ("mail", "data"):
            s3.create_bucket(Bucket=bucket)
        table = make_table(one_call_at_a_time(boto3.client("dynamodb", region_name=REGION)))
        blobs = Blobs(s3, "data")
        yield AwsStores(
            clock=clock,
            accounts=DynamoAccounts(table),
            api_keys=DynamoApiKeys(table),
            members=DynamoMembers(table),
            address_limits=DynamoAddressLimits(table),
            answers=DynamoAnswers(table),
            audit=DynamoAudit(table, clock, looked_at=LOOKED_AT),
            domains=DynamoDomains(table),
            groups=DynamoGroups(table),
            tags=DynamoTags(table),
            reports=DynamoReports(table, blobs, clock),
            rollups=DynamoRollups(table, blobs, clock),
            quarantine=DynamoQuarantine(table, clock),
            uploads=DynamoUploads(table, clock),
            hosts=DynamoHosts(table),
            hostings=DynamoHostings(table),
            mailbox=S3Mailbox(s3, "mail"),
            dns_states=DynamoDnsStates(table, clock),
            turns=DynamoTurns(table),
            seen_mail=DynamoSeenMail(table),
            approved_sources=DynamoApprovedSources(table),
            advices=DynamoAdvices(table),
            policy_filters=DynamoStoredFilters(table, Purpose.POLICIES),
            snapshots=DynamoSnapshots(table, blobs),
            favourites=DynamoFavourites(table),
            source_filters=DynamoStoredFilters(table, Purpose.SOURCES),
            sender_histories=DynamoSenderHistories(table, blobs, clock),
            sender_extensions=DynamoSenderExtensions(table),
            users=DynamoUsers(table),
            tickets=DynamoTickets(table),
            attempts=DynamoAttempts(table),
            alerts=DynamoAlerts(table, clock, looked_at=LOOKED_AT),
            webhooks=DynamoWebhooks(table),
            deliveries=DynamoDeliveries(table, clock),
            digest_marks=DynamoDigestMarks(table),
            failure_jobs=DynamoFailureJobs(table, clock),
            detail_jobs=DynamoDetailJobs(table, clock),
            detail_shelf=S3DetailShelf(s3, "data"),
            table=table,
            blobs=blobs,
        )
