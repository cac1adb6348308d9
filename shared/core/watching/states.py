"""What is known of a watched domain's DNS, and how it came to be so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NewType, Protocol

from shared.core.ids import AccountId, DomainId
from shared.core.watching.approved import ApprovedSource
from shared.core.watching.seen import Seen
from shared.mailauth.evaluate.inspection import State

ChangeId = NewType("ChangeId", int)
"""Orders changes of a domain by time."""


class Part(StrEnum):
    """What is looked at; ``shared.mailauth.evaluate.whole.PARTS`` in their order."""

    DMARC = "dmarc"
    SPF = "spf"
    DKIM = "dkim"
    MX = "mx"
    MTA_STS = "mta_sts"
    MTA_STS_POLICY = "mta_sts_policy"
    TLS_RPT = "tls_rpt"
    BIMI = "bimi"


PARTS = tuple(Part)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one part: the last time that the DNS answered, whatever it has done since.

    ``inspection`` is the evaluation's result as a plain object, ``state`` its state: ERROR only if there
    never was an answer. ``lines`` are the records that it rests on, with their names, in an order of their
    own.
    """

    part: Part
    state: State
    inspection: Mapping[str, Any] = field(hash=False)
    lines: tuple[str, ...] = ()
    since: int = 0
    """When ``lines`` was first seen as it is now, in epoch seconds."""
    settled: tuple[str, ...] | None = None
    """The lines that history last told of: those that were seen twice in a row. None before any were."""
    failing: int | None = None
    """Since when there is no answer."""
    answered: int | None = None
    """While it is failing: when there last was one."""
    trouble: str = ""

    @property
    def records(self) -> tuple[str, ...]:
        return tuple(self.inspection.get("records", ()))

    @property
    def findings(self) -> tuple[Mapping[str, Any], ...]:
        """Those of single keys, too."""
        own = self.inspection.get("findings", ())
        of_keys = (found for key in self.inspection.get("keys", ()) for found in key.get("findings", ()))
        return (*own, *of_keys)


@dataclass(frozen=True, slots=True)
class DnsState:
    """``findings`` are those that no single part shows. ``version`` counts replacements, from 1."""

    account: AccountId
    domain: DomainId
    parts: Mapping[Part, Known] = field(hash=False)
    findings: tuple[Mapping[str, Any], ...] = field(default=(), hash=False)
    version: int = 0

    def inspection(self, part: Part) -> Mapping[str, Any]:
        """Empty for what was never looked at."""
        known = self.parts.get(part)
        return known.inspection if known is not None else {}

    def state(self, part: Part) -> State | None:
        """None for what was never looked at."""
        known = self.parts.get(part)
        return known.state if known is not None else None

    def records(self, part: Part) -> tuple[str, ...]:
        known = self.parts.get(part)
        return known.records if known is not None else ()

    @property
    def every_finding(self) -> tuple[Mapping[str, Any], ...]:
        return (*self.findings, *(found for known in self.parts.values() for found in known.findings))

    @property
    def failing(self) -> tuple[Known, ...]:
        return tuple(known for known in self.parts.values() if known.failing is not None)

    @property
    def is_unsettled(self) -> bool:
        """Whether something changed that is yet to be seen a second time."""
        return any(known.lines != known.settled for known in self.parts.values() if known.settled is not None)


@dataclass(frozen=True, slots=True)
class Change:
    """``at`` is when it was first seen, in epoch seconds."""

    id: ChangeId
    part: Part
    at: int
    before: tuple[str, ...]
    after: tuple[str, ...]


def change_number(at: int, part: Part) -> ChangeId:
    """The same change gets the same number, however often it is written."""
    return ChangeId(at * 16 + PARTS.index(part))


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that a look at a domain starts from."""

    state: DnsState | None = None
    seen: Seen = field(default_factory=Seen)
    sources: tuple[ApprovedSource, ...] = ()


class DnsStates(Protocol):
    def get(self, account: AccountId, domain: DomainId) -> DnsState | None: ...

    def knowledge(self, account: AccountId, domain: DomainId) -> Knowledge:
        """The state, and what is kept beside it, in one request; may lag behind a change by moments."""

    def replace(self, state: DnsState, changes: Sequence[Change], *, expires: int) -> bool:
        """Put a state in the place of version ``state.version - 1`` and add to the history, in one step; the
        changes are kept until ``expires``. False when another version is there."""

    def history(
        self, account: AccountId, domain: DomainId, *, before: ChangeId | None, limit: int
    ) -> list[Change]:
        """Newest first, from the one before ``before`` on."""

    def count_history(self, account: AccountId, domain: DomainId) -> int: ...

    def forget(self, account: AccountId, domain: DomainId) -> None:
        """Remove the state, the history, and all else that is kept for watching the domain. Harmless when
        there is nothing."""
