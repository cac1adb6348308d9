"""Rollups as items: what a day adds up to is packed, what others add up is plain.

Positions in the packed lists are the fields of ``shared.core.rollups`` in their order. Days from before
there were standings count as threat/unknown, which is what is known of them, until they are rolled up again.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from shared.core.counters import Counters, Standings
from shared.core.mail import Trust
from shared.core.rollups import (
    AccountDay,
    DayDetail,
    DayTotals,
    FailureTotals,
    ReporterLine,
    Share,
    ShareDetail,
    SourceLine,
    TlsTotals,
)
from shared.core.segments import pack_document, unpack_document
from shared.core.senders.standing import Standing


def packed_totals(totals: DayTotals) -> bytes:
    tls, failure = totals.tls, totals.failure
    return pack_document(
        [
            [
                [trust.value, share.reports, *_plain(share.counters), share.standings.counts]
                for trust, share in totals.shares
            ],
            [tls.reports, tls.successful, tls.failed, tls.failures],
            [failure.reports, failure.incidents, failure.complaints],
        ]
    )


def totals_of(day: date, packed: bytes) -> DayTotals:
    shares, (tls_reports, successful, failed, failures), failure = unpack_document(packed)
    return DayTotals(
        day,
        tuple((Trust(trust), _share(*share)) for trust, *share in shares),
        TlsTotals(tls_reports, successful, failed, tuple((name, count) for name, count in failures)),
        FailureTotals(*failure),
    )


def _share(reports: int, cells: list[int], forwarded: int, standings: list[int] | None = None) -> Share:
    counters = Counters(tuple(cells), forwarded)
    known = (
        Standings.of(Standing.THREAT, counters.messages) if standings is None else Standings(tuple(standings))
    )
    return Share(reports, counters, known)


def packed_detail(detail: DayDetail) -> bytes:
    return pack_document(
        [
            [
                share.trust.value,
                [_plain_source(line) for line in share.sources],
                [
                    [line.reporter, line.reports, line.messages, line.quarantined, line.rejected]
                    for line in share.reporters
                ],
                share.selectors,
            ]
            for share in detail.shares
        ]
    )


def detail_of(day: date, packed: bytes) -> DayDetail:
    return DayDetail(
        day,
        tuple(
            ShareDetail(
                Trust(trust),
                tuple(_source(plain) for plain in sources),
                tuple(ReporterLine(*plain) for plain in reporters),
                tuple((domain, selector) for domain, selector in selectors),
            )
            for trust, sources, reporters, selectors in unpack_document(packed)
        ),
    )


TRUSTS = {Trust.AUTHENTICATED: "authenticated", Trust.UNVERIFIED: "unverified", Trust.FAILED: "failed"}
"""Attributes of an account's day with its aggregate reports by trust."""


def account_counts(totals: DayTotals, *, parked: bool) -> dict[str, int]:
    """What a day of a domain adds to the day of its account, by attribute."""
    share = totals.share()
    return {
        "reports": share.reports,
        "messages": share.counters.messages,
        "parked_messages": share.counters.messages if parked else 0,
        "tls_reports": totals.tls.reports,
        "failure_reports": totals.failure.reports,
        **{name: totals.share((trust,)).reports for trust, name in TRUSTS.items()},
    }


def account_day_of(item: dict[str, Any]) -> AccountDay:
    return AccountDay(
        date.fromisoformat(item["sk"]),
        reports=item.get("reports", 0),
        messages=item.get("messages", 0),
        tls_reports=item.get("tls_reports", 0),
        failure_reports=item.get("failure_reports", 0),
    )


def _plain(counters: Counters) -> list[Any]:
    return [counters.cells, counters.forwarded]


def _plain_source(line: SourceLine) -> list[Any]:
    return [
        line.sender_domain,
        line.sender_name,
        line.category,
        line.evidence,
        line.ip,
        _plain(line.counters),
        line.host,
        line.host_confirmed,
        line.country,
        line.city,
        line.asn,
        line.network,
        line.dkim_domains,
        line.spf_domains,
        line.header_from,
        line.standing,
        line.evidence_value,
    ]


def _source(plain: list[Any]) -> SourceLine:
    domain, name, category, evidence, ip, (cells, forwarded), host, confirmed, *rest = plain
    country, city, asn, network, dkim, spf, header_from, *rest = rest
    standing, evidence_value = rest or (Standing.THREAT, "")
    return SourceLine(
        sender_domain=domain,
        sender_name=name,
        category=category,
        evidence=evidence,
        ip=ip,
        counters=Counters(tuple(cells), forwarded),
        host=host,
        host_confirmed=confirmed,
        country=country,
        city=city,
        asn=asn,
        network=network,
        dkim_domains=tuple(dkim),
        spf_domains=tuple(spf),
        header_from=tuple(header_from),
        standing=Standing(standing),
        evidence_value=evidence_value,
    )
