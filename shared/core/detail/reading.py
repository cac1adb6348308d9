"""Reading the reports of a part of a question into chunks of lines.

Rows are never made: what rows share is judged once for each report, and of a row only its address and its
count are looked at. What addresses are called, where they are and who sends from them is looked up once for
each while a chunk is filled, in the same way as for rollups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from ipaddress import ip_address, ip_network
from typing import Final

from shared.core.addresses import HostName, Network, Places, is_worth_asking
from shared.core.detail.chunks import LARGEST_COUNT, STANDINGS, Address, Chunk, Source, order_of
from shared.core.detail.questions import Filters
from shared.core.detail.verdicts import Verdict, clean, is_below, verdict_of, wants
from shared.core.ids import AccountId, DomainId
from shared.core.reports import Fact, ReportSummary
from shared.core.segments import columns_of
from shared.core.senders.catalogue import Catalogue
from shared.core.senders.identification import (
    Evidence,
    Identified,
    Match,
    host_domain,
    identify,
    match_of,
    strongest,
)
from shared.core.senders.numbers import source_number
from shared.core.senders.passed import what_passed
from shared.core.senders.standing import standing_of
from shared.mailauth.reports.values import AuthResults, Evaluated, Identifiers

_PENDING: Final = 50_000
"""Rows that are counted before their addresses are looked up."""

_LINES: Final = 100_000
"""Lines of a chunk, or a few more."""

_LONGEST_ADDRESS: Final = 64
_UNWANTED: Final = -1


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known beside the reports. ``hosts`` has what is stored of some addresses, ``includes`` gives
    for a domain what its SPF record says of an address."""

    places: Places
    catalogue: Callable[[AccountId], Catalogue]
    hosts: Callable[[Iterable[str]], dict[str, HostName]]
    includes: Callable[[AccountId, DomainId], Includes]


@dataclass(slots=True)
class _Said:
    """One combination of what rows share, that is wanted: how often each address sent it, and the lines that
    it makes with them."""

    verdict: Verdict
    evaluated: Evaluated
    header_from: str
    passed: AuthResults
    proof: int
    number: int
    pending: dict[str, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Host:
    """An address as it is shown, and what is known of it for telling who sends from it."""

    shown: Address
    name: HostName | None
    network: Network
    included: tuple[str, ...]


@dataclass(slots=True)
class _Sender:
    """Who sends where names, networks and proofs are these; the source that it is by what was said."""

    evidence: Evidence
    identified: Identified | None
    match: Match
    sources: dict[int, int] = field(default_factory=dict)


Includes = Callable[[str], tuple[str, ...]]
"""The domains included in SPF that let an address through."""

_Parts = tuple[Evaluated, Identifiers, AuthResults]


class Reader:
    """Takes the reports of a part, one after the other, and gives chunks as they are full."""

    def __init__(self, filters: Filters, knowledge: Knowledge, account: AccountId) -> None:
        self._filters = filters
        self._knowledge = knowledge
        self._account = account
        self._catalogue = knowledge.catalogue(account)
        self._network = ip_network(filters.network) if filters.network else None
        self._domain: DomainId | None = None
        self._begin()

    def chunks(self, facts: Iterable[Fact]) -> Iterator[Chunk]:
        """Of aggregate reports, domain after domain, each in the order of its days."""
        day: date | None = None
        pending = 0
        for fact in facts:
            if (fact.summary.domain_id, fact.summary.day) != (self._domain, day) or pending > _PENDING:
                self._fold(day)
                pending = 0
                if len(self._counts) >= _LINES:
                    yield self._chunk()
                self._turn_to(fact.summary.domain_id)
                day = fact.summary.day
            if reports(self._filters, fact.summary):
                pending += self._count(fact)
        self._fold(day)
        if self._counts:
            yield self._chunk()

    def _turn_to(self, domain: DomainId) -> None:
        if domain != self._domain:
            self._domain = domain
            self._includes = self._knowledge.includes(self._account, domain)
            self._forget()

    def _forget(self) -> None:
        """What was looked up for a domain."""
        self._said: dict[_Parts, _Said | None] = {}
        self._proofs: dict[tuple[str, AuthResults], int] = {}
        self._hosts: dict[str, _Host | None] = {}
        self._senders: dict[tuple[int, HostName | None, Network, tuple[str, ...]], _Sender] = {}

    def _begin(self) -> None:
        self._forget()
        self._verdicts: dict[Verdict, int] = {}
        self._addresses: dict[str, int] = {}
        self._shown: list[Address] = []
        self._sources: dict[Source, int] = {}
        self._standings: list[int] = []
        self._proofs_of: list[tuple[str, str]] = []
        self._keys: list[tuple[int, int, int]] = []
        self._counts: list[int] = []
        self._kinds: list[int] = []
        self._days: dict[date, list[int]] = {}

    def _chunk(self) -> Chunk:
        lines = [
            number
            for key, count in zip(self._keys, self._counts, strict=True)
            for number in (*key, min(count, LARGEST_COUNT))
        ]
        sources, verdicts = list(self._sources), list(self._verdicts)
        chunk = Chunk(sources, self._proofs_of, self._shown, verdicts, lines, self._days)
        self._begin()
        return chunk

    def _count(self, fact: Fact) -> int:
        """Add a report's rows to what is pending. How many they were."""
        columns = columns_of(fact.segment)
        some_i, some_a = len(columns.identifiers), len(columns.auth)
        known: dict[int, dict[str, int] | None] = {}
        indexes = iter(columns.indexes)
        triples = zip(indexes, indexes, indexes, strict=True)
        for address, count, (e, i, a) in zip(columns.addresses, columns.counts, triples, strict=True):
            code = (e * some_i + i) * some_a + a
            if code in known:
                pending = known[code]
            else:
                said = self._combination((columns.evaluated[e], columns.identifiers[i], columns.auth[a]))
                pending = known[code] = None if said is None else said.pending
            if pending is not None:
                pending[address] = pending.get(address, 0) + count
        return len(columns.addresses)

    def _combination(self, parts: _Parts) -> _Said | None:
        if parts not in self._said:
            verdict = verdict_of(*parts)
            self._said[parts] = self._new(parts, verdict) if wants(self._filters, verdict) else None
        return self._said[parts]

    def _new(self, parts: _Parts, verdict: Verdict) -> _Said:
        evaluated, identifiers, auth = parts
        passed = what_passed(auth)
        proof = self._proofs.setdefault((identifiers.header_from, passed), len(self._proofs))
        return _Said(verdict, evaluated, identifiers.header_from, passed, proof, len(self._said))

    def _fold(self, day: date | None) -> None:
        """Add what is pending, all of one day, to the lines."""
        busy = [said for said in self._said.values() if said is not None and said.pending]
        if not busy or day is None:
            return
        self._look_up({ip for said in busy for ip in said.pending if ip not in self._hosts})
        for said in busy:
            for ip, count in said.pending.items():
                line = said.lines.get(ip)
                if line is None:
                    line = said.lines[ip] = self._line(ip, said)
                if line != _UNWANTED:
                    self._counts[line] += count
                    self._days.setdefault(day, [0] * len(STANDINGS))[self._kinds[line]] += count
            said.pending.clear()

    def _look_up(self, addresses: set[str]) -> None:
        near = {ip for ip in addresses if self._in_network(ip)}
        names = self._knowledge.hosts(sorted(filter(is_worth_asking, near))) if near else {}
        for ip in addresses:
            self._hosts[ip] = self._host(ip, names.get(ip)) if ip in near else None

    def _in_network(self, ip: str) -> bool:
        if self._network is None:
            return True
        try:
            return ip_address(ip) in self._network
        except ValueError:
            return False

    def _host(self, ip: str, name: HostName | None) -> _Host | None:
        """None where the filters do not want the address."""
        filters = self._filters
        country = self._knowledge.places.place(ip).country or ""
        host = (name.name if name else None) or ""
        if (filters.countries and country not in filters.countries) or not is_below(host, filters.host):
            return None
        shown = ip[:_LONGEST_ADDRESS].encode("utf-8", "replace").decode()
        server = host if name and name.confirmed else shown
        organization = host_domain(host) if host else ""
        told = HostName(host, True, 0) if name and name.confirmed else None
        network = self._knowledge.places.network(ip)
        address = Address(shown, order_of(shown), host, server, organization, country)
        return _Host(address, told, network, self._includes(ip))

    def _line(self, ip: str, said: _Said) -> int:
        host = self._hosts[ip]
        if host is None:
            return _UNWANTED
        sender = self._senders.get((said.proof, host.name, host.network, host.included))
        if sender is None:
            sender = self._sender(host, said)
        source = sender.sources.get(said.number)
        if source is None:
            source = sender.sources[said.number] = self._source(sender, said)
        if source == _UNWANTED:
            return _UNWANTED
        address = self._addresses.setdefault(ip, len(self._addresses))
        if address == len(self._shown):
            self._shown.append(host.shown)
        self._keys.append((source, address, self._verdicts.setdefault(said.verdict, len(self._verdicts))))
        self._counts.append(0)
        self._kinds.append(self._standings[source])
        return len(self._counts) - 1

    def _sender(self, host: _Host, said: _Said) -> _Sender:
        evidence = Evidence(said.header_from, said.passed, host.name, host.network, host.included)
        identified = identify(evidence, self._catalogue)
        found = _Sender(evidence, identified, match_of(evidence, identified))
        self._senders[said.proof, host.name, host.network, host.included] = found
        return found

    def _source(self, sender: _Sender, said: _Said) -> int:
        match = sender.match
        number = source_number(match.domain)
        if self._filters.numbers and number not in self._filters.numbers:
            return _UNWANTED
        standing = standing_of(said.evaluated, sender.evidence, sender.identified)
        source = Source(number, standing, match.domain, match.name, str(match.category))
        proof = match.evidence, clean(match.value)
        place = self._sources.setdefault(source, len(self._sources))
        if place == len(self._proofs_of):
            self._standings.append(STANDINGS.index(standing))
            self._proofs_of.append(proof)
        else:
            self._proofs_of[place] = strongest(self._proofs_of[place], proof)
        return place


def reports(filters: Filters, summary: ReportSummary) -> bool:
    """Whether a report is among those that the filters want."""
    if summary.trust not in filters.trusts:
        return False
    named = {summary.reporter.lower(), summary.email.rpartition("@")[2].lower()}
    return not filters.reporters or not named.isdisjoint(filters.reporters)
