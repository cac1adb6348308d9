"""The resolver of the house: the DNS asked for many, each thing once, and what drives evaluations with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from shared.adapters.dns_upstream import Upstream
from shared.adapters.resolver_cache import Cache
from shared.core.lookups import PATIENCE
from shared.mailauth.evaluate.questions import (
    Answer,
    Asked,
    Asking,
    Fetch,
    Fetched,
    Fetching,
    Outcome,
    Question,
)

T = TypeVar("T")

_MOST_OPEN: Final = 200
"""Questions under way at once."""
_MOST_ASKED: Final = 500
"""Questions and fetches of one evaluation."""
_MOST_SIDE_BY_SIDE: Final = 100
"""Evaluations under way at once."""
_TOO_LATE: Final = Answer(Outcome.FAILED, reason="timeout")
_TOO_MANY: Final = Answer(Outcome.FAILED, reason="too many questions")


class Fetcher(Protocol):
    async def fetch(self, wanted: Fetch, resolve: Callable[[Question], Awaitable[Answer]]) -> Fetched:
        """Never raises for what servers do."""


class NoFetcher:
    """For a resolver without a way to the web."""

    async def fetch(self, wanted: Fetch, resolve: Callable[[Question], Awaitable[Answer]]) -> Fetched:
        return Fetched(Fetching.REFUSED, reason="no fetcher")


class Resolver:
    """Answers questions within one event loop: equal ones at the same time are asked once, and what the
    cache holds is not asked."""

    def __init__(self, upstream: Upstream, cache: Cache, *, most_open: int = _MOST_OPEN) -> None:
        self._upstream = upstream
        self._cache = cache
        self._open = asyncio.Semaphore(most_open)
        self._flights: dict[Question, asyncio.Task[Answer]] = {}

    async def ask(self, question: Question) -> Answer:
        """A caller that is cancelled leaves the question open for the others that wait for it."""
        cached = self._cache.get(question)
        return await asyncio.shield(self.flight(question)) if cached is None else cached

    def cached(self, question: Question) -> Answer | None:
        return self._cache.get(question)

    def flight(self, question: Question) -> asyncio.Task[Answer]:
        """The one task that asks the question; not to be cancelled by those who share it."""
        task = self._flights.get(question)
        if task is None:
            task = self._flights[question] = asyncio.create_task(self._fly(question))
        return task

    async def _fly(self, question: Question) -> Answer:
        try:
            async with self._open:
                answer = await self._upstream.ask(question)
            self._cache.put(question, answer)
            return answer
        finally:
            del self._flights[question]

    async def close(self) -> None:
        """Ends what is under way."""
        await _ended(list(self._flights.values()))


@dataclass(slots=True)
class _Budget:
    """``ends`` is a time of the event loop; ``left`` counts questions."""

    ends: float
    left: int = _MOST_ASKED


class ResolvedLookups:
    """``Lookups`` by DNS and HTTPS.

    Without a ``cache`` every run starts with an empty one: nothing it says is older than the run.
    """

    def __init__(
        self, upstream: Upstream, fetcher: Fetcher | None = None, *, cache: Cache | None = None
    ) -> None:
        self._upstream = upstream
        self._fetcher = fetcher or NoFetcher()
        self._cache = cache

    def run(self, asking: Asking[T], *, within: float = PATIENCE) -> T:
        return self.run_all([asking], within=within)[0]

    def run_all(self, askings: Sequence[Asking[T]], *, within: float = PATIENCE) -> list[T]:
        """``within`` is for all of them together."""
        return asyncio.run(self._drive_all(askings, within))

    async def _drive_all(self, askings: Sequence[Asking[T]], within: float) -> list[T]:
        ends = asyncio.get_running_loop().time() + within
        resolver = Resolver(self._upstream, Cache() if self._cache is None else self._cache)
        waiting = iter(enumerate(askings))
        done: dict[int, T] = {}

        async def work() -> None:
            for place, asking in waiting:
                done[place] = await self._drive(asking, resolver, _Budget(ends))

        workers = [asyncio.create_task(work()) for _ in range(min(len(askings), _MOST_SIDE_BY_SIDE))]
        try:
            await asyncio.gather(*workers)
        finally:
            await _ended(workers)
            await resolver.close()
        return [done[place] for place in range(len(askings))]

    async def _drive(self, asking: Asking[T], resolver: Resolver, budget: _Budget) -> T:
        try:
            batch = next(asking)
            while True:
                batch = asking.send(await self._replies(batch, resolver, budget))
        except StopIteration as stop:
            result: T = stop.value
            return result

    async def _replies(
        self, batch: tuple[Asked, ...], resolver: Resolver, budget: _Budget
    ) -> dict[Asked, Answer | Fetched]:
        replies: dict[Asked, Answer | Fetched] = {}
        open_: dict[Asked, asyncio.Task[Answer] | asyncio.Task[Fetched]] = {}
        left = budget.ends - asyncio.get_running_loop().time()
        for asked in dict.fromkeys(batch):
            budget.left -= 1
            if left <= 0 or budget.left < 0:
                replies[asked] = _unasked(asked, _TOO_LATE if left <= 0 else _TOO_MANY)
            elif isinstance(asked, Fetch):
                open_[asked] = asyncio.create_task(self._fetcher.fetch(asked, resolver.ask))
            elif cached := resolver.cached(asked):
                replies[asked] = cached
            else:
                open_[asked] = resolver.flight(asked)
        return replies | await _awaited(open_, left)


async def _awaited(
    open_: Mapping[Asked, asyncio.Task[Answer] | asyncio.Task[Fetched]], left: float
) -> dict[Asked, Answer | Fetched]:
    if not open_:
        return {}
    _, late = await asyncio.wait(open_.values(), timeout=left)
    await _ended([task for asked, task in open_.items() if task in late and isinstance(asked, Fetch)])
    return {
        asked: _unasked(asked, _TOO_LATE) if task in late else task.result() for asked, task in open_.items()
    }


def _unasked(asked: Asked, answer: Answer) -> Answer | Fetched:
    return Fetched(Fetching.FAILED, reason=answer.reason) if isinstance(asked, Fetch) else answer


async def _ended(tasks: Collection[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
