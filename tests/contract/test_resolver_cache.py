from __future__ import annotations

from dataclasses import dataclass

import pytest

from shared.adapters.resolver_cache import Cache
from shared.mailauth.evaluate.questions import Answer, Outcome, Question, Type

QUESTION = Question("example.com", Type.TXT)


@dataclass
class Clock:
    now: float = 1_760_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("answer", "lifetime"),
    [
        (Answer(Outcome.FOUND, ("a",), ttl=60), 60),
        (Answer(Outcome.FOUND, ("a",), ttl=86_400), 3_600),
        (Answer(Outcome.NODATA, ttl=60), 60),
        (Answer(Outcome.NXDOMAIN, ttl=86_400), 300),
        (Answer(Outcome.NODATA, ttl=86_400), 300),
        (Answer(Outcome.FAILED, reason="SERVFAIL"), 5),
    ],
)
def test_answers_are_kept_while_they_hold(answer: Answer, lifetime: int) -> None:
    clock = Clock()
    cache = Cache(clock=clock)
    cache.put(QUESTION, answer)
    clock.now += lifetime - 0.5
    kept = cache.get(QUESTION)
    assert kept is not None
    assert (kept.outcome, kept.records, kept.reason) == (answer.outcome, answer.records, answer.reason)
    clock.now += 0.5
    assert cache.get(QUESTION) is None


def test_the_time_to_live_is_what_is_left_of_it() -> None:
    clock = Clock()
    cache = Cache(clock=clock)
    cache.put(QUESTION, Answer(Outcome.FOUND, ("a",), ttl=100))
    clock.now += 40
    assert cache.get(QUESTION) == Answer(Outcome.FOUND, ("a",), ttl=60)


@pytest.mark.parametrize("outcome", [Outcome.FOUND, Outcome.NODATA, Outcome.NXDOMAIN])
def test_what_is_not_to_be_kept_is_not(outcome: Outcome) -> None:
    cache = Cache()
    cache.put(QUESTION, Answer(outcome))
    assert cache.get(QUESTION) is None


def test_the_longest_unused_make_room() -> None:
    cache = Cache(octets=10_000)
    answer = Answer(Outcome.FOUND, ("x" * 1_500,), ttl=60)
    questions = [Question(f"n{n}.example", Type.TXT) for n in range(6)]
    for question in questions[:5]:
        cache.put(question, answer)
    assert cache.get(questions[0])
    cache.put(questions[5], answer)
    assert [question for question in questions if cache.get(question) is None] == [questions[1]]


def test_what_is_larger_than_the_whole_room_is_not_kept() -> None:
    cache = Cache(octets=1_000)
    cache.put(QUESTION, Answer(Outcome.FOUND, ("x" * 2_000,), ttl=60))
    assert cache.get(QUESTION) is None
    cache.put(QUESTION, Answer(Outcome.FOUND, ("x",), ttl=60))
    assert cache.get(QUESTION)


def test_a_newer_answer_takes_the_place_of_the_older() -> None:
    cache = Cache()
    cache.put(QUESTION, Answer(Outcome.FOUND, ("old",), ttl=60))
    cache.put(QUESTION, Answer(Outcome.FOUND, ("new",), ttl=60))
    assert cache.get(QUESTION) == Answer(Outcome.FOUND, ("new",), ttl=60)
