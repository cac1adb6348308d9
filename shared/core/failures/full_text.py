"""A failure report with the personal data that is not stored of it: read from its mail, for who may."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import BinaryIO

from shared.core.errors import NotFound
from shared.core.mail import Mailbox
from shared.core.reports import ReportSummary
from shared.mailauth.reports.reading import Parsed, Reading
from shared.mailauth.reports.values import FailureReport

Read = Callable[[BinaryIO], Iterable[Reading]]


def full_text(mailbox: Mailbox, read: Read, summary: ReportSummary) -> FailureReport:
    """``NotFound`` when the mail has gone before the report."""
    with mailbox.open(summary.mail) as source:
        for reading in read(source):
            report = reading.report if isinstance(reading, Parsed) else None
            if isinstance(report, FailureReport) and _is_it(report, summary):
                return report
    raise NotFound("The mail of this report does not hold it any more", param="id")


def _is_it(report: FailureReport, summary: ReportSummary) -> bool:
    return (
        report.reported_domain == summary.policy_domain
        and report.report_id[: len(summary.report_id)] == summary.report_id
        and (report.arrival or summary.begin) == summary.begin
    )
