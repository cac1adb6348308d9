"""The audit log: who did what to which resource from where. Entries are added and never changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, Protocol

from shared.core.clock import DAY_SECONDS, utc_day
from shared.core.errors import Conflict
from shared.core.ids import AccountId, AuditId, mint

KEPT_DAYS: Final = 400

_ATTEMPTS: Final = 5
"""Numbers tried when one is taken: two of an account within a millisecond meet once in 4,096 times."""


class ActorKind(StrEnum):
    USER = "user"
    API_KEY = "api_key"
    OPERATOR = "operator"
    """Who runs commands on the deployment itself."""
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """``id`` as it is on the wire (``user_19``, ``key_7``), empty for operator and system."""

    kind: ActorKind
    id: str = ""
    label: str = ""
    """The address of a user, the name of a key."""
    address: str = ""
    """The IP address of the request."""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did. ``action`` is the operation's name in the API's document (``add_domain``);
    ``resource`` the id of what it was done to, as it is on the wire; ``detail`` what was asked for, without
    secrets."""

    action: str
    resource: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    id: AuditId
    account: AccountId
    at: int
    actor: Actor
    deed: Deed

    @property
    def expires(self) -> int:
        return self.at + KEPT_DAYS * DAY_SECONDS


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Empty is any. ``first`` and ``last`` are UTC days, both included; ``actor`` is an id, a label, or a
    kind."""

    first: date | None = None
    last: date | None = None
    action: str = ""
    actor: str = ""
    resource: str = ""

    def takes(self, entry: AuditEntry) -> bool:
        day = utc_day(entry.at)
        if (self.first is not None and day < self.first) or (self.last is not None and day > self.last):
            return False
        actor = entry.actor
        return (
            self.action in ("", entry.deed.action)
            and self.actor in ("", actor.id, actor.label, actor.kind.value)
            and self.resource in ("", entry.deed.resource)
        )


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Newest first; ``after`` is None on the last page. A page before it may have few items or none: there is
    a limit to how many entries are looked at for one."""

    items: list[AuditEntry]
    after: AuditId | None


class Audit(Protocol):
    def add(self, entry: AuditEntry) -> None:
        """``Conflict`` when the account has an entry with this id."""

    def page(
        self, account: AccountId, wanted: AuditFilter, *, after: AuditId | None, limit: int
    ) -> AuditPage: ...


def record(
    audit: Audit,
    account: AccountId,
    actor: Actor,
    deed: Deed,
    *,
    now: float,
    random_bits: Callable[[int], int],
) -> AuditEntry:
    """Add an entry."""
    for attempt in range(1, _ATTEMPTS + 1):
        entry = AuditEntry(AuditId(mint(now, random_bits(12))), account, int(now), actor, deed)
        try:
            audit.add(entry)
        except Conflict:
            if attempt == _ATTEMPTS:
                raise
        else:
            return entry
    raise AssertionError("unreachable")
