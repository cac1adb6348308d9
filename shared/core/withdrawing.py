"""Stored reports taken back for good: the mail, the report, its part in the figures of its day."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from shared.core.mail import Mailbox
from shared.core.queues import TouchedDay, TouchedDays
from shared.core.reports import Reports, ReportSummary

FOLLOW_UP_SECONDS: Final = 60
"""Longer than a request can take."""


def withdraw(
    summaries: Collection[ReportSummary], reports: Reports, mailbox: Mailbox, touched_days: TouchedDays
) -> None:
    """Whoever does it may die anywhere. The mail goes first, so that what is left is found again; and the
    figures are made anew once nobody can be at work on it any more, even if all that was done is the
    deleting. A mail that brought other reports, too, or came for another account as well, stays."""
    days = {TouchedDay(each.account, each.domain_id, each.day) for each in summaries}
    touched = sorted(days, key=lambda each: (each.domain, each.day))
    if not touched:
        return
    touched_days.send(touched, delay=FOLLOW_UP_SECONDS)
    for summary in summaries:
        if summary.sole:
            mailbox.remove(summary.mail)
        reports.remove(summary)
    touched_days.send(touched)
