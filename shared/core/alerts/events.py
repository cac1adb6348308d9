"""What happened: raised wherever it is noticed, and sent to the queue of alerts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from shared.core.ids import AccountId, DomainId


class AlertKind(StrEnum):
    NEW_SOURCE = "new_source"
    """Somebody sends as the domain who has not done so before."""
    FAILURE_SPIKE = "failure_spike"
    """Far more mail failed DMARC on a day than in the domain's own four weeks before."""
    DNS_CHANGE = "dns_change"
    """A record of the domain reads otherwise than at the last look."""
    ISSUE_OPENED = "issue_opened"
    HOSTING_LIVE = "hosting_live"
    HOSTING_BROKEN = "hosting_broken"
    QUOTA_NEAR = "quota_near"
    """A limit of the account's plan is nearly reached, or reached."""
    REPORTER_SILENT = "reporter_silent"
    """A receiver that reported on most days has stopped."""


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """Events of the same account, kind, domain and ``key`` are one alert, however often they are sent.

    So a ``key`` names the occasion: a source, a day, a record with the version it changed to. ``at`` in epoch
    seconds is when it happened, as far as that is known, and the same each time the event is sent again.
    ``domain`` is None where an alert is of the account. ``facts`` are what the alert tells, as flat values.
    """

    account: AccountId
    domain: DomainId | None
    kind: AlertKind
    key: str
    at: int
    facts: Mapping[str, str | int] = field(default_factory=dict, hash=False)


class AlertEvents(Protocol):
    """The queue of alerts: sending twice is harmless."""

    def send(self, events: Iterable[AlertEvent]) -> None: ...
