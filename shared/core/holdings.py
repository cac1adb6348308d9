"""What the deployment holds of an account, taken together: for exporting it, and for deleting it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from shared.core.domains import Domain
from shared.core.ids import AccountId, DomainId, UserId
from shared.core.reports import Fact
from shared.mailauth.reports.values import Kind


@dataclass(frozen=True, slots=True)
class LeavingDomain:
    """A domain that is removed, as far as it takes to find what is left of it."""

    id: DomainId
    token: str


@dataclass(frozen=True, slots=True)
class FiledMail:
    """Where the raw bytes of a mail are. ``shared``: it came for another account, too."""

    place: str
    shared: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Of a report among those of its domain: where an export goes on."""

    kind: Kind
    number: int


@dataclass(frozen=True, slots=True)
class FactsPage:
    items: list[Fact]
    more: bool


class Holdings(Protocol):
    """Reads are strongly consistent, as far as there is a choice. Removals are harmless when repeated.

    What is being cleared up is noted first, so that whoever goes on after a crash finds it again."""

    def note_domain(self, domain: Domain) -> None: ...

    def leaving_domains(self, account: AccountId, limit: int) -> list[LeavingDomain]: ...

    def set_aside(self, account: AccountId, domain: LeavingDomain) -> None:
        """Nothing is left of it, as far as can be told: it waits to be looked at again."""

    def domains_aside(self, account: AccountId, limit: int) -> list[LeavingDomain]: ...

    def forget_domain(self, account: AccountId, domain: DomainId) -> None: ...

    def note_person(self, account: AccountId, user: UserId) -> None: ...

    def leaving_people(self, account: AccountId, limit: int) -> list[UserId]: ...

    def forget_person(self, account: AccountId, user: UserId) -> None: ...

    def end_membership(self, account: AccountId, user: UserId) -> None:
        """Also of the owner: the account has no use for one any more."""

    def wipe_domain(self, account: AccountId, domain: DomainId, limit: int) -> int:
        """Remove up to ``limit`` items of a domain that is gone. How many they were."""

    def mails(self, account: AccountId, limit: int) -> list[FiledMail]: ...

    def forget_mails(self, account: AccountId, mails: list[FiledMail]) -> None: ...

    def wipe(self, account: AccountId, limit: int) -> int:
        """As ``wipe_domain``, of all that is of no domain; the account's own item stays."""

    def records(self, account: AccountId) -> Iterator[Mapping[str, Any]]:
        """Every item that is the account's and no report, as plain values that JSON can hold, without
        secrets and hashes of them: ``kind`` says what it is."""

    def facts(self, account: AccountId, domain: DomainId, *, after: Place | None, limit: int) -> FactsPage:
        """All live reports of a domain, of all kinds, each after its ``Place``."""


class Shelves(Protocol):
    """What rests in the buckets under names that are the account's."""

    def wipe_account(self, account: AccountId, limit: int) -> int:
        """Remove up to ``limit`` objects: uploads, large bodies, exports. How many they were."""

    def wipe_token(self, token: str, limit: int) -> int:
        """As ``wipe_account``: what was delivered to a reporting address by HTTPS."""


class FiledMails(Protocol):
    """For whom the mails in the bucket came."""

    def note(self, account: AccountId, mail: FiledMail, received: int) -> None:
        """Doing it again is harmless. It is kept for as long as the mail."""
