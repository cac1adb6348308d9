"""Since when and until when each sender and address was seen to send as a domain, over all its reports.

Kept beside the rollups, which end with the plan's retention. A history takes in any day any number of times,
in any order: it only ever widens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final, Protocol, TypeVar

from shared.core.ids import AccountId, DomainId
from shared.core.mail import Trust
from shared.core.rollups import DayRollup, SourceLine
from shared.core.senders.identification import UNKNOWN

MOST_SENDERS: Final = 5_000
MOST_ADDRESSES: Final = 20_000
"""Of a domain; those go first that were not seen for longest."""

HANDFUL: Final = 10
"""Messages of a day from which on a sender is worth an alert."""

_Key = TypeVar("_Key", str, tuple[str, str])
_LEARNING: Final = timedelta(days=7)
"""For how long after its first report everything about a domain is new, and nothing is news."""


@dataclass(frozen=True, slots=True)
class Seen:
    first: date
    last: date

    def __or__(self, other: Seen) -> Seen:
        return Seen(min(self.first, other.first), max(self.last, other.last))


@dataclass(frozen=True, slots=True)
class SenderHistory:
    """``addresses`` by sender domain and address. ``told`` are senders that had more than a handful of
    messages on a day: they are no news any more. ``version`` counts replacements."""

    senders: Mapping[str, Seen] = field(default_factory=dict, hash=False)
    addresses: Mapping[tuple[str, str], Seen] = field(default_factory=dict, hash=False)
    told: frozenset[str] = frozenset()
    version: int = 0

    @property
    def begun(self) -> date | None:
        return min((seen.first for seen in self.senders.values()), default=None)


class SenderHistories(Protocol):
    def get(self, account: AccountId, domain: DomainId) -> SenderHistory:
        """An empty one where there is none."""

    def replace(self, account: AccountId, domain: DomainId, history: SenderHistory) -> bool:
        """Put it in the place of version ``history.version``; False when another version is there."""

    def forget(self, account: AccountId, domain: DomainId) -> None: ...


def with_day(history: SenderHistory, rollup: DayRollup) -> SenderHistory:
    """With what a day tells. Reports that failed authentication tell nothing: anybody writes those."""
    day = Seen(rollup.day, rollup.day)
    senders, addresses = dict(history.senders), dict(history.addresses)
    for line in _lines(rollup):
        senders[line.sender_domain] = senders.get(line.sender_domain, day) | day
        key = (line.sender_domain, line.ip)
        addresses[key] = addresses.get(key, day) | day
    kept = _latest(senders, MOST_SENDERS)
    return replace(
        history,
        senders=kept,
        addresses=_latest(addresses, MOST_ADDRESSES),
        told=(history.told | busy_senders(rollup).keys()) & kept.keys(),
    )


def busy_senders(rollup: DayRollup) -> dict[str, SourceLine]:
    """Senders with more than a handful of messages on the day, and a line that sums them up."""
    summed: dict[str, SourceLine] = {}
    for line in _lines(rollup):
        known = summed.get(line.sender_domain)
        summed[line.sender_domain] = line if known is None else known.merged(line)
    return {
        domain: line
        for domain, line in summed.items()
        if domain != UNKNOWN and line.counters.messages > HANDFUL
    }


def newcomers(history: SenderHistory, rollup: DayRollup) -> list[SourceLine]:
    """Senders that the history, as it was before the day, does not know as senders of any weight; most
    messages first. None while the domain itself is new."""
    begun = history.begun
    if begun is None or rollup.day - begun < _LEARNING:
        return []
    found = [line for domain, line in busy_senders(rollup).items() if domain not in history.told]
    return sorted(found, key=lambda line: (-line.counters.messages, line.sender_domain))


def by_address(history: SenderHistory) -> dict[str, Seen]:
    """Under whatever sender: catalogues grow, and an address stays what it was."""
    found: dict[str, Seen] = {}
    for (_, address), seen in history.addresses.items():
        found[address] = seen | found.get(address, seen)
    return found


def _lines(rollup: DayRollup) -> Iterator[SourceLine]:
    for share in rollup.detail.shares:
        if share.trust is not Trust.FAILED:
            yield from share.sources


def _latest(seen: dict[_Key, Seen], most: int) -> dict[_Key, Seen]:
    if len(seen) <= most:
        return seen
    ranked = sorted(seen, key=lambda key: (-seen[key].last.toordinal(), key))
    return {key: seen[key] for key in ranked[:most]}
