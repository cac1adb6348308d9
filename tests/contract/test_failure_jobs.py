"""Searches among failure reports, as they are kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.failures.jobs import KEPT_DAYS, Job, Progress, Question, counted
from shared.core.ids import AccountId, DomainId
from tests.contract.given import DAY
from tests.contract.stores import Stores

ACCOUNT = AccountId(7)
QUESTION = Question(DAY, DAY, (DomainId(3), DomainId(4)), subject="invoice", address="@x.example")


@pytest.fixture
def job(stores: Stores) -> Job:
    return Job(ACCOUNT, "user_1", QUESTION.token("user_1"), QUESTION, int(stores.clock()))


def test_a_job_is_begun_once_and_finished(stores: Stores, job: Job) -> None:
    jobs = stores.failure_jobs
    assert jobs.begin(job) == job
    assert job.progress(stores.clock()) is Progress.GENERATING
    later = replace(job, started=job.started + 5)
    assert jobs.begin(later) == job
    jobs.finish(counted(job, 12))
    done = jobs.begin(later)
    assert done == jobs.get(ACCOUNT, "user_1", job.token) == counted(job, 12)
    assert done.progress(stores.clock()) is Progress.COMPLETED


def test_a_job_that_nobody_finished_is_begun_anew(stores: Stores, job: Job) -> None:
    jobs = stores.failure_jobs
    jobs.begin(job)
    stores.clock.time += 61
    left = jobs.get(ACCOUNT, "user_1", job.token)
    assert left is not None
    assert left.progress(stores.clock()) is Progress.UNKNOWN
    again = replace(job, started=int(stores.clock()))
    assert jobs.begin(again) == again
    jobs.finish(counted(job, 1))
    assert jobs.get(ACCOUNT, "user_1", job.token) == again


def test_jobs_are_their_askers_own_and_go(stores: Stores, job: Job) -> None:
    jobs = stores.failure_jobs
    others = [replace(job, asker=asker, token="t") for asker in ("user_11", "key_1")]
    mine = [job, replace(job, token="own", started=job.started + 1)]
    for each in (*others, *mine):
        jobs.begin(each)
    assert jobs.list_of(ACCOUNT, "user_1") == mine[::-1]
    assert jobs.get(ACCOUNT, "user_11", job.token) is None
    assert jobs.remove_all(ACCOUNT, "user_1") == 2
    assert jobs.list_of(ACCOUNT, "user_11") == [others[0]]
    jobs.finish(counted(job, 3))
    assert jobs.get(ACCOUNT, "user_1", job.token) is None
    stores.clock.time += KEPT_DAYS * 86_400
    assert jobs.list_of(ACCOUNT, "user_11") == []
    assert jobs.begin(replace(others[0], started=int(stores.clock()))).started == stores.clock()
    stores.clock.time -= KEPT_DAYS * 86_400
    assert jobs.remove_all(ACCOUNT, None) == 2


def test_tokens_tell_questions_and_askers_apart() -> None:
    tokens = {
        QUESTION.token("user_1"),
        QUESTION.token("user_2"),
        replace(QUESTION, subject="").token("user_1"),
    }
    assert {len(token) for token in tokens} == {16}
    assert len(tokens) == 3
