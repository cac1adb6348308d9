"""From a report as read to the facts that are stored of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from shared.core.accounts import Account
from shared.core.clock import DAY_SECONDS
from shared.core.documents import pack_failure, pack_policies
from shared.core.domains import Domain
from shared.core.failures.marks import Marks, marks_of
from shared.core.mail import Delivery, Trust
from shared.core.reports import (
    Fact,
    ReportNotes,
    ReportSummary,
    content_of,
    expiry,
    report_identity,
    report_number,
)
from shared.core.segments import SegmentWriter
from shared.mailauth.reports.reading import Parsed
from shared.mailauth.reports.values import (
    AggregateReport,
    Deviation,
    FailureReport,
    Kind,
    PolicyPublished,
    TlsReport,
)

_TEXT = 500
"""Characters of a reporter's own words that lists carry; the raw mail has them all."""


@dataclass(frozen=True, slots=True)
class Said:
    """One report about one policy domain, packed, before it is known whose it is.

    ``begin`` and ``end`` are 0 for a failure report that does not say when its message arrived. ``foreign``
    is a TLS report that others than its sender have signed.
    """

    path: str
    kind: Kind
    policy: PolicyPublished
    reporter: str
    email: str
    report_id: str
    begin: int
    end: int
    messages: int
    passed: int
    rows: int
    notes: ReportNotes
    segment: bytes
    marks: Marks | None = None
    foreign: bool = False

    def as_fact(self, domain: Domain, account: Account, delivery: Delivery, *, sole: bool) -> Fact:
        identity = report_identity(
            self.kind, self.policy.domain, self.reporter, self.report_id, self.begin, self.end
        )
        content = content_of(
            self.kind, self.policy.domain, self.reporter, str(self.begin), str(self.end), self.segment
        )
        begin = self.begin or delivery.received
        summary = ReportSummary(
            id=report_number(begin, domain, identity),
            account=account.id,
            domain_id=domain.id,
            domain=domain.name,
            kind=self.kind,
            policy_domain=self.policy.domain,
            reporter=self.reporter,
            email=self.email,
            report_id=self.report_id[:_TEXT],
            begin=begin,
            end=self.end or begin,
            received=delivery.received,
            expires=self._expires(account, delivery),
            messages=self.messages,
            passed=self.passed,
            rows=self.rows,
            trust=self.trust(delivery),
            policy=self.policy,
            mail=delivery.key,
            identity=identity,
            content=content,
            deviations=len(self.notes.deviations),
            sole=sole,
            marks=self.marks,
        )
        return Fact(summary, self.notes, self.segment)

    def trust(self, delivery: Delivery) -> Trust:
        """A TLS report is authentic when its sender has signed it (RFC 8460 section 3)."""
        if self.kind is not Kind.TLS:
            return delivery.verdicts.trust
        found = delivery.verdicts.trust_of_signed
        return Trust.UNVERIFIED if self.foreign and found is Trust.AUTHENTICATED else found

    def _expires(self, account: Account, delivery: Delivery) -> int:
        # Personal data of third parties is kept from its arrival, and not for long (standards 6.12).
        if self.kind is Kind.FAILURE:
            return delivery.received + account.plan.failure_retention_days * DAY_SECONDS
        return expiry(self.begin, account.plan.retention_days)


def said_by(parsed: Parsed) -> Iterator[Said]:
    """What a report says, one value for each policy domain in it."""
    report = parsed.report
    if isinstance(report, AggregateReport):
        yield _aggregate(parsed.path, report, parsed.rows)
    elif isinstance(report, TlsReport):
        yield from _tls(parsed.path, report)
    else:
        yield _failure(parsed.path, report)


def _aggregate(path: str, report: AggregateReport, writer: object) -> Said:
    if not isinstance(writer, SegmentWriter):
        raise TypeError("aggregate reports are read into segment writers")
    email = report.email or ""
    return Said(
        path=path,
        kind=Kind.AGGREGATE,
        policy=report.policy,
        reporter=(report.org_name or email.rpartition("@")[2])[:_TEXT],
        email=email[:_TEXT],
        report_id=report.report_id,
        begin=report.begin,
        end=report.end,
        messages=report.messages,
        passed=report.dmarc_pass,
        rows=writer.distinct_rows,
        notes=ReportNotes(
            extra_contact_info=report.extra_contact_info,
            errors=report.errors,
            generator=report.generator,
            version=report.version,
            namespace=report.namespace,
            bad_rows=report.bad_rows,
            deviations=report.deviations,
        ),
        segment=writer.pack(),
    )


def _tls(path: str, report: TlsReport) -> Iterator[Said]:
    policies = sorted(report.policies, key=lambda policy: policy.policy_domain)
    for policy_domain, group in groupby(policies, key=lambda policy: policy.policy_domain):
        about = tuple(group)
        failed = sum(policy.failed_sessions for policy in about)
        successful = sum(policy.successful_sessions for policy in about)
        yield Said(
            path=path,
            kind=Kind.TLS,
            policy=PolicyPublished(domain=policy_domain),
            reporter=report.organization[:_TEXT],
            email=(report.contact_info or "")[:_TEXT],
            report_id=report.report_id,
            begin=report.begin,
            end=report.end,
            messages=successful + failed,
            passed=successful,
            rows=len(about),
            notes=ReportNotes(deviations=_of_tls(report)),
            segment=pack_policies(about),
            foreign=report.is_signed_by_others,
        )


def _of_tls(report: TlsReport) -> tuple[Deviation, ...]:
    if not report.is_signed_by_others:
        return report.deviations
    return (*report.deviations, Deviation("signed_by_others", ", ".join(report.signers)[:_TEXT]))


def _failure(path: str, report: FailureReport) -> Said:
    begin = report.arrival or 0
    return Said(
        path=path,
        kind=Kind.FAILURE,
        policy=PolicyPublished(domain=report.reported_domain),
        reporter=report.reporter[:_TEXT],
        email="",
        report_id=report.report_id,
        begin=begin,
        end=begin,
        messages=report.incidents,
        passed=0,
        rows=1,
        notes=ReportNotes(deviations=report.deviations),
        segment=pack_failure(report),
        marks=marks_of(report),
    )
