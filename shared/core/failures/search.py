"""Looking for failure reports: with which right, for what, and page by page."""

from __future__ import annotations

from collections.abc import Iterable

from shared.core.access import Readable, read_account, read_domains
from shared.core.callers import Caller, require_scope
from shared.core.domains import Domains
from shared.core.errors import Malformed, NotFound
from shared.core.failures.jobs import FailureJobs, Job, Progress, Question, begin, counted
from shared.core.failures.marks import Sought, sought_subjects
from shared.core.groups import Groups
from shared.core.ids import ReportId
from shared.core.paging import Page, PageRequest
from shared.core.report_lists import check_days, list_reports
from shared.core.reports import Fact, ReportFilter, Reports, ReportSummary
from shared.core.rights import Scope
from shared.mailauth.reports.values import Kind


def read_failures(
    caller: Caller, groups: Groups, domains: Domains, references: Iterable[str] = ()
) -> Readable:
    """The right to read the failure reports of some domains, or of all that the caller sees. ``Forbidden``
    without the forensic scope, ``NotFound`` for a domain out of sight."""
    require_scope(caller, Scope.READ)
    require_scope(caller, Scope.FORENSIC)
    named = tuple(dict.fromkeys(references))
    return read_domains(caller, named, domains) if named else read_account(caller, groups)


def require_full_text(caller: Caller) -> None:
    """``Forbidden`` to whoever does not administer the account, too: what is hidden by default is personal
    data of third parties."""
    require_scope(caller, Scope.FORENSIC)
    require_scope(caller, Scope.ADMIN)


def filter_of(question: Question, key: bytes) -> ReportFilter:
    return ReportFilter(
        Kind.FAILURE,
        question.first,
        question.last,
        domain_part=question.domain_part,
        reporter_part=question.provider,
        sought=Sought(
            feedback_type=question.feedback_type,
            source_ip=question.source_ip,
            subjects=sought_subjects(question.subject, key),
            address=question.address,
        ),
    )


def check_period(caller: Caller, wanted: ReportFilter) -> None:
    """As ``check_days``; ``Malformed`` for more days than the plan keeps anything."""
    check_days(caller, wanted)
    most = caller.account.plan.retention_days
    if wanted.first and wanted.last and (wanted.last - wanted.first).days > most:
        raise Malformed(f"start_date and end_date are at most {most} days apart", param="end_date")


def start_job(
    jobs: FailureJobs,
    reports: Reports,
    caller: Caller,
    right: Readable,
    question: Question,
    *,
    key: bytes,
    token: str | None,
) -> Job:
    """Ask, and count the answer: not again where that is done, but where it was begun and never finished."""
    wanted = filter_of(question, key)
    check_period(caller, wanted)
    job = begin(jobs, caller, question, token)
    if job.progress(caller.now) is Progress.COMPLETED:
        return job
    done = counted(job, reports.count(right, wanted))
    jobs.finish(done)
    return done


def progress_of(job: Job, caller: Caller, domains: Domains) -> Progress:
    """``FAILED`` once a domain that it names is gone, or out of the asker's sight."""
    try:
        read_domains(caller, map(str, job.question.domains), domains)
    except NotFound:
        return Progress.FAILED
    return job.progress(caller.now)


def page_of(
    reports: Reports, caller: Caller, right: Readable, wanted: ReportFilter, page: PageRequest
) -> Page[Fact]:
    """With all that the reports say. A page may lack one that went a moment ago."""
    check_period(caller, wanted)
    found: Page[ReportSummary] = list_reports(reports, caller, right, wanted, page)
    return Page(reports.whole(found.items), found.next, found.total)


def find_failure(reports: Reports, right: Readable, number: ReportId) -> Fact:
    summary = reports.find(right, number)
    fact = None if summary is None or summary.kind is not Kind.FAILURE else reports.fact(summary)
    if fact is None:
        raise NotFound("The requested resource could not be found", param="id")
    return fact
