from __future__ import annotations

import pytest

from shared.mailauth.evaluate.questions import (
    Answer,
    Asking,
    Outcome,
    Question,
    Type,
    ask,
    ask_all,
    fetch,
    together,
)
from tests.fakes.dns import FakeDns, drive


def _walk(name: str) -> Asking[list[str]]:
    seen: list[str] = []
    while name:
        answer = yield from ask(name, Type.TXT)
        seen += answer.records
        name = name.partition(".")[2]
    return seen


def test_an_asking_is_sent_what_it_asked() -> None:
    dns = FakeDns({("a.example", "TXT"): ["x"], ("example", "TXT"): ["y"]})
    assert drive(_walk("a.example"), dns) == ["x", "y"]
    assert dns.asked == [Question("a.example", Type.TXT), Question("example", Type.TXT)]


def test_together_asks_what_two_want_to_know_once_a_round() -> None:
    dns = FakeDns({("example", "TXT"): ["y"]})
    assert drive(together([_walk("a.example"), _walk("b.example"), _walk("example")]), dns) == [["y"]] * 3
    assert dns.rounds == 2
    assert len(dns.asked) == 4


def test_nothing_asked_takes_no_round() -> None:
    dns = FakeDns({})
    assert drive(ask_all(()), dns) == {}
    assert drive(together([]), dns) == []
    assert dns.rounds == 0


def test_an_answer_of_the_wrong_kind_is_refused() -> None:
    asking = ask("example", Type.TXT)
    question = next(asking)[0]
    with pytest.raises(TypeError):
        asking.send({question: "text"})
    fetching = fetch("https://example/", largest=1, timeout=1)
    wanted = next(fetching)[0]
    with pytest.raises(TypeError):
        fetching.send({wanted: Answer(Outcome.FAILED)})
