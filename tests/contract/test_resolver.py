"""How evaluations are driven: together, each thing once, within bounds and in time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from shared.adapters.resolver_cache import Cache
from shared.mailauth.evaluate.questions import (
    Answer,
    Asking,
    Fetch,
    Fetched,
    Fetching,
    Outcome,
    Question,
    Type,
    ask,
    ask_all,
    fetch,
)
from tests.contract.dns_server import Zone, truthful
from tests.contract.dns_world import ZONE, World, silent


def test_equal_questions_at_the_same_time_are_asked_once() -> None:
    world = World([truthful(ZONE)], delay=0.02)
    answers = world.resolve(*[Question("example.com", Type.TXT)] * 20)
    assert len(world.asked) == 1
    assert len({found.records for found in answers}) == 1


def test_questions_under_way_are_bounded() -> None:
    zone: Zone = {(f"n{n}.example.", "TXT"): [f"{n}"] for n in range(60)}
    world = World([truthful(zone)], delay=0.01, timeout=2, most_open=20)
    answers = world.resolve(*(Question(f"n{n}.example", Type.TXT) for n in range(60)))
    assert [found.records for found in answers] == [(f"{n}",) for n in range(60)]
    assert 10 < world.logs[0].most_at_once <= 20


def test_a_kept_answer_is_not_asked_for_again() -> None:
    cache = Cache()
    worlds = [World([truthful(ZONE)], cache=cache) for _ in range(2)]
    assert [world.drive(ask("example.com", Type.A))[0].found for world in worlds] == [True, True]
    assert [len(world.asked) for world in worlds] == [1, 0]


def test_without_a_cache_nothing_is_older_than_the_run() -> None:
    def twice(name: str) -> Asking[bool]:
        first = yield from ask(name, Type.A)
        second = yield from ask(name, Type.A)
        return first == second

    world = World([truthful(ZONE)])
    assert world.drive(twice("example.com")) == [True]
    assert len(world.asked) == 1
    assert world.drive(twice("example.com")) == [True]
    assert len(world.asked) == 1, "of the second run's own server"


def test_evaluations_side_by_side_keep_their_order() -> None:
    zone: Zone = {(f"n{n}.example.", "TXT"): [f"{n}"] for n in range(150)}
    found = World([truthful(zone)], timeout=2).drive(*(ask(f"n{n}.example", Type.TXT) for n in range(150)))
    assert [each.records for each in found] == [(f"{n}",) for n in range(150)]


def _insists(name: str, rounds: int) -> Asking[list[str]]:
    """Asks on whatever it is told."""
    reasons: list[str] = []
    while len(reasons) < rounds:
        reasons.append((yield from ask(f"n{len(reasons)}.{name}", Type.TXT)).reason)
    return reasons


def test_the_deadline_ends_every_evaluation() -> None:
    world = World([silent], timeout=5, attempts=3)
    started = time.monotonic()
    (slow, other) = world.drive(_insists("example", 30), _insists("example.net", 3), within=0.3)
    assert time.monotonic() - started < 10
    assert slow == ["timeout"] * 30
    assert other == ["timeout"] * 3
    assert len(world.asked) == 2, "what is asked after the deadline is not asked"


def test_what_is_there_in_time_is_kept() -> None:
    def half(query: dns.message.Message, tcp: bool) -> list[bytes]:
        return (
            silent(query, tcp) if "slow" in query.question[0].name.to_text() else truthful(ZONE)(query, tcp)
        )

    questions = [Question("example.com", Type.A), Question("slow.example.com", Type.A)]
    (answers,) = World([half], timeout=5).drive(ask_all(questions), within=0.3)
    assert [answers[question].outcome for question in questions] == [Outcome.FOUND, Outcome.FAILED]


def test_an_evaluation_asks_a_bounded_number_of_questions() -> None:
    world = World([truthful(ZONE)], timeout=2)
    (answers,) = world.drive(ask_all(Question(f"n{n}.example", Type.A) for n in range(600)))
    assert [found.reason for found in answers.values()] == [""] * 500 + ["too many questions"] * 100
    assert len(world.asked) == 500


def test_an_evaluation_that_breaks_ends_the_run() -> None:
    def broken() -> Asking[None]:
        yield from ask("example.com", Type.A)
        raise ZeroDivisionError

    world = World([silent], timeout=5)
    started = time.monotonic()
    with pytest.raises(ZeroDivisionError):
        World([truthful(ZONE)]).drive(broken())
    with pytest.raises(ZeroDivisionError):
        world.drive(_insists("example", 1), broken(), within=0.2)
    assert time.monotonic() - started < 10


@dataclass
class ScriptedFetcher:
    seconds: float = 0
    ended: int = 0

    async def fetch(self, wanted: Fetch, resolve: Callable[[Question], Awaitable[Answer]]) -> Fetched:
        try:
            addresses = await resolve(Question("example.com", Type.A))
            await asyncio.sleep(self.seconds)
        finally:
            self.ended += 1
        return Fetched(Fetching.FETCHED, 200, addresses=addresses.records)


def test_a_fetcher_resolves_by_the_same_resolver() -> None:
    def both() -> Asking[Fetched]:
        yield from ask("example.com", Type.A)
        return (yield from fetch("https://example.com/", largest=10, timeout=1))

    world = World([truthful(ZONE)], fetcher=ScriptedFetcher())
    assert world.drive(both())[0].addresses == ("192.0.2.1",)
    assert len(world.asked) == 1


def test_a_fetch_ends_with_the_deadline() -> None:
    fetcher = ScriptedFetcher(seconds=30)
    world = World([truthful(ZONE)], fetcher=fetcher)
    (fetched,) = world.drive(fetch("https://example.com/", largest=10, timeout=60), within=0.2)
    assert fetched == Fetched(Fetching.FAILED, reason="timeout")
    assert fetcher.ended == 1


def test_without_a_fetcher_nothing_is_fetched() -> None:
    (fetched,) = World([truthful(ZONE)]).drive(fetch("https://example.com/", largest=10, timeout=1))
    assert fetched == Fetched(Fetching.REFUSED, reason="no fetcher")
