"""A DNS (and a web) out of a dictionary, and the loop that drives an evaluation with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from shared.mailauth.evaluate.questions import (
    Answer,
    Asked,
    Asking,
    Fetch,
    Fetched,
    Fetching,
    Outcome,
    Question,
    Type,
)

T = TypeVar("T")

FAILED = Answer(Outcome.FAILED, reason="timeout")
_MOST_ALIASES = 8


class FakeDns:
    """``zone``: (name, type) -> records or an ``Answer``; CNAMEs are followed. A name without records exists
    if there is anything at it or below it (RFC 8020). ``web``: URL -> ``Fetched``."""

    def __init__(
        self,
        zone: Mapping[tuple[str, str], Sequence[str] | Answer],
        web: Mapping[str, Fetched] | None = None,
    ) -> None:
        self._zone = {(name.lower(), Type(type_)): held for (name, type_), held in zone.items()}
        self._web = dict(web or {})
        self.asked: list[Asked] = []
        self.rounds = 0

    def reply(self, asked: Asked) -> Answer | Fetched:
        if isinstance(asked, Fetch):
            return self._web.get(asked.url, Fetched(Fetching.NO_ADDRESS))
        return self._answer(asked)

    def _answer(self, question: Question) -> Answer:
        name = question.name.lower()
        aliases: list[str] = []
        while True:
            held = self._zone.get((name, question.type))
            if isinstance(held, Answer):
                return held
            if held:
                return Answer(Outcome.FOUND, tuple(held), ttl=300, aliases=tuple(aliases))
            alias = self._zone.get((name, Type.CNAME))
            if not alias or isinstance(alias, Answer):
                break
            name = alias[0]
            if len(aliases) == _MOST_ALIASES:
                return Answer(Outcome.FAILED, reason="cname loop")
            aliases.append(name)
        exists = any(other == name or other.endswith(f".{name}") for other, _ in self._zone)
        return Answer(Outcome.NODATA if exists else Outcome.NXDOMAIN, ttl=60, aliases=tuple(aliases))


def drive(asking: Asking[T], dns: FakeDns) -> T:
    try:
        batch = next(asking)
        while True:
            dns.rounds += 1
            dns.asked += batch
            batch = asking.send({asked: dns.reply(asked) for asked in batch})
    except StopIteration as stop:
        result: T = stop.value
        return result


class FakeLookups:
    """``Lookups`` out of a ``FakeDns``."""

    def __init__(self, dns: FakeDns) -> None:
        self.dns = dns

    def run(self, asking: Asking[T], *, within: float = 8.0) -> T:
        return drive(asking, self.dns)

    def run_all(self, askings: Sequence[Asking[T]], *, within: float = 8.0) -> list[T]:
        return [drive(asking, self.dns) for asking in askings]
