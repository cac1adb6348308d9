"""Jobs: a question that is being answered, how far it is, and how it ended.

A job is done in parts, and a part is done when it is noted, once: who does it again finds the note. Nothing
counts up: how far a job is follows from the notes that are there. A job of which nothing was noted for longer
than any message can take to come back, with all its attempts, has failed, whoever looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from shared.core.clock import DAY_SECONDS
from shared.core.detail.questions import Question
from shared.core.errors import NotFound
from shared.core.ids import AccountId, DomainId

KEPT_SECONDS: Final = 3 * DAY_SECONDS
PATIENCE: Final = 4_500
"""Seconds without any progress after which a job has failed: more than five attempts of twelve minutes."""

_TIME_DIGITS: Final = 5
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LENGTH: Final = 16
_SINCE: Final = 1_735_689_600


class Status(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class NotReady(NotFound):
    """There is no result, or not yet."""

    code = "not_ready"


@dataclass(frozen=True, slots=True)
class DetailJob:
    """``domains`` and ``parts`` are None until it is planned, ``result`` names what it made; times are epoch
    seconds."""

    account: AccountId
    token: str
    created: int
    question: Question
    status: Status = Status.WAITING
    domains: tuple[DomainId, ...] | None = None
    parts: int | None = None
    ended: int | None = None
    result: str = ""
    reason: str = ""

    @property
    def expires(self) -> int:
        return self.created + KEPT_SECONDS

    @property
    def is_open(self) -> bool:
        return self.status in (Status.WAITING, Status.RUNNING)


@dataclass(frozen=True, slots=True)
class PartNote:
    """That a part is done: the name of the attempt at it that counts, how many chunks that made, and when."""

    part: int
    attempt: str
    chunks: int
    at: int

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(chunk_name(self.attempt, number) for number in range(self.chunks))


@dataclass(frozen=True, slots=True)
class Progress:
    """``value`` from 0 to 100, which only a finished job reaches."""

    label: str
    value: int


class DetailJobs(Protocol):
    """Reads are strongly consistent and show no job that has expired."""

    def begin(self, job: DetailJob, same: str, replaced: str | None) -> str | None:
        """Store a job as the one that answers ``same``: None when it is. When another one is and its token
        is not ``replaced``, nothing is stored and that token is the answer."""

    def get(self, account: AccountId, token: str) -> DetailJob | None: ...

    def page(
        self, account: AccountId, *, after: str | None, newest_first: bool, limit: int
    ) -> list[DetailJob]:
        """In the order in which they were created, after the job of that token."""

    def plan(self, job: DetailJob, domains: tuple[DomainId, ...], parts: int) -> DetailJob | None:
        """Store what a job is to be done of. The job as it is then, also when another call was first; None
        when it is gone or has ended."""

    def note(self, job: DetailJob, note: PartNote) -> None:
        """Nothing happens when the part was noted before."""

    def notes(self, job: DetailJob) -> list[PartNote]: ...

    def finish(self, job: DetailJob, result: str, now: int) -> bool:
        """False when it is gone or has ended."""

    def fail(self, job: DetailJob, reason: str, now: int) -> bool:
        """As ``finish``."""

    def remove(self, job: DetailJob) -> None:
        """Harmless when it is gone."""


def chunk_name(attempt: str, number: int) -> str:
    return f"parts/{attempt}-{number}"


def new_token(now: float, random_bits: int) -> str:
    """16 letters and digits: five tell the second, so that tokens sort by time, eleven are chance, some 65
    bits of it. ``random_bits`` has 128."""
    return _written(int(now) - _SINCE, _TIME_DIGITS) + _written(random_bits, _LENGTH - _TIME_DIGITS)


def progress_of(job: DetailJob, done: int) -> Progress:
    """``done`` parts were noted."""
    if job.status is Status.FINISHED:
        return Progress("finished", 100)
    if job.parts is None or job.status is Status.WAITING:
        return Progress(job.status.value, 0)
    value = 95 if job.parts == 0 else 1 + 94 * min(done, job.parts) // job.parts
    if job.status is Status.FAILED:
        return Progress("failed", value)
    return Progress("putting the results together" if done >= job.parts else "reading reports", value)


def is_stalled(job: DetailJob, notes: list[PartNote], now: float) -> bool:
    """Whether nothing will come of an open job any more."""
    last = max((note.at for note in notes), default=job.created)
    return job.is_open and max(last, job.created) + PATIENCE < now


def is_token(text: str) -> bool:
    return len(text) == _LENGTH and all(letter in _DIGITS for letter in text)


def _written(number: int, digits: int) -> str:
    found = []
    for _ in range(digits):
        number, digit = divmod(number, len(_DIGITS))
        found.append(_DIGITS[digit])
    return "".join(reversed(found))
