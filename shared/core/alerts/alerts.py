"""Alerts: each occasion once, with what people did about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from shared.core.accounts import Account
from shared.core.alerts.events import AlertEvent, AlertKind
from shared.core.clock import DAY_SECONDS, utc_day
from shared.core.domains import Domain
from shared.core.ids import AccountId, AlertId, DomainId, derive


class AlertState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Alert:
    """``at`` is when it happened, ``raised`` when it was first heard of; epoch seconds. ``name`` is that of
    the domain, empty where the alert is of the account. ``changed`` and ``changed_by`` (an address, or the
    name of a key) are of the last change of state. ``told`` is when it was handed to all that deliver it."""

    id: AlertId
    account: AccountId
    domain: DomainId | None
    name: str
    kind: AlertKind
    key: str
    at: int
    raised: int
    expires: int
    facts: Mapping[str, str | int] = field(default_factory=dict, hash=False)
    state: AlertState = AlertState.OPEN
    changed: int | None = None
    changed_by: str = ""
    told: int | None = None
    version: int = 1

    @property
    def identity(self) -> str:
        return identity_of(self.kind, self.key)

    def moved(self, state: AlertState, now: int, by: str) -> Alert:
        """The same where the state is that already: who was first stays."""
        return self if state is self.state else replace(self, state=state, changed=now, changed_by=by)


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """What is None filters nothing; ``raised_from`` and ``raised_to`` in epoch seconds, both included.
    ``within`` are the domains whose alerts may be seen: None is every domain, and the account itself."""

    kind: AlertKind | None = None
    domain: DomainId | None = None
    state: AlertState | None = None
    raised_from: int | None = None
    raised_to: int | None = None
    within: frozenset[DomainId] | None = None

    def takes(self, alert: Alert) -> bool:
        if self.within is not None and alert.domain not in self.within:
            return False
        wanted = ((self.kind, alert.kind), (self.domain, alert.domain), (self.state, alert.state))
        if any(each is not None and each != has for each, has in wanted):
            return False
        late = self.raised_from is not None and alert.raised < self.raised_from
        return not late and (self.raised_to is None or alert.raised <= self.raised_to)


@dataclass(frozen=True, slots=True)
class AlertPage:
    """``after`` is None on the last page. A page before it may have few items or none: there is a limit to
    how many alerts are looked at for one."""

    items: Sequence[Alert]
    after: AlertId | None


class Alerts(Protocol):
    def keep(self, alert: Alert) -> Alert:
        """Store it, or find the one of the same identity: what is returned is what is stored."""

    def claim(self, alert: Alert, now: int) -> bool:
        """Whether the caller is to hand it on: nobody did, and nobody else began to within
        ``TELLING_SECONDS``."""

    def note_told(self, alert: Alert, now: int) -> None: ...

    def get(self, account: AccountId, alert: AlertId) -> Alert | None: ...

    def page(
        self, account: AccountId, wanted: AlertFilter, *, after: AlertId | None, limit: int
    ) -> AlertPage:
        """Latest day first."""

    def change(self, alert: Alert) -> Alert:
        """Store the state of the alert as it was read. ``Outdated``, ``NotFound``."""

    def forget(self, account: AccountId, domain: DomainId) -> None:
        """Remove all alerts of a domain that is gone."""


TELLING_SECONDS = 15
"""After which a worker that began to hand an alert on, and did not say that it is done, is given up on."""


def identity_of(kind: AlertKind, key: str) -> str:
    return f"{kind.value}\x1f{key}"


def alert_of(event: AlertEvent, account: Account, domain: Domain | None, now: int) -> Alert:
    """Clocks disagree: nothing happens after it was heard of."""
    at = min(event.at, now)
    number = derive(utc_day(at), str(event.account), event.kind.value, str(event.domain or 0), event.key)
    return Alert(
        id=AlertId(number),
        account=event.account,
        domain=event.domain,
        name="" if domain is None else domain.name,
        kind=event.kind,
        key=event.key,
        at=at,
        raised=now,
        expires=now + account.plan.retention_days * DAY_SECONDS,
        facts=event.facts,
    )
