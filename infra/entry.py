"""What a function is, as data: what it is called, what starts it, and what it may touch.

A grant is a verb on a thing. Roles and environment variables follow from it: a function that may not read
a bucket does not learn its name either.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Layer = Literal["api", "lookups", "workers", "lake"]
"""Libraries: of functions that are asked, of those that then ask the DNS themselves, of those in between, and
of the one that writes the nightly export."""


class Thing(StrEnum):
    """Everything that a function can be granted a verb on."""

    TABLE = "table"
    AUDIT_LOG = "audit-log"
    """The entries in the table that nobody changes or deletes, but who closes accounts."""
    INDEX = "gsi1"
    MAIL_BUCKET = "mail-bucket"
    DATA_BUCKET = "data-bucket"
    FAILURE_KEY = "failure-key"
    MAIL_QUEUE = "mail-queue"
    ROLLUP_QUEUE = "rollup-queue"
    HOSTS_QUEUE = "hosts-queue"
    PURGE_QUEUE = "purge-queue"
    DNS_QUEUE = "dns-queue"
    ADVICE_QUEUE = "advice-queue"
    HOSTING_QUEUE = "hosting-queue"
    HOSTING_CHECKS_QUEUE = "hosting-checks-queue"
    EXPORTS_QUEUE = "exports-queue"
    CLOSING_QUEUE = "closing-queue"
    DETAILS_QUEUE = "details-queue"
    SOURCES_QUEUE = "sources-queue"
    LAKE_QUEUE = "lake-queue"
    ALERTS_QUEUE = "alerts-queue"
    DELIVERIES_QUEUE = "deliveries-queue"
    WATCH_QUEUE = "watch-queue"
    DIGESTS_QUEUE = "digests-queue"
    HOSTING_ZONES = "hosting-zones"
    POLICY_BUCKET = "policy-bucket"
    POLICY_DISTRIBUTION = "policy-distribution"
    """The distribution with its tenants and its connection group."""
    CERTIFICATES = "certificates"
    """Of the tenants: CloudFront asks for them in the name of who makes the tenant."""
    USER_POOL = "user-pool"
    TOKENS = "tokens"
    """What tells an access token of the pool from any other. Nothing to be granted: the keys are public."""
    SIGN_IN = "sign-in"
    """Where people sign in: public, too."""
    ALERT_BUS = "alert-bus"
    LETTERS = "letters"
    """Mail to people."""


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
    says_no_by_failing: bool = False
    """Whether its errors are answers, of which nobody has to be told."""
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


def lists(bucket: Thing) -> Grant:
    """Names of objects, whose content is nobody's business."""
    return Grant(bucket, ("ListBucket",))


def writes(bucket: Thing, within: str = "") -> Grant:
    return Grant(bucket, ("PutObject",), within)


def deletes(bucket: Thing, within: str = "") -> Grant:
    return Grant(bucket, ("DeleteObject",), within)
