"""Work that is handed on: each message says what to do, and doing it twice is harmless."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Protocol

from shared.core.ids import AccountId, DomainId, GroupId, TagId
from shared.core.mail import Delivery


@dataclass(frozen=True, slots=True)
class TouchedDay:
    """A day of a domain whose reports changed, so that its rollup is due."""

    account: AccountId
    domain: DomainId
    day: date


@dataclass(frozen=True, slots=True)
class UnknownHosts:
    """Addresses of a day whose host names are not known yet."""

    touched: TouchedDay
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemovedDomain:
    account: AccountId
    domain: DomainId


@dataclass(frozen=True, slots=True)
class RemovedGroup:
    """Domains may still be in it."""

    account: AccountId
    group: GroupId


@dataclass(frozen=True, slots=True)
class RemovedTag:
    """Domains may still have it."""

    account: AccountId
    tag: TagId


@dataclass(frozen=True, slots=True)
class HostingChange:
    """A hosting wants other records than its zone holds. ``version`` is that of the hosting: the queue
    takes each version of it once."""

    zone: str
    account: AccountId
    domain: DomainId
    version: int


@dataclass(frozen=True, slots=True)
class HostingCheck:
    """A look at a hosting from outside; ``round`` counts those that found nothing new, and ends in silence
    until the schedule asks again."""

    account: AccountId
    domain: DomainId
    round: int = 0


@dataclass(frozen=True, slots=True)
class DnsCheck:
    """A look at all that the DNS holds of a domain."""

    account: AccountId
    domain: DomainId


@dataclass(frozen=True, slots=True)
class AdviceDue:
    """A domain whose advice is to be thought over."""

    account: AccountId
    domain: DomainId


@dataclass(frozen=True, slots=True)
class SourceRefresh:
    """A snapshot of an account's sources is due; ``asked`` in epoch seconds."""

    account: AccountId
    asked: int


LONGEST_DELAY: Final = 900
"""Seconds that a queue can hold a message back."""


@dataclass(frozen=True, slots=True)
class CloseAccount:
    """A piece of an account's deletion; ``quiet``: since when nothing was found to delete."""

    account: AccountId
    quiet: int | None = None


@dataclass(frozen=True, slots=True)
class ExportPiece:
    """A piece of an export: the reports of ``domain`` after ``kind`` and ``report``. The first piece is of
    all else."""

    account: AccountId
    export: int
    piece: int = 0
    domain: DomainId | None = None
    kind: str = ""
    report: int = 0


class Step(StrEnum):
    PLAN = "plan"
    PART = "part"
    MERGE = "merge"


@dataclass(frozen=True, slots=True)
class DetailTask:
    """A step of a detail report: ``part`` is which one, of those there are."""

    account: AccountId
    token: str
    step: Step
    part: int = 0


@dataclass(frozen=True, slots=True)
class LakeTask:
    """An account's nightly export: without a day, finding the days that are due; with one, writing it. With
    ``forget`` it is taking that domain out of what is written of the days after ``day``."""

    account: AccountId
    day: date | None = None
    forget: DomainId | None = None


class TouchedDays(Protocol):
    def send(self, days: Iterable[TouchedDay], *, delay: int = 0) -> None:
        """Seconds of ``delay``, ``LONGEST_DELAY`` at most."""


class HostQuestions(Protocol):
    def send(self, questions: Iterable[UnknownHosts]) -> None: ...


class RemovedDomains(Protocol):
    def send(self, domains: Iterable[RemovedDomain]) -> None: ...


class Sweeps(Protocol):
    def send(self, removed: Iterable[RemovedGroup | RemovedTag]) -> None: ...


class Replays(Protocol):
    def send(self, deliveries: Iterable[Delivery]) -> None: ...


class DnsChecks(Protocol):
    def send(self, checks: Iterable[DnsCheck], *, delay: int = 0) -> None:
        """``delay`` in seconds, 900 at most."""


class AdviceCalls(Protocol):
    def send(self, due: Iterable[AdviceDue], *, delay: int | None = None) -> None:
        """``delay`` in seconds, 900 at most; by default as long as news about a domain gathers, so that what
        comes in the meantime is looked at together."""


class SourceRefreshes(Protocol):
    def send(self, refreshes: Iterable[SourceRefresh], *, delay: int = 0) -> None:
        """``delay`` in seconds, ``LONGEST_DELAY`` at most."""


class HostingChanges(Protocol):
    """In order within a zone, and one batch of a zone at a time."""

    def send(self, changes: Iterable[HostingChange]) -> None: ...


class HostingChecks(Protocol):
    def send(self, checks: Iterable[HostingCheck], *, delay: int = 0) -> None:
        """``delay`` in seconds, 900 at most."""


class Closings(Protocol):
    def send(self, orders: Iterable[CloseAccount], *, delay: int = 0) -> None:
        """``delay`` in seconds, ``LONGEST_DELAY`` at most."""


class Exportings(Protocol):
    def send(self, pieces: Iterable[ExportPiece]) -> None: ...


class DetailSteps(Protocol):
    def send(self, tasks: Iterable[DetailTask]) -> None: ...


class LakeTasks(Protocol):
    def send(self, tasks: Iterable[LakeTask], *, delay: int = 0) -> None:
        """``delay`` in seconds, ``LONGEST_DELAY`` at most."""
