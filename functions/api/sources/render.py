"""Sources and addresses, from core values to wire shapes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.api.sources import schemas
from shared.core import ids
from shared.core.clock import rfc3339
from shared.core.countries import country_name
from shared.core.rollups import SourceLine
from shared.core.senders import history
from shared.core.senders.identification import confidence
from shared.core.senders.numbers import source_number
from shared.core.sending.addresses import AddressFigures
from shared.core.sending.approved import Comparison, Seen
from shared.core.sending.rows import AddressRow
from shared.core.sending.snapshots import SenderName, SnapshotState, Sums
from shared.core.sending.sources import AccountSource, SourceDomain
from shared.core.statistics import Span
from shared.core.stored_filters import Purpose, StoredFilter
from shared.core.watching.approved import ApprovedSource
from shared.mailauth.reports.values import DkimAuth, SpfAuth

_MOST_UNAPPROVED = 100


def percentage(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def address(
    found: AddressFigures, favourites: frozenset[str], seen: Mapping[str, history.Seen]
) -> schemas.DomainAddress:
    """``seen`` is when addresses were seen, over all reports."""
    line, counters = found.line, found.counters
    asked = history.Seen(found.first_seen, found.last_seen)
    ever = seen.get(line.ip, asked) | asked
    return schemas.DomainAddress(
        ip=line.ip,
        hostname=line.host,
        hostname_confirmed=line.host_confirmed,
        header_from=list(line.header_from),
        source_number=source_number(line.sender_domain),
        sender_domain=line.sender_domain,
        sender_name=line.sender_name,
        category=line.category,
        country=country_name(line.country),
        country_code=line.country,
        city=line.city,
        asn=line.asn,
        network=line.network,
        is_favorite=line.ip in favourites,
        **_recognized(line.evidence, line.evidence_value, line.category),
        total_volume=counters.messages,
        passed_dmarc=percentage(counters.dmarc_pass, counters.messages),
        passed_dmarc_without_forwarded=percentage(
            counters.dmarc_pass, counters.messages - counters.forwarded
        ),
        passed_spf=percentage(counters.spf_pass, counters.messages),
        passed_dkim=percentage(counters.dkim_pass, counters.messages),
        quarantined=counters.quarantined,
        rejected=counters.rejected,
        forwarded=counters.forwarded,
        standing=found.standings.dominant,
        standings=found.standings.by_standing(),
        first_seen=found.first_seen,
        last_seen=found.last_seen,
        first_seen_ever=ever.first,
        last_seen_ever=ever.last,
    )


def row(found: AddressRow, line: SourceLine | None) -> schemas.AddressRow:
    """``line`` is what is known of the address."""
    summary, said, verdict = found.summary, found.row, found.verdict
    country = line.country if line else None
    return schemas.AddressRow(
        report_id=ids.render(ids.REPORT, summary.id),
        report_source=summary.reporter,
        begin=rfc3339(summary.begin),
        end=rfc3339(summary.end),
        created_at=rfc3339(summary.received),
        trust=summary.trust,
        ip=said.source_ip,
        ip_domain=line.host if line else None,
        hostname_confirmed=line.host_confirmed if line else False,
        country=country_name(country),
        country_code=country,
        city=line.city if line else None,
        sender_domain=found.sender.domain,
        sender_name=found.sender.name,
        **_recognized(found.sender.evidence, found.sender.value, found.sender.category),
        total_volume=said.count,
        standing=found.standing,
        domain=said.identifiers.header_from,
        envelope_from=said.identifiers.envelope_from,
        envelope_to=said.identifiers.envelope_to,
        applied_policy=verdict.policy_applied,
        published_policy=summary.policy.p,
        passed_dmarc=verdict.dmarc_pass,
        aligned_spf=verdict.spf_aligned == "pass",
        spf_result=verdict.spf_result,
        spf_domain=verdict.spf_domain or None,
        aligned_dkim=verdict.dkim_aligned == "pass",
        dkim_result=verdict.dkim_result,
        dkim_domain=verdict.dkim_domain or None,
        override_reason=verdict.reason or None,
        override_comment=verdict.override_comment or None,
        spf_auth=[_spf(check) for check in said.auth.spf],
        dkim_auth=[_dkim(signature) for signature in said.auth.dkim],
    )


def _spf(check: SpfAuth) -> schemas.AuthResult:
    return schemas.AuthResult(
        type="spf",
        domain=check.domain,
        result=check.result,
        selector=None,
        scope=check.scope,
        human_result=check.human_result,
    )


def _dkim(signature: DkimAuth) -> schemas.AuthResult:
    return schemas.AuthResult(
        type="dkim",
        domain=signature.domain,
        result=signature.result,
        selector=signature.selector,
        scope=None,
        human_result=signature.human_result,
    )


def comparison(name: str, span: Span, compared: Comparison, total: int) -> schemas.ApprovedComparison:
    others = compared.others
    return schemas.ApprovedComparison(
        domain=name,
        start_date=span.first,
        end_date=span.last,
        total_volume=total,
        sources=[_approved(source, seen) for source, seen in compared.sources],
        unapproved_volume=others.counters.messages,
        unapproved_count=len(others.addresses),
        unapproved=[_unapproved(each) for each in others.addresses[:_MOST_UNAPPROVED]],
    )


def _approved(source: ApprovedSource, seen: Seen) -> schemas.ApprovedTraffic:
    counters = seen.counters
    return schemas.ApprovedTraffic(
        slug=source.slug,
        name=source.name,
        domain=source.domain,
        resolved_at=None if source.resolved is None else rfc3339(source.resolved),
        network_count=len(source.ips),
        seen=bool(seen.addresses),
        address_count=len(seen.addresses),
        total_volume=counters.messages,
        passed_dmarc=percentage(counters.dmarc_pass, counters.messages),
        passed_spf=percentage(counters.spf_pass, counters.messages),
        passed_dkim=percentage(counters.dkim_pass, counters.messages),
        first_seen=seen.first_seen,
        last_seen=seen.last_seen,
    )


def _unapproved(found: AddressFigures) -> schemas.UnapprovedAddress:
    counters = found.counters
    return schemas.UnapprovedAddress(
        ip=found.line.ip,
        sender_name=found.line.sender_name,
        standing=found.standings.dominant,
        total_volume=counters.messages,
        passed_dmarc=percentage(counters.dmarc_pass, counters.messages),
    )


def account_source(found: AccountSource) -> schemas.AccountSource:
    return schemas.AccountSource(
        **_numbered(found.number, found.sender),
        **_recognized(*found.proof, found.sender.category),
        **_figures(found),
        domain_count=found.domain_count,
    )


def source_domain(found: SourceDomain) -> schemas.SourceDomain:
    return schemas.SourceDomain(
        **_numbered(found.number, found.sender),
        **_recognized(*found.proof, found.sender.category),
        **_figures(found),
        domain_id=ids.render(ids.DOMAIN, found.domain),
        domain=found.name,
    )


def source_filter(made: StoredFilter) -> schemas.SourceFilter:
    return schemas.SourceFilter(
        id=ids.render(Purpose.SOURCES.prefix, made.id),
        domains=[ids.render(ids.DOMAIN, domain) for domain in made.domains],
        created=rfc3339(made.created),
    )


def refresh(state: SnapshotState) -> schemas.SourceRefresh:
    return schemas.SourceRefresh(refreshed=_time(state.made), requested=_time(state.asked))


def _numbered(number: int, sender: SenderName) -> dict[str, Any]:
    return {
        "source_number": number,
        "sender_domain": sender.domain,
        "sender_name": sender.name,
        "category": sender.category,
    }


def _recognized(evidence: str, value: str, category: str) -> dict[str, Any]:
    return {"evidence": evidence, "evidence_value": value, "confidence": confidence(evidence, category)}


def _figures(found: AccountSource | SourceDomain) -> dict[str, Any]:
    sums: Sums = found.sums
    return {
        "total_volume": sums.messages,
        "passed_dmarc": percentage(sums.dmarc_pass, sums.messages),
        "passed_dmarc_without_forwarded": percentage(sums.dmarc_pass, sums.messages - sums.forwarded),
        "passed_spf": percentage(sums.spf_pass, sums.messages),
        "passed_dkim": percentage(sums.dkim_pass, sums.messages),
        "quarantined": sums.quarantined,
        "rejected": sums.rejected,
        "forwarded": sums.forwarded,
        "standing": sums.standings.dominant,
        "standings": sums.standings.by_standing(),
        "first_seen": found.first_seen,
        "last_seen": found.last_seen,
    }


def _time(epoch: int | None) -> str | None:
    return None if epoch is None else rfc3339(epoch)
