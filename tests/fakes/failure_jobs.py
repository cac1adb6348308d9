from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from shared.core.failures.jobs import Job, Progress
from shared.core.ids import AccountId


class FakeFailureJobs:
    def __init__(self, now: Callable[[], float] = lambda: 0.0) -> None:
        self.now = now
        self.jobs: dict[tuple[AccountId, str, str], Job] = {}

    def begin(self, job: Job) -> Job:
        there = self.get(job.account, job.asker, job.token)
        if there is not None and there.progress(self.now()) is not Progress.UNKNOWN:
            return there
        self.jobs[job.account, job.asker, job.token] = job
        return job

    def finish(self, job: Job) -> None:
        there = self.jobs.get((job.account, job.asker, job.token))
        if there is not None and there.started == job.started:
            self.jobs[job.account, job.asker, job.token] = replace(there, found=job.found)

    def get(self, account: AccountId, asker: str, token: str) -> Job | None:
        job = self.jobs.get((account, asker, token))
        return job if job is not None and job.expires > self.now() else None

    def list_of(self, account: AccountId, asker: str) -> list[Job]:
        mine = (self.get(*key) for key in self.jobs if key[:2] == (account, asker))
        live = [job for job in mine if job is not None]
        return sorted(live, key=lambda job: (job.started, job.token), reverse=True)

    def remove_all(self, account: AccountId, asker: str | None) -> int:
        gone = [key for key in self.jobs if key[0] == account and asker in (None, key[1])]
        for key in gone:
            del self.jobs[key]
        return len(gone)
