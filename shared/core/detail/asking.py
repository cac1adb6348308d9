"""Asking, and reading what came of it.

A job shows what its domains' reports say, so it is there for those who see all of its domains now, whoever
asked. Who may is decided here and not by the jobs themselves: they are found by their token alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from shared.core.access import Readable
from shared.core.accounts import Account
from shared.core.detail.jobs import (
    DetailJob,
    DetailJobs,
    NotReady,
    Progress,
    Status,
    is_token,
    new_token,
    progress_of,
)
from shared.core.detail.questions import Question
from shared.core.detail.results import DetailResult, DetailShelf
from shared.core.detail.running import settled
from shared.core.errors import Conflict, NotFound
from shared.core.ids import AccountId
from shared.core.queues import DetailSteps, DetailTask, Step
from shared.core.rollups import Rollups
from shared.core.statistics import Span

FEW_DOMAINS: Final = 50
"""Of these the rollups are looked at one by one, to tell whether anything was reported since."""

_UNKNOWN_SECONDS: Final = 600
"""For how long an answer is taken for new where looking would cost too much."""

_ATTEMPTS: Final = 4
_PAGE: Final = 50
_TOKEN_BITS: Final = 128


@dataclass(frozen=True, slots=True)
class JobPage:
    """``after`` is the token to go on from, None at the end."""

    items: list[DetailJob]
    after: str | None


def ask(
    jobs: DetailJobs,
    steps: DetailSteps,
    account: AccountId,
    question: Question,
    version: str,
    *,
    now: float,
    random_bits: Callable[[int], int],
) -> tuple[DetailJob, bool]:
    """The job that answers the question, and whether it was begun for it. One that failed is begun anew;
    ``Conflict`` when others begin the same one all the time."""
    same = question.sameness(version)
    job = DetailJob(account, new_token(now, random_bits(_TOKEN_BITS)), int(now), question)
    replaced: str | None = None
    for _ in range(_ATTEMPTS):
        there = jobs.begin(job, same, replaced)
        if there is None:
            steps.send([DetailTask(account, job.token, Step.PLAN)])
            return job, True
        found = jobs.get(account, there)
        if found is not None:
            found = settled(jobs, found, int(now))
            if found.status is Status.WAITING:
                # Whoever began it may have died before it was sent. To plan it twice is harmless.
                steps.send([DetailTask(account, found.token, Step.PLAN)])
            if found.status is not Status.FAILED:
                return found, False
        replaced = there
    raise Conflict("The same report is being asked for by others: try again")


def version_of(rollups: Rollups, right: Readable, alone: Sequence[Readable], span: Span, now: float) -> str:
    """Changes when the days of the asked domains do, as far as their rollups tell. ``alone`` has the rights
    to each of the domains, where they are few; else ``right`` is looked at, if it is to the whole account."""
    if alone:
        said = [repr(rollups.totals(each, span.first, span.last)) for each in alone]
    elif right.whole:
        said = [repr(rollups.account_days(right, span.first, span.last))]
    else:
        said = [str(int(now) // _UNKNOWN_SECONDS)]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def find_job(jobs: DetailJobs, right: Readable, token: str, now: float) -> DetailJob:
    """``NotFound`` for a token of nothing, and for a job of domains that are out of sight."""
    job = jobs.get(right.account, token) if is_token(token) else None
    if job is None or not _is_visible(job, right):
        raise NotFound("The requested resource could not be found", param="token")
    return settled(jobs, job, int(now))


def list_jobs(
    jobs: DetailJobs, right: Readable, *, after: str | None, newest_first: bool, limit: int, now: float
) -> JobPage:
    found: list[DetailJob] = []
    for job in _all_jobs(jobs, right.account, after, newest_first=newest_first):
        if _is_visible(job, right):
            if len(found) == limit:
                return JobPage(found, found[-1].token)
            found.append(settled(jobs, job, int(now)))
    return JobPage(found, None)


def look_at(jobs: DetailJobs, job: DetailJob) -> Progress:
    return progress_of(job, len(jobs.notes(job)) if job.status is Status.RUNNING else 0)


def result_of(shelf: DetailShelf, job: DetailJob) -> DetailResult:
    """``NotReady`` until it is finished, and when it failed."""
    if job.status is Status.FAILED:
        raise NotReady(f"The report failed: {job.reason}", param="token")
    found = shelf.result(job.account, job.token, job.result) if job.status is Status.FINISHED else None
    if found is None:
        raise NotReady("The report is not finished yet", param="token")
    return found


def remove_job(jobs: DetailJobs, shelf: DetailShelf, job: DetailJob) -> None:
    """One that runs stops before its next domain."""
    jobs.remove(job)
    shelf.clear(job.account, job.token)


def give_up_stalled(accounts: Iterable[Account], jobs: DetailJobs, now: int) -> int:
    """Of all accounts, once a day. How many there were."""
    count = 0
    for account in accounts:
        for job in _all_jobs(jobs, account.id, None, newest_first=True):
            count += job.is_open and settled(jobs, job, now) is not job
    return count


def _all_jobs(
    jobs: DetailJobs, account: AccountId, after: str | None, *, newest_first: bool
) -> Iterator[DetailJob]:
    while True:
        page = jobs.page(account, after=after, newest_first=newest_first, limit=_PAGE)
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1].token


def _is_visible(job: DetailJob, right: Readable) -> bool:
    domains = job.question.domains
    return right.whole if domains is None else all(map(right.covers, domains))
