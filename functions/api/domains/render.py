"""Domains and their figures, from core values to wire shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from functions.api.domains import schemas
from functions.api.domains.sender_schemas import SenderAlignment
from shared.core import ids
from shared.core.clock import rfc3339
from shared.core.counters import Counters, Standings
from shared.core.domain_orders import ListedDomain
from shared.core.domains import Domain
from shared.core.ids import GroupId, TagId
from shared.core.mail import Trust
from shared.core.ownership import PublishedRecord, Verification, alias_to_publish, record_to_publish
from shared.core.parked_credits import ParkedCredits
from shared.core.rollups import DayTotals, ReporterLine, Share
from shared.core.senders.alignment import Alignment
from shared.core.senders.catalogue import Catalogue
from shared.core.senders.history import Seen, SenderHistory
from shared.core.senders.identification import confidence
from shared.core.senders.numbers import source_number
from shared.core.senders.standing import Standing
from shared.core.sources import Sender, SourceAddress
from shared.core.tags import Tag

_MOST_SENDERS = 1_000
_MOST_ADDRESSES = 2_000
"""With a score of long names each they still fit what a function may answer; `/ips` has all, in pages."""
"""In one answer, over all senders: an answer may have 6 MB."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is shown with domains and is not in them. ``parked`` is asked for parked domains alone;
    ``groups`` tells those of a domain that the caller may know of; ``tags`` are those that there are."""

    report_domain: str
    parked: Callable[[], ParkedCredits]
    groups: Callable[[Domain], Iterable[GroupId]]
    tags: Mapping[TagId, Tag]


def domain(value: Domain, beside: Beside) -> schemas.Domain:
    left = beside.parked() if value.parked else None
    return schemas.Domain(
        id=ids.render(ids.DOMAIN, value.id),
        domain=value.name,
        active=value.active,
        dns_status=value.dns_status,
        dns_status_message=value.dns_status_message,
        activated_at=_time(value.activated),
        created_at=rfc3339(value.created),
        reporting_address=f"{value.token}@{beside.report_domain}",
        report_kinds=schemas.ReportKinds(
            aggregate=value.kinds.aggregate, failure=value.kinds.failure, tls=value.kinds.tls
        ),
        notes=value.notes,
        is_verified=value.verified is not None,
        parked=value.parked,
        parked_domain_credits=None if left is None else left.left,
        parked_domain_status=None if left is None else left.status,
        is_subdomain=value.is_subdomain,
        top_level=value.stands_alone,
        dns=schemas.DnsSummary(
            dmarc_policy=value.dns.policy,
            dmarc_policy_inherited=value.dns.inherited,
            spf_lookups=value.dns.spf_lookups,
            has_errors=value.dns.has_errors,
            nxdomain=None if value.dns.exists is None else not value.dns.exists,
            state_dmarc=value.dns.dmarc,
            state_spf=value.dns.spf,
            state_dkim=value.dns.dkim,
            mx_txt=value.dns.mx,
            soa_txt=value.dns.soa,
        ),
        groups=[ids.render(ids.GROUP, group) for group in beside.groups(value)],
        tags=[_tag(beside.tags[tag]) for tag in sorted(value.tags) if tag in beside.tags],
    )


def _tag(value: Tag) -> schemas.DomainTag:
    return schemas.DomainTag(id=ids.render(ids.TAG, value.id), name=value.name, color=value.color)


def listed(value: ListedDomain, beside: Beside) -> schemas.ListedDomain:
    return schemas.ListedDomain(
        **(domain(value.domain, beside).model_dump() | _standings(value.week)),
        volume=sum(value.week.counts),
    )


def domain_detail(value: Domain, beside: Beside, week: Share, month: Share) -> schemas.DomainDetail:
    return schemas.DomainDetail(
        **listed(ListedDomain(value, week.standings), beside).model_dump(),
        verified_at=_time(value.verified),
        last_checked_at=_time(value.dns_checked),
        deactivated_at=_time(value.deactivated),
        updated_at=rfc3339(value.updated),
        stats_30d=totals(month),
    )


def verification(value: Verification, report_domain: str) -> schemas.Verification:
    domain = value.domain
    return schemas.Verification(
        domain=domain.name,
        is_verified=domain.verified is not None,
        verified_at=_time(domain.verified),
        proof=domain.proof,
        record=_record(record_to_publish(domain)),
        alias=_record(alias_to_publish(domain, report_domain)),
        checks=[
            schemas.OwnershipCheck(proof=check.proof, name=check.name, status=check.seen, detail=check.detail)
            for check in value.checks
        ],
    )


def _record(value: PublishedRecord) -> schemas.PublishedRecord:
    return schemas.PublishedRecord(name=value.name, type=value.type, value=value.value)


def totals(share: Share) -> schemas.Totals:
    counters = share.counters
    rate = percentage(counters.dmarc_pass, counters.messages) if counters.messages else None
    return schemas.Totals(**_figures(share), pass_rate=rate)


def day(value: DayTotals, trusts: tuple[Trust, ...]) -> schemas.DayFigures:
    return schemas.DayFigures(date=value.day, **_figures(value.share(trusts)))


def sources(senders: list[Sender], history: SenderHistory, catalogue: Catalogue) -> list[schemas.Source]:
    shown = senders[:_MOST_SENDERS]
    each = max(_MOST_ADDRESSES // max(len(shown), 1), 1)
    return [_source(sender, each, history, catalogue) for sender in shown]


def reporter(line: ReporterLine) -> schemas.Reporter:
    return schemas.Reporter(
        reporter=line.reporter,
        reports=line.reports,
        messages=line.messages,
        accepted=line.accepted,
        quarantined=line.quarantined,
        rejected=line.rejected,
    )


def percentage(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def _figures(share: Share) -> dict[str, int]:
    counters = share.counters
    messages = counters.messages
    return {
        "reports": share.reports,
        "total_messages": messages,
        "accepted": counters.accepted,
        "quarantined": counters.quarantined,
        "rejected": counters.rejected,
        "spf_pass": counters.spf_pass,
        "spf_fail": messages - counters.spf_pass,
        "dkim_pass": counters.dkim_pass,
        "dkim_fail": messages - counters.dkim_pass,
        "dmarc_pass": counters.dmarc_pass,
        "dmarc_fail": messages - counters.dmarc_pass,
        "forwarded": counters.forwarded,
        **_standings(share.standings),
    }


def _standings(standings: Standings) -> dict[str, int]:
    return {
        "count_dmarc_capable": standings[Standing.CAPABLE],
        "count_non_dmarc_capable": standings[Standing.NON_COMPLIANT],
        "count_forwarded": standings[Standing.FORWARDER],
        "count_threat_other": standings[Standing.THREAT],
    }


def alignment(known: Alignment | None) -> SenderAlignment | None:
    if known is None:
        return None
    return SenderAlignment(
        capable=known.capable, dkim=known.dkim, spf=known.spf, how=known.how, docs=known.docs
    )


def _source(
    sender: Sender, most_addresses: int, history: SenderHistory, catalogue: Catalogue
) -> schemas.Source:
    counters = sender.counters
    known = catalogue.by_own_domain(sender.domain)
    span = Seen(sender.first_seen, sender.last_seen)
    ever = history.senders.get(sender.domain, span) | span
    return schemas.Source(
        sender_domain=sender.domain,
        sender_name=sender.name,
        source_id=source_number(sender.domain),
        category=sender.category,
        standing=sender.standings.dominant,
        standings=sender.standings.by_standing(),
        evidence=sender.evidence,
        evidence_value=sender.evidence_value,
        confidence=confidence(sender.evidence, sender.category),
        alignment=alignment(known.alignment if known is not None else None),
        **_dispositions(counters),
        spf_alignment=percentage(counters.spf_pass, counters.messages),
        dkim_alignment=percentage(counters.dkim_pass, counters.messages),
        dmarc_alignment=percentage(counters.dmarc_pass, counters.messages),
        ip_count=sender.address_count,
        first_seen=sender.first_seen,
        last_seen=sender.last_seen,
        first_seen_ever=ever.first,
        last_seen_ever=ever.last,
        ips=[_address(address, history) for address in sender.addresses[:most_addresses]],
    )


def _address(address: SourceAddress, history: SenderHistory) -> schemas.SourceAddress:
    line, counters = address.line, address.counters
    span = Seen(address.first_seen, address.last_seen)
    ever = history.addresses.get((line.sender_domain, line.ip), span) | span
    return schemas.SourceAddress(
        ip=line.ip,
        hostname=line.host,
        hostname_confirmed=line.host_confirmed,
        country=line.country,
        city=line.city,
        asn=line.asn,
        network=line.network,
        **_dispositions(counters),
        spf_aligned=counters.spf_pass,
        dkim_aligned=counters.dkim_pass,
        dmarc_pass=counters.dmarc_pass,
        dkim_domains=list(line.dkim_domains),
        spf_domains=list(line.spf_domains),
        header_from=list(line.header_from),
        standing=address.standings.dominant,
        standings=address.standings.by_standing(),
        evidence=line.evidence,
        evidence_value=line.evidence_value,
        confidence=confidence(line.evidence, line.category),
        first_seen=address.first_seen,
        last_seen=address.last_seen,
        first_seen_ever=ever.first,
        last_seen_ever=ever.last,
    )


def _dispositions(counters: Counters) -> dict[str, int]:
    return {
        "total_messages": counters.messages,
        "accepted": counters.accepted,
        "quarantined": counters.quarantined,
        "rejected": counters.rejected,
        "forwarded": counters.forwarded,
    }


def _time(epoch: int | None) -> str | None:
    return None if epoch is None else rfc3339(epoch)
