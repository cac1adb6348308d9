"""Webhooks: where an account has its alerts sent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from shared.core.alerts.alerts import Alert
from shared.core.alerts.events import AlertKind
from shared.core.domains import Domain
from shared.core.ids import AccountId, DomainId, GroupId, WebhookId

MOST_WEBHOOKS: Final = 20
MOST_DOMAINS: Final = 100


class Format(StrEnum):
    POSTSEAL = "postseal"
    SLACK = "slack"
    TEAMS = "teams"


@dataclass(frozen=True, slots=True)
class Webhook:
    """No ``kinds`` are all of them. With ``domains`` or a ``group`` it gets the alerts of those domains and
    of those in the group; without, all alerts, those of the account too.

    ``secret_before`` signs as well until ``secret_before_ends``. ``delivered`` is when the receiver last took
    something. ``disabled_reason`` is ours; empty where somebody switched it off."""

    id: WebhookId
    account: AccountId
    url: str
    secret: str
    created: int
    kinds: frozenset[AlertKind] = frozenset()
    domains: frozenset[DomainId] = frozenset()
    group: GroupId | None = None
    format: Format = Format.POSTSEAL
    enabled: bool = True
    disabled_reason: str = ""
    secret_before: str = ""
    secret_before_ends: int = 0
    delivered: int | None = None
    version: int = 1

    def wants(self, alert: Alert, domain: Domain | None) -> bool:
        """What was raised before there was the webhook is history. One that we switched off still misses what
        comes: it can be sent when its receiver is back."""
        if not (self.enabled or self.disabled_reason) or alert.raised < self.created:
            return False
        if self.kinds and alert.kind not in self.kinds:
            return False
        if not self.domains and self.group is None:
            return True
        return domain is not None and (domain.id in self.domains or self.group in domain.groups)

    def secrets(self, now: float) -> tuple[str, ...]:
        """Those that sign at this time."""
        rotated = self.secret_before and now < self.secret_before_ends
        return (self.secret, self.secret_before) if rotated else (self.secret,)


class Webhooks(Protocol):
    def add(self, webhook: Webhook, *, most: int) -> None:
        """``Conflict`` when there is one of this id, ``Invalid`` when the account has ``most`` already: also
        of two that are added at once."""

    def get(self, account: AccountId, webhook: WebhookId) -> Webhook | None: ...

    def list_of(self, account: AccountId) -> list[Webhook]:
        """The oldest first."""

    def change(self, webhook: Webhook) -> Webhook:
        """Store what the webhook became since it was read. ``Outdated``, ``NotFound``."""

    def note_delivered(self, webhook: Webhook, now: int) -> None:
        """Whatever else changes meanwhile; harmless when it is gone."""

    def disable(self, webhook: Webhook, reason: str) -> bool:
        """False when it is gone or was switched off before."""

    def remove(self, account: AccountId, webhook: WebhookId) -> bool:
        """False when it is gone."""
