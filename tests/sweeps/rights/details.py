"""Detail reports, for the rights that they take."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus

from shared.adapters.detail.shelf import S3DetailShelf
from shared.adapters.dynamodb.detail_jobs import DynamoDetailJobs
from shared.core.detail.chunks import Chunk, encode
from shared.core.detail.jobs import PATIENCE, DetailJob, PartNote, chunk_name, new_token
from shared.core.detail.questions import Question
from shared.core.messages import encode_detail_task
from shared.core.queues import DetailTask, Step
from tests.sweeps.rights.scene import Scene, Try

_EMPTY = encode(Chunk([], [], [], [], [], {}))


def asks(scene: Scene) -> Try:
    """Another question each time, or it is answered by what is there."""

    def tried() -> bool:
        body = {**_days(), "override_comment": f"{random.getrandbits(64):x}"}
        return scene.asks("POST", "/detail-reports", HTTPStatus.ACCEPTED, json=body)()

    return tried


def reads_job(scene: Scene) -> Try:
    return scene.asks("GET", f"/detail-reports/{_job(scene).token}", HTTPStatus.OK)


def reads_result(scene: Scene) -> Try:
    def tried() -> bool:
        # A result that was fetched is not fetched again.
        return scene.asks("GET", f"/detail-reports/{_finished(scene).token}/charts", HTTPStatus.OK)()

    return tried


def deletes(scene: Scene) -> Try:
    def tried() -> bool:
        path = f"/detail-reports/{_finished(scene).token}"
        return scene.asks("DELETE", path, HTTPStatus.NO_CONTENT)()

    return tried


def plans(scene: Scene) -> Try:
    def tried() -> bool:
        return _works(scene, _job(scene), Step.PLAN)

    return tried


def reads_part(scene: Scene) -> Try:
    def tried() -> bool:
        return _works(scene, _planned(scene), Step.PART)

    return tried


def puts_together(scene: Scene) -> Try:
    def tried() -> bool:
        job = _planned(scene)
        _note(scene, job)
        return _works(scene, job, Step.MERGE)

    return tried


def gives_up(scene: Scene) -> Try:
    """One that nobody worked on for too long."""

    def tried() -> bool:
        _job(scene, age=PATIENCE + 60)
        return scene.runs("reconcile")()

    return tried


def _works(scene: Scene, job: DetailJob, step: Step) -> bool:
    task = encode_detail_task(DetailTask(job.account, job.token, step))
    return bool(scene.works("run-detail-job", task))


def _jobs(scene: Scene) -> DynamoDetailJobs:
    return DynamoDetailJobs(scene.table, time.time)


def _job(scene: Scene, *, age: int = 0) -> DetailJob:
    """Of the scene's domain, and waiting for so many seconds."""
    now = int(time.time()) - age
    day = scene.large.day
    token = new_token(now, random.getrandbits(128))
    job = DetailJob(scene.account, token, now, Question(day, day, (scene.home.id,)))
    assert _jobs(scene).begin(job, token, None) is None
    return job


def _planned(scene: Scene) -> DetailJob:
    planned = _jobs(scene).plan(_job(scene), (scene.home.id,), 1)
    assert planned is not None
    return planned


def _note(scene: Scene, job: DetailJob) -> None:
    """That its one part is done, with a chunk that holds nothing."""
    name = chunk_name("rights", 0)
    shelf = S3DetailShelf(scene.s3, scene.stack.data_bucket)
    shelf.put_chunk(job.account, job.token, name, _EMPTY)
    _jobs(scene).note(job, PartNote(0, "rights", 1, int(time.time())))


def _finished(scene: Scene) -> DetailJob:
    job = _planned(scene)
    _note(scene, job)
    shelf = S3DetailShelf(scene.s3, scene.stack.data_bucket)
    shelf.put_together(job.account, job.token, [chunk_name("rights", 0)], "result-rights")
    assert _jobs(scene).finish(job, "result-rights", int(time.time()))
    return replace(job, result="result-rights")


def _days() -> dict[str, str]:
    today = datetime.now(UTC).date().isoformat()
    return {"start_date": today, "end_date": today}
