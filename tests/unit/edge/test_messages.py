from __future__ import annotations

from typing import Any

from shared.edge.messages import handle_each, handle_together


def batch(*bodies: str) -> dict[str, Any]:
    return {
        "Records": [
            {"messageId": str(place), "body": body, "eventSource": "aws:sqs", "attributes": {}}
            for place, body in enumerate(bodies)
        ]
    }


def failed(answer: dict[str, Any]) -> list[str]:
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def refuse(bad: str) -> Any:
    def work(body: str) -> str:
        if body == bad:
            raise ValueError(body)
        return body.upper()

    return work


def test_a_message_that_fails_comes_back_alone() -> None:
    assert failed(handle_each(batch("a", "bad", "c"), None, refuse("bad"))) == ["1"]


def test_the_whole_batch_is_worked_on_at_once() -> None:
    worked: list[list[str]] = []
    finished: list[str] = []

    def work(ready: list[str]) -> list[str]:
        worked.append(ready)
        return [f"{each}!" for each in ready]

    answer = handle_together(batch("a", "b", "a"), None, str.upper, work, finished.append)

    assert failed(answer) == []
    assert worked == [["A", "B"]]
    assert finished == ["A!", "B!"]


def test_what_cannot_be_made_ready_or_finished_comes_back_alone() -> None:
    finished: list[str] = []

    def finish(done: str) -> None:
        refuse("D")(done)
        finished.append(done)

    answer = handle_together(batch("a", "bad", "c", "d"), None, refuse("bad"), list, finish)

    assert failed(answer) == ["1", "3"]
    assert finished == ["A", "C"]


def test_work_that_one_message_breaks_is_done_for_the_others() -> None:
    finished: list[str] = []

    def work(prepared: list[str]) -> list[str]:
        if "bad" in prepared:
            raise RuntimeError("no work for this one")
        return [each.upper() for each in prepared]

    answer = handle_together(batch("a", "bad", "c"), None, str, work, finished.append)
    assert failed(answer) == ["1"]
    assert finished == ["A", "C"]


def test_nothing_is_done_where_there_is_nothing_to_do() -> None:
    def work(ready: list[str]) -> list[str]:
        raise AssertionError(ready)

    assert failed(handle_together(batch("a"), None, lambda _: None, work, print)) == []
