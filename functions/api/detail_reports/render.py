"""Detail reports as the wire has them, and back."""

from __future__ import annotations

from datetime import date
from typing import Any

from functions.api.detail_reports import schemas
from shared.core import ids
from shared.core.callers import Caller, require_retained
from shared.core.clock import days, rfc3339, utc_day
from shared.core.detail import results
from shared.core.detail.codes import ALIGNED, DISPOSITIONS, DKIM_RESULTS, SPF_RESULTS, option_of, word, words
from shared.core.detail.jobs import DetailJob, Progress
from shared.core.detail.questions import Filters, Question, network_of
from shared.core.domain_names import normalise
from shared.core.errors import Invalid, Malformed
from shared.core.ids import DomainId
from shared.core.mail import Trust
from shared.core.senders.identification import confidence
from shared.core.senders.standing import Standing
from shared.core.statistics import Span


def span_of(caller: Caller, asked: schemas.DetailFilters) -> Span:
    """``Malformed``, ``Invalid`` or ``RetentionExceeded`` for days that cannot be asked for."""
    today = utc_day(caller.now)
    if asked.start_date > asked.end_date:
        raise Malformed("start_date is after end_date", param="start_date")
    if asked.start_date > today:
        raise Invalid("start_date is in the future", param="start_date")
    require_retained(caller, asked.start_date, param="start_date")
    return Span(asked.start_date, min(asked.end_date, today))


def question(asked: schemas.DetailFilters, span: Span, domains: tuple[DomainId, ...] | None) -> Question:
    filters = Filters(
        option=option_of(asked.filter_option),
        reporters=_distinct(each.lower() for each in asked.providers),
        trusts=tuple(trust for trust in Trust if trust in (asked.trust or Trust)),
        network=network_of(asked.ip_cidr) if asked.ip_cidr else "",
        countries=_distinct(map(_country, asked.country_code)),
        spf_results=words(asked.spf_result, SPF_RESULTS, param="spf_result"),
        dkim_results=words(asked.dkim_result, DKIM_RESULTS, param="dkim_result"),
        spf_aligned=word(asked.spf_policy, ALIGNED, param="spf_policy") if asked.spf_policy else "",
        dkim_aligned=word(asked.dkim_policy, ALIGNED, param="dkim_policy") if asked.dkim_policy else "",
        dispositions=words(asked.dmarc_policy, DISPOSITIONS, param="dmarc_policy"),
        numbers=tuple(sorted(set(asked.rule_number))),
        spf_domain=_name(asked.spf_domain, "spf_domain"),
        host=_name(asked.ptr, "ptr"),
        comment=asked.override_comment.lower(),
    )
    return Question(span.first, span.last, domains, filters, named=bool(asked.domains))


def report(job: DetailJob, progress: Progress) -> schemas.DetailReport:
    here = f"/v1/detail-reports/{job.token}"
    return schemas.DetailReport(
        token=job.token,
        status=job.status,
        progress=progress_of(progress),
        reason=job.reason or None,
        created_at=rfc3339(job.created),
        ended_at=None if job.ended is None else rfc3339(job.ended),
        expires_at=rfc3339(job.expires),
        filters=_asked(job.question),
        links=schemas.DetailLinks(
            self=here,
            progress=f"{here}/progress",
            sources=f"{here}/sources",
            domains=f"{here}/domains",
            charts=f"{here}/charts",
        ),
    )


def progress_of(progress: Progress) -> schemas.DetailProgress:
    return schemas.DetailProgress(label=progress.label, value=progress.value)


def source(each: results.SourceFigures) -> schemas.DetailSource:
    evidence, value = each.proof
    return schemas.DetailSource(
        source_number=each.source.number,
        standing=each.source.standing,
        name=each.source.name,
        domain=each.source.domain,
        category=each.source.category,
        evidence=evidence,
        evidence_value=value,
        confidence=confidence(evidence, each.source.category),
        **_figures(each.addresses, each.figures),
    )


def server(each: results.ServerFigures) -> schemas.DetailServer:
    return schemas.DetailServer(server_name=each.server, **_figures(each.addresses, each.figures))


def row(each: results.DetailRow) -> schemas.DetailRow:
    return schemas.DetailRow(
        from_domain=each.from_domain,
        ip=each.ip,
        ptr=each.ptr,
        ptr_org=each.ptr_org,
        country_code=each.country_code,
        message_count=each.message_count,
        policy_applied=each.policy_applied,
        reason=each.reason,
        override_comment=each.override_comment,
        dkim_policy_result=each.dkim_policy_result,
        dkim_result=each.dkim_result,
        dkim_d=each.dkim_d,
        spf_policy_result=each.spf_policy_result,
        spf_result=each.spf_result,
        spf_d=each.spf_d,
        source_number=each.source.number,
        source_name=each.source.name,
        standing=each.source.standing,
    )


def charts(span: Span, found: dict[date, dict[Standing, int]]) -> schemas.DetailCharts:
    none = dict.fromkeys(Standing, 0)
    return schemas.DetailCharts(
        timeline=[
            schemas.DetailDay(date=day, **counts(found.get(day, none))) for day in days(span.first, span.last)
        ]
    )


def counts(by_standing: dict[Standing, int]) -> dict[str, int]:
    return {standing.value: count for standing, count in by_standing.items()}


def _figures(addresses: int, figures: results.Figures) -> dict[str, Any]:
    return {
        "message_count": figures.messages,
        "ip_count": addresses,
        "dmarc_pass_percent": _percent(figures.dmarc_pass, figures.messages),
        "dmarc_pass_percent_without_forwarded": _percent(
            figures.dmarc_pass, figures.messages - figures.forwarded
        ),
        "spf_pass_percent": _percent(figures.spf_pass, figures.messages),
        "dkim_pass_percent": _percent(figures.dkim_pass, figures.messages),
        "affected_count": figures.affected,
        "forwarded_count": figures.forwarded,
    }


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole > 0 else 0.0


def _asked(asked: Question) -> schemas.DetailFilters:
    filters = asked.filters
    named = asked.domains if asked.named else None
    return schemas.DetailFilters(
        domains=[ids.render(ids.DOMAIN, domain) for domain in named or ()],
        start_date=asked.first,
        end_date=asked.last,
        filter_option=filters.option.value,
        providers=list(filters.reporters),
        trust=list(filters.trusts),
        ip_cidr=filters.network,
        country_code=list(filters.countries),
        spf_result=list(filters.spf_results),
        spf_policy=filters.spf_aligned,
        dkim_result=list(filters.dkim_results),
        dkim_policy=filters.dkim_aligned,
        dmarc_policy=list(filters.dispositions),
        rule_number=list(filters.numbers),
        spf_domain=filters.spf_domain,
        ptr=filters.host,
        override_comment=filters.comment,
    )


def _distinct(texts: Any) -> tuple[str, ...]:
    return tuple(sorted(set(texts)))


def _country(text: str) -> str:
    if len(text) != 2 or not (text.isascii() and text.isalpha()):
        raise Malformed("country_code is two letters, like DE", param="country_code")
    return text.upper()


def _name(text: str, param: str) -> str:
    """As reports are stored: in A-labels."""
    bare = text.strip().strip(".")
    return normalise(bare, param=param) if bare else ""
