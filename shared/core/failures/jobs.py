"""Searches among failure reports that somebody asked for: the same question is the same job.

A job holds the question and what it came to, never a report: its pages are read anew, with the right that
the reader has then. So nothing in it outlives a report, and it is done as soon as it is counted.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import IntEnum
from typing import Final, Protocol

from shared.core.callers import Caller
from shared.core.clock import DAY_SECONDS
from shared.core.errors import Conflict, Invalid, NotFound
from shared.core.ids import API_KEY, USER, AccountId, DomainId, render

KEPT_DAYS: Final = 3
MOST: Final = 200
"""Searches that one asker may have at a time."""

_PATIENCE: Final = 60
"""Seconds after which nobody is at work any more at a job that was not finished."""


class Progress(IntEnum):
    UNKNOWN = 0
    """It was never finished: ask again."""
    GENERATING = 1
    COMPLETED = 100
    FAILED = 700


@dataclass(frozen=True, slots=True)
class Question:
    """What is empty filters nothing. Days of arrival, both included; ``address`` as ``sought_address`` hides
    it; without ``domains`` all that the asker sees."""

    first: date | None = None
    last: date | None = None
    domains: tuple[DomainId, ...] = ()
    domain_part: str = ""
    subject: str = ""
    address: str = ""
    source_ip: str = ""
    feedback_type: str = ""
    provider: str = ""

    def token(self, asker: str) -> str:
        """16 characters, the same ones for the same question of the same asker."""
        said = json.dumps({**asdict(self), "asker": asker}, default=str, sort_keys=True)
        digest = hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest()
        return base64.b32encode(digest[:10]).decode("ascii").lower()


@dataclass(frozen=True, slots=True)
class Job:
    """``found`` is None until it is counted. Times are epoch seconds."""

    account: AccountId
    asker: str
    token: str
    question: Question
    started: int
    found: int | None = None

    @property
    def expires(self) -> int:
        return self.started + KEPT_DAYS * DAY_SECONDS

    def progress(self, now: float) -> Progress:
        if self.found is not None:
            return Progress.COMPLETED
        return Progress.GENERATING if now < self.started + _PATIENCE else Progress.UNKNOWN


class FailureJobs(Protocol):
    """What has expired is not there."""

    def begin(self, job: Job) -> Job:
        """Keep it, unless there is one of this asker and token that is finished or under way: that one."""

    def finish(self, job: Job) -> None:
        """Harmless where it was removed meanwhile: it stays removed."""

    def get(self, account: AccountId, asker: str, token: str) -> Job | None: ...

    def list_of(self, account: AccountId, asker: str) -> list[Job]:
        """Newest first."""

    def remove_all(self, account: AccountId, asker: str | None) -> int:
        """Of one asker, or of all of the account. How many they were."""


def asker_of(caller: Caller) -> str:
    """Jobs are their asker's own: whoever else is in the account may see other domains."""
    if caller.user is not None:
        return render(USER, caller.user)
    return render(API_KEY, caller.key or 0)


def begin(jobs: FailureJobs, caller: Caller, question: Question, token: str | None) -> Job:
    """The job of a question: the one there is, or a new one. ``Conflict`` where its token is that of another
    question, ``Invalid`` for one too many."""
    asker = asker_of(caller)
    job = Job(caller.account_id, asker, token or question.token(asker), question, int(caller.now))
    there = jobs.get(caller.account_id, asker, job.token)
    if there is None and len(jobs.list_of(caller.account_id, asker)) >= MOST:
        raise Invalid(f"There are {MOST} searches already; each goes after {KEPT_DAYS} days")
    kept = jobs.begin(job)
    if kept.question != question:
        raise Conflict("This token is that of another search", param="search_token")
    return kept


def find_job(jobs: FailureJobs, caller: Caller, token: str, *, param: str) -> Job:
    job = jobs.get(caller.account_id, asker_of(caller), token)
    if job is None:
        raise NotFound("The requested resource could not be found", param=param)
    return job


def counted(job: Job, found: int) -> Job:
    return replace(job, found=found)
