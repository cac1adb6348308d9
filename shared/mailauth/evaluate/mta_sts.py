"""Whether senders find and can apply a domain's MTA-STS policy (RFC 8461)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from shared.mailauth.evaluate import mta_sts_flaws as flaws
from shared.mailauth.evaluate.fetching import fetched_from, is_open, media_type, trouble_with
from shared.mailauth.evaluate.inspection import Inspection, State, state_of
from shared.mailauth.evaluate.mta_sts_hosts import CoveredHost, covered_hosts, host_findings
from shared.mailauth.evaluate.questions import (
    Answer,
    Asking,
    Fetch,
    Fetched,
    Fetching,
    Question,
    Type,
    answer_to,
    ask,
)
from shared.mailauth.findings import Finding, has_errors
from shared.mailauth.records import mta_sts, mta_sts_policy

LARGEST: Final = 64 * 2**10
"""Octets of a policy; senders may stop reading there (RFC 8461 section 3.2)."""
_PATIENCE: Final = 6.0
_HTML: Final = (b"<!doctype", b"<html", b"<head", b"<body", b"<script")


@dataclass(frozen=True, slots=True, kw_only=True)
class MtaStsInspection(Inspection):
    """``id`` is that of the one record; ``aliases`` are the CNAMEs that led to it."""

    id: str | None = None
    aliases: tuple[str, ...] = ()
    record: mta_sts.MtaStsRecord | None = None


class CertificateState(StrEnum):
    """Of the policy host's certificate."""

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN = "unknown"
    """No TLS connection came about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MtaStsPolicyInspection(Inspection):
    """``query`` is the policy's URL, ``records`` are its lines. ``record_id`` is the id of the TXT record."""

    status: int = 0
    media_type: str = ""
    addresses: tuple[str, ...] = ()
    certificate: CertificateState = CertificateState.UNKNOWN
    certificate_trouble: str = ""
    certificate_ends: str | None = None
    record_id: str | None = None
    record_published: bool | None = None
    """None where the DNS did not say."""
    policy: mta_sts_policy.MtaStsPolicy | None = None
    hosts: tuple[CoveredHost, ...] = ()


def validate_mta_sts(text: str, domain: str = "") -> MtaStsInspection:
    """The text of a record, without the DNS."""
    record = mta_sts.parse(text)
    return MtaStsInspection(
        domain=domain,
        query=f"_mta-sts.{domain}" if domain else "",
        state=State.INVALID if has_errors(record.findings) else State.VALID,
        records=(text,),
        findings=record.findings,
        id=record.id,
        record=record,
    )


def inspect_mta_sts(domain: str) -> Asking[MtaStsInspection]:
    """The record of the very domain (nothing is inherited), as ``names.normalised`` spells it."""
    query = f"_mta-sts.{domain}"
    return _record_inspection(domain, query, (yield from ask(query, Type.TXT)))


def _record_inspection(domain: str, query: str, answer: Answer) -> MtaStsInspection:
    texts = tuple(text for text in answer.records if mta_sts.is_mta_sts(text)) if answer.found else ()
    record = mta_sts.parse(texts[0]) if len(texts) == 1 else None
    findings: tuple[Finding, ...] = ()
    if answer.failed:
        findings = (flaws.DNS_ERROR.found(query, None, reason=answer.reason or "no answer"),)
    elif record is not None:
        findings = record.findings
    else:
        findings = tuple(_without_one_record(query, answer, len(texts)))
    return MtaStsInspection(
        domain=domain,
        query=query,
        state=state_of(answer, bool(texts), findings),
        records=texts,
        ttl=None if answer.failed else answer.ttl,
        findings=findings,
        id=record.id if record is not None else None,
        aliases=answer.aliases,
        record=record,
    )


def _without_one_record(query: str, answer: Answer, count: int) -> Iterator[Finding]:
    if answer.found and not count:
        yield flaws.OTHER_TEXT.found(query)
    if count:
        yield flaws.SEVERAL.found(query, None, count=count)
    elif answer.aliases:
        yield flaws.DANGLING.found(query, None, target=answer.aliases[-1])
    else:
        yield flaws.MISSING.found(query)


def validate_mta_sts_policy(text: str, domain: str = "") -> MtaStsPolicyInspection:
    """The text of a policy file; nobody is asked what serves it, or which hosts it has to cover."""
    policy = mta_sts_policy.parse(text)
    return MtaStsPolicyInspection(
        domain=domain,
        query=_url(domain) if domain else "",
        state=State.INVALID if has_errors(policy.findings) or not policy.valid else State.VALID,
        records=tuple(text.splitlines()),
        findings=policy.findings,
        policy=policy,
    )


def inspect_mta_sts_policy(domain: str) -> Asking[MtaStsPolicyInspection]:
    """The policy file, whether the record points to it, and whether it covers the domain's mail hosts.

    Without a record no sender asks: then whatever else the web server answers is no fault of a policy.
    """
    text = Question(f"_mta-sts.{domain}", Type.TXT)
    hosts = Question(domain, Type.MX)
    wanted = Fetch(_url(domain), LARGEST, _PATIENCE)
    replies = yield (text, hosts, wanted)
    record = _record_inspection(domain, text.name, answer_to(replies, text))
    return _policy_inspection(
        domain, record, answer_to(replies, hosts), wanted, fetched_from(replies, wanted)
    )


def _url(domain: str) -> str:
    return f"https://mta-sts.{domain}/.well-known/mta-sts.txt"


def _policy_inspection(
    domain: str, record: MtaStsInspection, mx: Answer, wanted: Fetch, fetched: Fetched
) -> MtaStsPolicyInspection:
    trouble = trouble_with(fetched, wanted.url, flaws.FETCHING)
    published = None if record.state is State.ERROR else bool(record.records)
    served = _serving_findings(fetched, wanted.url) if trouble is None else []
    is_policy = trouble is None and not has_errors(served)
    absent = published is False and not is_policy
    policy: mta_sts_policy.MtaStsPolicy | None = None
    hosts: tuple[CoveredHost, ...] = ()
    text = ""
    if absent:
        findings = [flaws.NO_POLICY.found(domain)]
    elif published is None and not is_policy:
        findings = [*record.findings]
    else:
        findings = [*_link_findings(record, published, trouble, wanted.url), *served]
    if is_policy:
        text = fetched.body.decode("utf-8", errors="replace")
        policy = mta_sts_policy.parse(text)
        hosts = covered_hosts(domain, mx, policy)
        findings += [*policy.findings, *host_findings(domain, mx, hosts, policy)]
    return MtaStsPolicyInspection(
        domain=domain,
        query=wanted.url,
        state=_state(absent, findings, trouble, record),
        records=tuple(text.splitlines()),
        findings=tuple(findings),
        status=fetched.status,
        media_type=media_type(fetched),
        addresses=fetched.addresses,
        certificate=_certificate_state(fetched),
        certificate_trouble=fetched.reason if fetched.outcome is Fetching.BAD_CERTIFICATE else "",
        certificate_ends=_moment(fetched.certificate_ends),
        record_id=record.id,
        record_published=published,
        policy=policy,
        hosts=hosts,
    )


def _link_findings(
    record: MtaStsInspection, published: bool | None, trouble: Finding | None, url: str
) -> list[Finding]:
    """Whether record and policy go together."""
    found = [trouble] if trouble is not None else []
    if published is None:
        found += record.findings
    elif published and trouble is not None and not is_open(trouble):
        found.append(flaws.RECORD_WITHOUT_POLICY.found(url))
    elif not published and trouble is None:
        found.append(flaws.POLICY_WITHOUT_RECORD.found(record.query))
    return found


def _serving_findings(fetched: Fetched, url: str) -> list[Finding]:
    served = media_type(fetched)
    if fetched.body.lstrip()[:20].lower().startswith(_HTML):
        return [flaws.WEB_PAGE.found(url)]
    return [] if served == "text/plain" else [flaws.MEDIA_TYPE.found(served)]


def _state(absent: bool, findings: list[Finding], trouble: Finding | None, record: MtaStsInspection) -> State:
    if absent:
        return State.MISSING
    if has_errors(findings):
        return State.INVALID
    return State.ERROR if is_open(trouble) or record.state is State.ERROR else State.VALID


def _certificate_state(fetched: Fetched) -> CertificateState:
    if fetched.outcome is Fetching.BAD_CERTIFICATE:
        return CertificateState.INVALID
    if fetched.certificate_ends is not None or fetched.outcome is Fetching.FETCHED:
        return CertificateState.VALID
    return CertificateState.UNKNOWN


def _moment(epoch: int | None) -> str | None:
    if epoch is None:
        return None
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
