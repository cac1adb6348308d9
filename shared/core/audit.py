"""The audit log: who did what to which resource from where. Entries are added and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from shared.core.ids import AccountId, AuditId


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
class AuditEntry:
    """``action`` is the operation's name in the API's document (``add_domain``); ``resource`` the id of what
    it was done to, as it is on the wire; ``detail`` what was asked for, without secrets."""

    id: AuditId
    account: AccountId
    at: int
    actor: Actor
    action: str
    resource: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    first: date | None = None
    last: date | None = None
    action: str = ""
    actor: str = ""
    resource: str = ""


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Newest first; ``after`` is None on the last page."""

    items: list[AuditEntry]
    after: AuditId | None


class Audit(Protocol):
    def add(self, entry: AuditEntry) -> None: ...

    def page(
        self, account: AccountId, wanted: AuditFilter, *, after: AuditId | None, limit: int
    ) -> AuditPage: ...
