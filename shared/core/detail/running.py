"""Running a job: it is planned, its parts are read, the results are put together. Each is a message of its
own, which may come twice, late, or to two workers at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from shared.core.detail.chunks import encode
from shared.core.detail.jobs import (
    PATIENCE,
    DetailJob,
    DetailJobs,
    PartNote,
    Status,
    chunk_name,
    is_stalled,
)
from shared.core.detail.planning import Part, parts_of
from shared.core.detail.reading import Knowledge, Reader
from shared.core.detail.results import DetailShelf
from shared.core.domains import Domains
from shared.core.errors import Invalid
from shared.core.ids import AccountId, DomainId
from shared.core.queues import DetailSteps, DetailTask, Step
from shared.core.reports import Fact, Reports

STALLED: Final = "The job made no progress for more than an hour; ask again"
_DOMAINS: Final = 500


class Stopped(Exception):
    """The job was deleted or ended while it was being worked on."""


@dataclass(frozen=True, slots=True)
class DetailRunner:
    """``new_name`` gives names that are used once: what a second worker makes of a part never takes the place
    of what the first one made."""

    jobs: DetailJobs
    shelf: DetailShelf
    steps: DetailSteps
    domains: Domains
    reports: Reports
    knowledge: Knowledge
    new_name: Callable[[], str]

    def run(self, task: DetailTask, now: int) -> bool:
        """Whether there was anything to do. Done again, or after the job has ended, it does nothing."""
        job = self.jobs.get(task.account, task.token)
        if job is None or not job.is_open:
            return False
        if settled(self.jobs, job, now) is not job:
            return False
        try:
            self._step(task, job, now)
        except Stopped:
            return False
        except Invalid as refusal:
            self.jobs.fail(job, refusal.message, now)
        return True

    def _step(self, task: DetailTask, job: DetailJob, now: int) -> None:
        match task.step:
            case Step.PLAN:
                self._plan(job)
            case Step.PART:
                self._part(job, task.part, now)
            case Step.MERGE:
                self._merge(job, now)

    def _plan(self, job: DetailJob) -> None:
        asked = job.question
        domains = asked.domains if asked.domains is not None else tuple(self._every_domain(job.account))
        planned = self.jobs.plan(job, domains, len(parts_of(domains, asked.first, asked.last)))
        if planned is None or planned.parts is None:
            raise Stopped
        if planned.parts == 0:
            self._send_merge(job)
        self.steps.send(
            DetailTask(job.account, job.token, Step.PART, number) for number in range(planned.parts)
        )

    def _part(self, job: DetailJob, number: int, now: int) -> None:
        if all(note.part != number for note in self.jobs.notes(job)):
            self.jobs.note(job, self._read(job, number, now))
        if len(self.jobs.notes(job)) == job.parts:
            self._send_merge(job)

    def _merge(self, job: DetailJob, now: int) -> None:
        notes = sorted(self.jobs.notes(job), key=lambda note: note.part)
        if len(notes) != job.parts:
            return
        name = f"result-{self.new_name()}"
        chunks = (chunk for note in notes for chunk in note.names)
        self.shelf.put_together(job.account, job.token, chunks, name)
        self.jobs.finish(job, name, now)

    def _read(self, job: DetailJob, number: int, now: int) -> PartNote:
        reader = Reader(job.question.filters, self.knowledge, job.account)
        attempt, count = self.new_name(), 0
        for chunk in reader.chunks(self._facts(job, _parts(job)[number])):
            self.shelf.put_chunk(job.account, job.token, chunk_name(attempt, count), encode(chunk))
            count += 1
        return PartNote(number, attempt, count, now)

    def _facts(self, job: DetailJob, part: Part) -> Iterator[Fact]:
        """Between two domains it is seen whether the job is still wanted."""
        for place, domain in enumerate(part.domains):
            if place > 0:
                self._require_open(job)
            yield from self.reports.of_span(job.account, domain, part.first, part.last)

    def _require_open(self, job: DetailJob) -> None:
        current = self.jobs.get(job.account, job.token)
        if current is None or not current.is_open:
            raise Stopped

    def _send_merge(self, job: DetailJob) -> None:
        self.steps.send([DetailTask(job.account, job.token, Step.MERGE)])

    def _every_domain(self, account: AccountId) -> Iterator[DomainId]:
        after: DomainId | None = None
        while True:
            page = self.domains.page(account, after=after, limit=_DOMAINS)
            yield from (domain.id for domain in page.items)
            if not page.more:
                return
            after = page.items[-1].id


def _parts(job: DetailJob) -> list[Part]:
    if job.domains is None:
        raise Stopped
    return parts_of(job.domains, job.question.first, job.question.last)


def settled(jobs: DetailJobs, job: DetailJob, now: int) -> DetailJob:
    """The job; or as it is when it had to be given up, since nobody works on it any more."""
    if not job.is_open or job.created + PATIENCE >= now or not is_stalled(job, jobs.notes(job), now):
        return job
    jobs.fail(job, STALLED, now)
    return jobs.get(job.account, job.token) or replace(job, status=Status.FAILED, reason=STALLED, ended=now)
