from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from shared.adapters.detail.pages import SqliteResult
from shared.adapters.detail.writing import put_together
from shared.core.detail.chunks import decode
from shared.core.detail.jobs import DetailJob, PartNote, Status
from shared.core.detail.results import DetailResult
from shared.core.ids import AccountId, DomainId

_Home = tuple[AccountId, str]


class FakeDetailJobs:
    def __init__(self, now: Callable[[], float] = lambda: 0.0) -> None:
        self.now = now
        self.stored: dict[_Home, DetailJob] = {}
        self.same: dict[tuple[AccountId, str], str] = {}
        self.noted: dict[_Home, dict[int, PartNote]] = {}

    def begin(self, job: DetailJob, same: str, replaced: str | None) -> str | None:
        there = self.same.get((job.account, same))
        live = there is not None and self._live((job.account, there))
        if live and there != replaced:
            return there
        self.same[job.account, same] = job.token
        self.stored[_home(job)] = job
        return None

    def get(self, account: AccountId, token: str) -> DetailJob | None:
        return self.stored[account, token] if self._live((account, token)) else None

    def page(
        self, account: AccountId, *, after: str | None, newest_first: bool, limit: int
    ) -> list[DetailJob]:
        tokens = sorted(
            (token for owner, token in self.stored if owner == account and self._live((owner, token))),
            reverse=newest_first,
        )
        left = [
            token for token in tokens if after is None or (token < after if newest_first else token > after)
        ]
        return [self.stored[account, token] for token in left[:limit]]

    def plan(self, job: DetailJob, domains: tuple[DomainId, ...], parts: int) -> DetailJob | None:
        current = self.get(job.account, job.token)
        if current is None or not current.is_open:
            return None
        if current.domains is None:
            current = replace(current, domains=domains, parts=parts, status=Status.RUNNING)
            self.stored[_home(job)] = current
        return current

    def note(self, job: DetailJob, note: PartNote) -> None:
        self.noted.setdefault(_home(job), {}).setdefault(note.part, note)

    def notes(self, job: DetailJob) -> list[PartNote]:
        return list(self.noted.get(_home(job), {}).values())

    def finish(self, job: DetailJob, result: str, now: int) -> bool:
        return self._end(replace(job, status=Status.FINISHED, result=result, ended=now))

    def fail(self, job: DetailJob, reason: str, now: int) -> bool:
        return self._end(replace(job, status=Status.FAILED, reason=reason, ended=now))

    def remove(self, job: DetailJob) -> None:
        self.stored.pop(_home(job), None)
        self.noted.pop(_home(job), None)
        self.same = {key: token for key, token in self.same.items() if token != job.token}

    def _end(self, ended: DetailJob) -> bool:
        current = self.get(ended.account, ended.token)
        if current is None or not current.is_open:
            return False
        self.stored[_home(ended)] = replace(ended, domains=current.domains, parts=current.parts)
        return True

    def _live(self, home: _Home) -> bool:
        return home in self.stored and self.stored[home].expires > self.now()


class FakeDetailShelf:
    """Chunks in memory; results in files, for they are nothing else."""

    def __init__(self) -> None:
        self.objects: dict[tuple[AccountId, str, str], bytes] = {}
        self.results: dict[tuple[AccountId, str, str], DetailResult] = {}
        self._folder = tempfile.TemporaryDirectory()

    def put_chunk(self, account: AccountId, token: str, name: str, data: bytes) -> None:
        self.objects[account, token, name] = data

    def put_together(self, account: AccountId, token: str, chunks: Iterable[str], name: str) -> None:
        path = Path(self._folder.name, f"{account}-{token}-{name}")
        put_together((decode(self.objects[account, token, chunk]) for chunk in chunks), path)
        self.results[account, token, name] = SqliteResult(path)

    def result(self, account: AccountId, token: str, name: str) -> DetailResult | None:
        return self.results.get((account, token, name))

    def clear(self, account: AccountId, token: str) -> None:
        for held in (self.objects, self.results):
            for key in [key for key in held if key[:2] == (account, token)]:
                held.pop(key)


def _home(job: DetailJob) -> _Home:
    return job.account, job.token
