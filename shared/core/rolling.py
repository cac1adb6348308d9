"""Rolling up: from the reports of a domain and day to its rollup.

Pure but for what is known about addresses, which comes in as functions: two runs over the same facts and
the same knowledge give the same rollup.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from shared.core.addresses import HostName, Places, is_worth_asking
from shared.core.counters import Counters, Standings, Tally
from shared.core.documents import unpack_policies
from shared.core.ids import AccountId, DomainId
from shared.core.mail import Trust
from shared.core.reports import Fact
from shared.core.rollups import (
    DayDetail,
    DayRollup,
    DayTotals,
    FailureTotals,
    ReporterLine,
    Share,
    ShareDetail,
    SourceLine,
    TlsTotals,
    distinct,
)
from shared.core.segments import unpack
from shared.core.senders.catalogue import Catalogue
from shared.core.senders.identification import Evidence, identify, match_of
from shared.core.senders.passed import what_passed
from shared.core.senders.standing import Standing, standing_of, what_bears
from shared.core.tls.days import TlsTally, believed
from shared.mailauth.reports.failure import AUTH_FAILURE
from shared.mailauth.reports.values import AuthResults, Evaluated, Kind


@dataclass(frozen=True, slots=True)
class _Seen:
    """What tells the sources of one address apart: what authenticated there, the author domain, and what of
    the verdict bears on the standing."""

    ip: str
    proven: AuthResults
    header_from: str
    judged: Evaluated


@dataclass(slots=True)
class _ShareTally:
    """The aggregate reports of one trust class while they are being counted."""

    reports: int = 0
    total: Tally = field(default_factory=Tally)
    seen: dict[_Seen, Tally] = field(default_factory=dict)
    reporters: dict[str, ReporterLine] = field(default_factory=dict)

    def add(self, fact: Fact) -> None:
        self.reports += 1
        done = Tally()
        proven: dict[AuthResults, AuthResults] = {}
        judged: dict[Evaluated, Evaluated] = {}
        for row in unpack(fact.segment):
            if row.auth not in proven:
                proven[row.auth] = what_passed(row.auth)
            if row.evaluated not in judged:
                judged[row.evaluated] = what_bears(row.evaluated)
            self.total.add(row.evaluated, row.count)
            done.add(row.evaluated, row.count)
            key = _Seen(row.source_ip, proven[row.auth], row.identifiers.header_from, judged[row.evaluated])
            self.seen.setdefault(key, Tally()).add(row.evaluated, row.count)
        self._count_reporter(fact, done.counters())

    def _count_reporter(self, fact: Fact, done: Counters) -> None:
        name = fact.summary.reporter
        line = ReporterLine(name, 1, fact.summary.messages, done.quarantined, done.rejected)
        self.reporters[name] = self.reporters[name] + line if name in self.reporters else line


@dataclass(frozen=True, slots=True)
class Rolled:
    """A rollup, the addresses in it that may have host names, and the names it was made with."""

    rollup: DayRollup
    addresses: frozenset[str]
    known_hosts: dict[str, HostName]


def roll_up(
    account: AccountId,
    domain: DomainId,
    day: date,
    facts: Iterable[Fact],
    *,
    places: Places,
    catalogue: Catalogue,
    hosts: Callable[[Iterable[str]], dict[str, HostName]],
    included: Callable[[str], tuple[str, ...]] = lambda address: (),
) -> Rolled:
    """Add up a day. ``hosts`` gives what is known of some addresses; the others have no name yet.
    ``included`` gives the domains included in SPF that let an address through."""
    shares: dict[Trust, _ShareTally] = {}
    tls_reports = failure_reports = incidents = complaints = successful = failed = expires = 0
    failed_from: set[str] = set()
    tls = TlsTally()
    causes: Counter[str] = Counter()
    for fact in facts:
        summary = fact.summary
        expires = max(expires, summary.expires)
        if summary.kind is Kind.AGGREGATE:
            shares.setdefault(summary.trust, _ShareTally()).add(fact)
        elif summary.kind is Kind.TLS:
            tls_reports += 1
            if not believed(summary.trust):
                continue
            successful += summary.passed
            failed += summary.messages - summary.passed
            for policy in unpack_policies(fact.segment):
                tls.add(policy, summary.end)
                for failure in policy.failures:
                    causes[failure.result_type] += failure.failed_session_count
        else:
            failure_reports += 1
            incidents += summary.messages
            if summary.marks is not None:
                complaints += summary.marks.feedback_type != AUTH_FAILURE
                failed_from.add(summary.marks.source_ip)
    seen = {seen.ip for tally in shares.values() for seen in tally.seen} | failed_from
    addresses = frozenset(filter(is_worth_asking, seen))
    names = hosts(addresses) if addresses else {}
    known = _Known(names, places, catalogue, included)
    details = [_share_detail(trust, tally, known) for trust, tally in sorted(shares.items())]
    totals = DayTotals(
        day,
        tuple((detail.trust, _share(shares[detail.trust], detail)) for detail in details),
        TlsTotals(tls_reports, successful, failed, tuple(sorted(causes.items()))),
        FailureTotals(failure_reports, incidents, complaints),
    )
    detail = DayDetail(day, tuple(details))
    rollup = DayRollup(account, domain, totals, detail, expires, tls.lines())
    return Rolled(rollup, addresses, names)


def _share(tally: _ShareTally, detail: ShareDetail) -> Share:
    messages: Counter[Standing] = Counter()
    for line in detail.sources:
        messages[line.standing] += line.counters.messages
    return Share(tally.reports, tally.total.counters(), Standings(tuple(messages[each] for each in Standing)))


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of addresses beside what their rows say."""

    hosts: dict[str, HostName]
    places: Places
    catalogue: Catalogue
    included: Callable[[str], tuple[str, ...]]


def _share_detail(trust: Trust, tally: _ShareTally, known: _Known) -> ShareDetail:
    lines: dict[tuple[Standing, str, str], SourceLine] = {}
    # In an order of its own, so that the order in which the reports came shows nowhere.
    for seen in sorted(tally.seen, key=repr):
        line = _line(seen, tally.seen[seen].counters(), known)
        key = (line.standing, line.sender_domain, line.ip)
        lines[key] = lines[key].merged(line) if key in lines else line
    signatures = (signature for seen in tally.seen for signature in seen.proven.dkim)
    selectors = {(each.domain, each.selector) for each in signatures if each.selector}
    return ShareDetail(
        trust,
        tuple(lines[key] for key in sorted(lines)),
        tuple(line for _, line in sorted(tally.reporters.items())),
        tuple(sorted(selectors)),
    )


def _line(seen: _Seen, counters: Counters, known: _Known) -> SourceLine:
    host = known.hosts.get(seen.ip)
    place, network = known.places.place(seen.ip), known.places.network(seen.ip)
    evidence = Evidence(seen.header_from, seen.proven, host, network, known.included(seen.ip))
    identified = identify(evidence, known.catalogue)
    match = match_of(evidence, identified)
    return SourceLine(
        sender_domain=match.domain,
        sender_name=match.name,
        category=match.category,
        evidence=match.evidence,
        evidence_value=match.value,
        standing=standing_of(seen.judged, evidence, identified),
        ip=seen.ip,
        counters=counters,
        host=host.name if host else None,
        host_confirmed=host.confirmed if host else False,
        country=place.country,
        city=place.city,
        asn=network.asn,
        network=network.name,
        dkim_domains=distinct(each.domain for each in seen.proven.dkim),
        spf_domains=distinct(each.domain for each in seen.proven.spf),
        header_from=(seen.header_from,),
    )
