"""The addresses that sent as a domain, each with what its messages came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from shared.core.counters import Counters, Standings
from shared.core.mail import Trust
from shared.core.rollups import DayDetail, SourceLine
from shared.core.senders.standing import Standing


class Category(StrEnum):
    """The standings; or addresses with messages that passed, or that were forwarded."""

    CAPABLE = Standing.CAPABLE.value
    NON_COMPLIANT = Standing.NON_COMPLIANT.value
    FORWARDER = Standing.FORWARDER.value
    THREAT = Standing.THREAT.value
    DMARC = "dmarc"
    SPF = "spf"
    DKIM = "dkim"
    FORWARDED = "forwarded"

    @property
    def standing(self) -> Standing | None:
        return next((each for each in Standing if each == self.value), None)


@dataclass(frozen=True, slots=True)
class AddressFilter:
    """``search`` is part of the address, its host, its sender, or an author's domain. Of a standing only the
    messages with that standing are counted; the other categories leave out whole addresses."""

    search: str = ""
    category: Category | None = None
    trusts: tuple[Trust, ...] = tuple(Trust)


@dataclass(frozen=True, slots=True)
class AddressFigures:
    """``line`` is what was last known of the address, under the sender with most of its messages."""

    line: SourceLine
    counters: Counters
    standings: Standings
    first_seen: date
    last_seen: date


@dataclass(slots=True)
class _Address:
    first_seen: date
    last_seen: date
    counters: Counters = Counters()
    standings: Standings = Standings()
    senders: Counter[str] = field(default_factory=Counter)
    lines: dict[str, SourceLine] = field(default_factory=dict)
    """By sender, the newest."""

    def add(self, day: date, line: SourceLine) -> None:
        self.first_seen, self.last_seen = min(self.first_seen, day), max(self.last_seen, day)
        self.counters += line.counters
        self.standings += Standings.of(line.standing, line.counters.messages)
        self.senders[line.sender_domain] += line.counters.messages
        known = self.lines.get(line.sender_domain)
        self.lines[line.sender_domain] = line if known is None else line.merged(known)

    def figures(self) -> AddressFigures:
        sender = min(self.senders, key=lambda name: (-self.senders[name], name))
        own = line = self.lines[sender]
        for name in sorted(self.lines.keys() - {sender}):
            line = line.merged(self.lines[name])
        # What gave another sender away tells nothing of this one.
        line = replace(line, evidence=own.evidence, evidence_value=own.evidence_value)
        return AddressFigures(line, self.counters, self.standings, self.first_seen, self.last_seen)


def addresses(details: Iterable[DayDetail], wanted: AddressFilter) -> list[AddressFigures]:
    """Most messages first; ``details`` are in the order of their days."""
    found: dict[str, _Address] = {}
    standing = wanted.category.standing if wanted.category else None
    for detail in details:
        for share in detail.shares:
            for line in share.sources if share.trust in wanted.trusts else ():
                if standing in (None, line.standing):
                    known = found.setdefault(line.ip, _Address(detail.day, detail.day))
                    known.add(detail.day, line)
    figures = (address.figures() for address in found.values())
    shown = [each for each in figures if _is_wanted(each, wanted)]
    return sorted(shown, key=lambda each: (-each.counters.messages, each.line.ip))


def _is_wanted(figures: AddressFigures, wanted: AddressFilter) -> bool:
    counters = figures.counters
    counted = {
        Category.DMARC: counters.dmarc_pass,
        Category.SPF: counters.spf_pass,
        Category.DKIM: counters.dkim_pass,
        Category.FORWARDED: counters.forwarded,
    }
    if wanted.category in counted and not counted[wanted.category]:
        return False
    part = wanted.search.strip().lower()
    if not part:
        return True
    line = figures.line
    texts = (line.ip, line.host or "", line.sender_domain, line.sender_name, *line.header_from)
    return any(part in text.lower() for text in texts)
