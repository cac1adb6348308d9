"""What a finished job says, and how it is sorted and paged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from shared.core.detail.chunks import Source
from shared.core.errors import Malformed
from shared.core.ids import AccountId
from shared.core.senders.standing import Standing

ROW_ORDERINGS: Final = (
    "message_count",
    "from_domain",
    "ip",
    "ptr",
    "reason",
    "dkim_result",
    "dkim_policy_result",
    "spf_result",
    "spf_policy_result",
    "policy_applied",
    "spf_d",
    "dkim_d",
)
SERVER_ORDERINGS: Final = ("message_count", "server_name", "ip_count")
MOST_LINES: Final = 3_000_000
"""Of a result: beyond that a question is too wide to be answered."""


@dataclass(frozen=True, slots=True)
class Ordering:
    field: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """Messages, and of those: aligned SPF, aligned DKIM, either of them. ``affected`` failed DMARC and were
    neither quarantined nor rejected, ``forwarded`` is how many of those the receiver let through as forwarded
    or list mail."""

    messages: int
    spf_pass: int
    dkim_pass: int
    dmarc_pass: int
    affected: int
    forwarded: int


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """``proof`` is the most telling one there was of the sender, and what gave it away."""

    source: Source
    addresses: int
    figures: Figures
    proof: tuple[str, str]


@dataclass(frozen=True, slots=True)
class ServerFigures:
    server: str
    addresses: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class DetailRow:
    """Equal rows of all reports, summed."""

    from_domain: str
    ip: str
    ptr: str
    ptr_org: str
    country_code: str
    message_count: int
    policy_applied: str
    reason: str
    override_comment: str
    dkim_policy_result: str
    dkim_result: str
    dkim_d: str
    spf_policy_result: str
    spf_result: str
    spf_d: str
    source: Source


@dataclass(frozen=True, slots=True)
class RowFilter:
    """``organization`` is a registrable domain that host names end in."""

    organization: str = ""
    number: int | None = None
    standing: Standing | None = None


class DetailResult(Protocol):
    """A finished result. Lists are sorted as asked and then in one order of their own, so that ``offset``
    leads through all of them; totals count what the filters let through."""

    def sources(self, standing: Standing, limit: int) -> tuple[Sequence[SourceFigures], int]:
        """The sources of one standing, most messages first, and how many there are."""

    def servers(
        self,
        number: int,
        standing: Standing | None,
        search: str,
        ordering: Ordering,
        *,
        offset: int,
        limit: int,
    ) -> tuple[Sequence[ServerFigures], int]:
        """``search`` is a part of the server's name, in any case."""

    def rows(
        self, wanted: RowFilter, ordering: Ordering, *, offset: int, limit: int
    ) -> tuple[Sequence[DetailRow], int]: ...

    def days(self) -> dict[date, dict[Standing, int]]:
        """Messages of the days that have any."""


class DetailShelf(Protocol):
    """Where parts and results rest, for some days. Names are never used twice."""

    def put_chunk(self, account: AccountId, token: str, name: str, data: bytes) -> None: ...

    def put_together(self, account: AccountId, token: str, chunks: Iterable[str], name: str) -> None:
        """Make a result of the chunks. ``Invalid`` when it would have more than ``MOST_LINES``."""

    def result(self, account: AccountId, token: str, name: str) -> DetailResult | None:
        """None when it is gone."""

    def clear(self, account: AccountId, token: str) -> None:
        """Remove all that a job left."""


def ordering_of(text: str, among: Sequence[str]) -> Ordering:
    """``field``, or ``-field`` for the largest first. ``Malformed`` for others."""
    text = text.strip()
    field = text.removeprefix("-").removeprefix("+")
    if field not in among or len(text) - len(field) > 1:
        raise Malformed(
            f"ordering is one of {', '.join(among)}, with - before it to reverse", param="ordering"
        )
    return Ordering(field, text.startswith("-"))
