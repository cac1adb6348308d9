"""The sources of a whole account, as they were at one moment: 7 days of every domain, summed up by sender.

A page of the account's sources is read from one object, however many domains there are. What a caller may
see of it is decided when it is read: lines are kept by domain, and summed after those that are out of sight
were left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, NamedTuple, Protocol

from shared.core.counters import Counters, Standings
from shared.core.ids import AccountId, DomainId
from shared.core.mail import Trust
from shared.core.rollups import DayDetail
from shared.core.segments import pack_document, unpack_document
from shared.core.senders.identification import NOTHING, strongest
from shared.core.senders.standing import Standing

MOST_SENDERS: Final = 1_000
"""Of one domain and trust class: those with most messages. Forgers can send from a new network every day."""

_FORMAT: Final = 2
_TRUSTS: Final = tuple(Trust)


class Sums(NamedTuple):
    """Messages; the last four have the standings."""

    messages: int = 0
    quarantined: int = 0
    rejected: int = 0
    spf_pass: int = 0
    dkim_pass: int = 0
    dmarc_pass: int = 0
    forwarded: int = 0
    capable: int = 0
    non_compliant: int = 0
    forwarder: int = 0
    threat: int = 0

    @classmethod
    def of(cls, counters: Counters, standing: Standing) -> Sums:
        return cls(
            counters.messages,
            counters.quarantined,
            counters.rejected,
            counters.spf_pass,
            counters.dkim_pass,
            counters.dmarc_pass,
            counters.forwarded,
            *Standings.of(standing, counters.messages).counts,
        )

    @property
    def standings(self) -> Standings:
        return Standings(tuple(self[-len(Standing) :]))


class Line(NamedTuple):
    """``domain`` and ``sender`` are places in the lists of the snapshot; days are ordinals. ``proof`` is the
    most telling one there was of the sender, and what gave it away."""

    domain: int
    trust: int
    sender: int
    first: int
    last: int
    sums: Sums
    proof: tuple[str, str] = (NOTHING, "")


@dataclass(frozen=True, slots=True)
class SenderName:
    domain: str
    name: str
    category: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``made`` in epoch seconds; it is of the days ``first`` to ``last``."""

    made: int
    first: date
    last: date
    domains: tuple[tuple[DomainId, str], ...] = ()
    senders: tuple[SenderName, ...] = ()
    lines: tuple[Line, ...] = ()

    def without(self, domain: DomainId) -> Snapshot:
        """As if it had never been there."""
        place = next((place for place, (number, _) in enumerate(self.domains) if number == domain), None)
        if place is None:
            return self
        lines = [
            line._replace(domain=line.domain - (line.domain > place))
            for line in self.lines
            if line.domain != place
        ]
        kept = self.domains[:place] + self.domains[place + 1 :]
        return _tidy(replace(self, domains=kept, lines=tuple(lines)))

    @staticmethod
    def trust_of(line: Line) -> Trust:
        return _TRUSTS[line.trust]


@dataclass(frozen=True, slots=True)
class SnapshotState:
    """What is known of an account's snapshot without reading it: ``made`` is None before the first one,
    ``asked`` when a new one was last asked for."""

    made: int | None = None
    asked: int | None = None
    place: str = ""
    version: int = 0


class Snapshots(Protocol):
    def state(self, account: AccountId) -> SnapshotState: ...

    def read(self, account: AccountId) -> Snapshot | None:
        """The newest; None when there is none or it is gone."""

    def ask(self, account: AccountId, now: int, *, apart: int) -> bool:
        """Note that a new one is asked for. False when that was less than ``apart`` seconds ago."""

    def put(self, account: AccountId, snapshot: Snapshot) -> bool:
        """In the place of an older one. False when a newer one is there: then nothing is kept."""

    def forget(self, account: AccountId, domain: DomainId) -> None:
        """Leave out a domain that is gone. Harmless when it is not in it, or when there is none."""


@dataclass(slots=True)
class SnapshotWriter:
    """Takes the days of one domain after the other."""

    made: int
    first: date
    last: date
    _domains: list[tuple[DomainId, str]] = field(default_factory=list)
    _senders: dict[str, int] = field(default_factory=dict)
    _names: list[tuple[date, SenderName]] = field(default_factory=list)
    _lines: list[Line] = field(default_factory=list)

    def add(self, domain: DomainId, name: str, details: Iterable[DayDetail]) -> None:
        found: dict[Trust, dict[int, Line]] = {}
        place = len(self._domains)
        for detail in details:
            day = detail.day.toordinal()
            for share in detail.shares:
                own = found.setdefault(share.trust, {})
                for source in share.sources:
                    names = SenderName(source.sender_domain, source.sender_name, source.category)
                    sender = self._sender(detail.day, names)
                    line = Line(
                        place,
                        _TRUSTS.index(share.trust),
                        sender,
                        day,
                        day,
                        Sums.of(source.counters, source.standing),
                        (source.evidence, source.evidence_value),
                    )
                    own[sender] = _merged(own[sender], line) if sender in own else line
        if found:
            self._domains.append((domain, name))
        for own in found.values():
            ranked = sorted(
                own.values(), key=lambda line: (-line.sums.messages, self._names[line.sender][1].domain)
            )
            self._lines += ranked[:MOST_SENDERS]

    def snapshot(self) -> Snapshot:
        names = tuple(names for _, names in self._names)
        return _tidy(
            Snapshot(self.made, self.first, self.last, tuple(self._domains), names, tuple(self._lines))
        )

    def _sender(self, day: date, names: SenderName) -> int:
        """Its place. Of names that changed the newest is kept, and of those of one day the first by name."""
        place = self._senders.setdefault(names.domain, len(self._names))
        if place == len(self._names):
            self._names.append((day, names))
        else:
            known_day, known = self._names[place]
            if (day, known.name, known.category) > (known_day, names.name, names.category):
                self._names[place] = (day, names)
        return place


def _tidy(snapshot: Snapshot) -> Snapshot:
    """With the senders that some line is of, and no others."""
    kept = sorted({line.sender for line in snapshot.lines})
    places = {sender: place for place, sender in enumerate(kept)}
    return replace(
        snapshot,
        senders=tuple(snapshot.senders[sender] for sender in kept),
        lines=tuple(line._replace(sender=places[line.sender]) for line in snapshot.lines),
    )


def _merged(one: Line, other: Line) -> Line:
    return one._replace(
        first=min(one.first, other.first),
        last=max(one.last, other.last),
        sums=Sums(*map(sum, zip(one.sums, other.sums, strict=True))),
        proof=strongest(one.proof, other.proof),
    )


def pack(snapshot: Snapshot) -> bytes:
    """By columns, which compress well."""
    rows = [(*line[:5], *line.proof, *line.sums) for line in snapshot.lines]
    return pack_document(
        {
            "v": _FORMAT,
            "at": snapshot.made,
            "days": [snapshot.first.toordinal(), snapshot.last.toordinal()],
            "domains": [list(domain) for domain in snapshot.domains],
            "senders": [[each.domain, each.name, each.category] for each in snapshot.senders],
            "lines": [list(column) for column in zip(*rows, strict=True)],
        }
    )


def unpack(packed: bytes) -> Snapshot:
    """``ValueError`` for what another version wrote."""
    plain = unpack_document(packed)
    if plain["v"] != _FORMAT:
        raise ValueError(f"unknown format of a snapshot {plain['v']!r}")
    first, last = plain["days"]
    return Snapshot(
        plain["at"],
        date.fromordinal(first),
        date.fromordinal(last),
        tuple((DomainId(number), name) for number, name in plain["domains"]),
        tuple(SenderName(*each) for each in plain["senders"]),
        tuple(
            Line(domain, trust, sender, begun, ended, Sums._make(sums), (proof, value))
            for domain, trust, sender, begun, ended, proof, value, *sums in zip(*plain["lines"], strict=True)
        ),
    )
