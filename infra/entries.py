"""The functions as data: what each one is called, what starts it, and what it may touch.

A grant is a verb on a thing. Roles and environment variables follow from it: a function that may not read
a bucket does not learn its name either.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

Layer = Literal["api", "lookups", "workers"]
"""Libraries: of functions that are asked, of those that then ask the DNS themselves, of those in between."""


class Thing(StrEnum):
    """Everything that a function can be granted a verb on."""

    TABLE = "table"
    INDEX = "gsi1"
    MAIL_BUCKET = "mail-bucket"
    DATA_BUCKET = "data-bucket"
    FAILURE_KEY = "failure-key"
    MAIL_QUEUE = "mail-queue"
    ROLLUP_QUEUE = "rollup-queue"
    HOSTS_QUEUE = "hosts-queue"
    PURGE_QUEUE = "purge-queue"
    DNS_QUEUE = "dns-queue"
    HOSTING_QUEUE = "hosting-queue"
    HOSTING_CHECKS_QUEUE = "hosting-checks-queue"
    HOSTING_ZONES = "hosting-zones"
    POLICY_BUCKET = "policy-bucket"
    POLICY_DISTRIBUTION = "policy-distribution"
    """The distribution with its tenants and its connection group."""
    CERTIFICATES = "certificates"
    """Of the tenants: CloudFront asks for them in the name of who makes the tenant."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Verbs (IAM actions without their service) on a thing; ``within`` is the key prefix in a bucket."""

    thing: Thing
    verbs: tuple[str, ...]
    within: str = ""


@dataclass(frozen=True, slots=True)
class Consumes:
    """Started by a queue: up to ``batch`` messages, gathered for ``window`` seconds; ``at_once`` batches.

    With ``in_order`` the queue is first in, first out: one batch of a group at a time, and no gathering.
    """

    queue: Thing
    batch: int
    window: int
    at_once: int
    delay: int = 0
    """Seconds before a message can be had."""
    in_order: bool = False


@dataclass(frozen=True, slots=True)
class Daily:
    """Started once a day at this hour, UTC."""

    hour: int


@dataclass(frozen=True, slots=True)
class Every:
    """Started again and again, ``minutes`` apart."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One folder under ``functions/``, one Lambda function, one role."""

    path: str
    grants: tuple[Grant, ...]
    knows: tuple[Thing, ...] = ()
    """Things whose name it takes without touching them: its stores can do more than it asks of them."""
    trigger: Consumes | Daily | Every | None = None
    memory: int = 512
    timeout: int = 29
    layer: Layer = "api"
    address_data: bool = False
    """Whether the bundle holds the country and network databases."""

    @property
    def name(self) -> str:
        """``api/api_keys`` is ``api-keys``, ``workers/ingest_mail`` is ``ingest-mail``."""
        return self.path.rpartition("/")[2].replace("_", "-")


def table(*verbs: str) -> Grant:
    """Verbs on the table's items; a transaction needs those of what it writes."""
    return Grant(Thing.TABLE, tuple(dict.fromkeys(verbs)))


def sends(queue: Thing) -> Grant:
    return Grant(queue, ("SendMessage",))


def reads(bucket: Thing, within: str = "") -> Grant:
    """Reading takes ListBucket too: without it a missing object looks forbidden rather than missing."""
    return Grant(bucket, ("GetObject", "ListBucket"), within)


def writes(bucket: Thing, within: str = "") -> Grant:
    return Grant(bucket, ("PutObject",), within)


def deletes(bucket: Thing, within: str = "") -> Grant:
    return Grant(bucket, ("DeleteObject",), within)


INDEX_QUERY: Final = Grant(Thing.INDEX, ("Query",))
AUTHENTICATES: Final = ("GetItem", "UpdateItem")
"""Count the request against the rate of its key, read the key's account."""

ONCE: Final = ("PutItem", "UpdateItem", "DeleteItem")
"""Claim an Idempotency-Key, keep the answer, release the claim of a request that failed."""

API: Final = (
    Entry("api/account", (table(*AUTHENTICATES, "Query"),), knows=(Thing.DATA_BUCKET,)),
    Entry("api/api_keys", (table(*AUTHENTICATES, *ONCE, "BatchGetItem"), INDEX_QUERY)),
    Entry(
        "api/domains",
        (
            table(*AUTHENTICATES, *ONCE, "Query", "BatchGetItem"),
            reads(Thing.DATA_BUCKET),
            sends(Thing.PURGE_QUEUE),
            sends(Thing.DNS_QUEUE),
        ),
        memory=1024,
        layer="lookups",
    ),
    Entry(
        "api/hosting",
        (
            table(*AUTHENTICATES, *ONCE, "Query", "BatchGetItem"),
            reads(Thing.DATA_BUCKET),
            sends(Thing.HOSTING_QUEUE),
            sends(Thing.HOSTING_CHECKS_QUEUE),
        ),
        knows=(Thing.HOSTING_ZONES, Thing.POLICY_DISTRIBUTION),
        memory=1024,
        layer="lookups",
    ),
    Entry(
        "api/inspect",
        (table(*AUTHENTICATES, "Query"), reads(Thing.DATA_BUCKET)),
        memory=1024,
        layer="lookups",
    ),
    Entry(
        "api/reports",
        (
            table(*AUTHENTICATES, *ONCE, "Query"),
            INDEX_QUERY,
            reads(Thing.MAIL_BUCKET),
            writes(Thing.MAIL_BUCKET, "uploads/"),
            deletes(Thing.MAIL_BUCKET),
            reads(Thing.DATA_BUCKET),
            deletes(Thing.DATA_BUCKET),
            Grant(Thing.FAILURE_KEY, ("Decrypt",)),
            sends(Thing.ROLLUP_QUEUE),
        ),
    ),
    Entry(
        "api/quarantine",
        (
            table(*AUTHENTICATES, *ONCE, "Query", "BatchGetItem"),
            reads(Thing.MAIL_BUCKET),
            Grant(Thing.FAILURE_KEY, ("Decrypt",)),
            sends(Thing.MAIL_QUEUE),
        ),
    ),
    Entry("api/docs", (table("UpdateItem"),)),
    Entry("api/tlsrpt", (table("GetItem", "UpdateItem"), writes(Thing.MAIL_BUCKET, "tlsrpt/"))),
)

WORKERS: Final = (
    Entry(
        "workers/ingest_mail",
        (
            table("GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem"),
            INDEX_QUERY,
            reads(Thing.MAIL_BUCKET),
            writes(Thing.MAIL_BUCKET, "failures/"),
            deletes(Thing.MAIL_BUCKET),
            writes(Thing.DATA_BUCKET),
            Grant(Thing.FAILURE_KEY, ("GenerateDataKey", "Decrypt")),
            sends(Thing.ROLLUP_QUEUE),
        ),
        trigger=Consumes(Thing.MAIL_QUEUE, batch=10, window=0, at_once=20),
        memory=1024,
        timeout=120,
        layer="workers",
    ),
    Entry(
        "workers/rollup",
        (
            table("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem"),
            reads(Thing.DATA_BUCKET),
            writes(Thing.DATA_BUCKET),
            deletes(Thing.DATA_BUCKET),
            sends(Thing.HOSTS_QUEUE),
            sends(Thing.PURGE_QUEUE),
        ),
        trigger=Consumes(Thing.ROLLUP_QUEUE, batch=100, window=2, at_once=10),
        memory=1024,
        timeout=120,
        layer="workers",
        address_data=True,
    ),
    Entry(
        "workers/resolve_hosts",
        (table("BatchGetItem", "UpdateItem"), sends(Thing.ROLLUP_QUEUE)),
        trigger=Consumes(Thing.HOSTS_QUEUE, batch=20, window=2, at_once=5),
        timeout=60,
        layer="workers",
    ),
    Entry(
        "workers/purge",
        (
            table("GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"),
            deletes(Thing.MAIL_BUCKET),
            reads(Thing.DATA_BUCKET),
            deletes(Thing.DATA_BUCKET),
            sends(Thing.HOSTING_CHECKS_QUEUE),
        ),
        trigger=Consumes(Thing.PURGE_QUEUE, batch=1, window=0, at_once=2, delay=5),
        timeout=300,
        layer="workers",
    ),
    Entry(
        "workers/reconcile",
        (
            table("GetItem", "Query", "BatchGetItem", "PutItem"),
            INDEX_QUERY,
            sends(Thing.ROLLUP_QUEUE),
            sends(Thing.DNS_QUEUE),
        ),
        knows=(Thing.DATA_BUCKET,),
        trigger=Daily(hour=3),
        timeout=300,
        layer="workers",
    ),
    Entry(
        "workers/check_dns",
        (
            table("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"),
            sends(Thing.DNS_QUEUE),
        ),
        trigger=Consumes(Thing.DNS_QUEUE, batch=10, window=2, at_once=10),
        memory=1024,
        timeout=120,
        layer="workers",
    ),
    Entry(
        "workers/schedule_checks",
        (table("GetItem", "PutItem"), INDEX_QUERY, sends(Thing.DNS_QUEUE)),
        trigger=Every(minutes=15),
        timeout=300,
        layer="workers",
    ),
    Entry(
        "workers/publish_hosting",
        (
            table("GetItem", "PutItem"),
            Grant(Thing.HOSTING_ZONES, ("ListResourceRecordSets", "ChangeResourceRecordSets")),
            sends(Thing.HOSTING_CHECKS_QUEUE),
        ),
        # A group is a zone: as many batches at once as there are zones, up to this.
        trigger=Consumes(Thing.HOSTING_QUEUE, batch=10, window=0, at_once=10, in_order=True),
        timeout=60,
        layer="workers",
    ),
    Entry(
        "workers/tend_hosting",
        (
            table("GetItem", "PutItem", "UpdateItem", "DeleteItem"),
            Grant(Thing.HOSTING_ZONES, ("GetChange",)),
            Grant(
                Thing.POLICY_DISTRIBUTION,
                (
                    "CreateDistributionTenant",
                    "GetDistributionTenant",
                    "UpdateDistributionTenant",
                    "DeleteDistributionTenant",
                    "GetManagedCertificateDetails",
                    "VerifyDnsConfiguration",
                    "CreateInvalidationForDistributionTenant",
                ),
            ),
            Grant(Thing.CERTIFICATES, ("RequestCertificate", "DescribeCertificate")),
            writes(Thing.POLICY_BUCKET),
            deletes(Thing.POLICY_BUCKET),
            sends(Thing.HOSTING_QUEUE),
            sends(Thing.HOSTING_CHECKS_QUEUE),
        ),
        trigger=Consumes(Thing.HOSTING_CHECKS_QUEUE, batch=5, window=0, at_once=5),
        memory=1024,
        timeout=120,
        layer="workers",
    ),
    Entry(
        "workers/schedule_hosting",
        (INDEX_QUERY, sends(Thing.HOSTING_CHECKS_QUEUE)),
        trigger=Every(minutes=15),
        timeout=300,
        layer="workers",
    ),
)
