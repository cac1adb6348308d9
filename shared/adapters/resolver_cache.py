"""Answers of the DNS kept for as long as they hold (RFC 2308), within bounds of time and size."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from math import ceil
from threading import Lock
from typing import Final

from shared.mailauth.evaluate.questions import Answer, Outcome, Question

_LONGEST: Final = {Outcome.FOUND: 3_600, Outcome.NODATA: 300, Outcome.NXDOMAIN: 300}
_FAILURE: Final = 5
"""Seconds in which a question that has failed is not put again (RFC 2308 section 7 allows five minutes)."""
_OVERHEAD: Final = 500
"""Octets that an answer takes beside its text."""


class Cache:
    """``octets`` bounds what is held, about; the answers longest unused go first.

    Times are wall-clock seconds: a Lambda environment is frozen between invocations, and a clock that
    counts its own running time would stop with it.
    """

    def __init__(self, *, octets: int = 16 * 2**20, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._room = octets
        self._held: OrderedDict[Question, tuple[Answer, float]] = OrderedDict()
        self._lock = Lock()

    def get(self, question: Question) -> Answer | None:
        """The answer with the TTL that is left of it."""
        with self._lock:
            if (held := self._held.get(question)) is None:
                return None
            answer, expires = held
            left = expires - self._clock()
            if left <= 0:
                self._drop(question)
                return None
            self._held.move_to_end(question)
        return answer if answer.failed else replace(answer, ttl=min(answer.ttl, ceil(left)))

    def put(self, question: Question, answer: Answer) -> None:
        lifetime = _FAILURE if answer.failed else min(answer.ttl, _LONGEST[answer.outcome])
        if lifetime <= 0:
            return
        with self._lock:
            self._drop(question)
            self._held[question] = (answer, self._clock() + lifetime)
            self._room -= _size(answer)
            while self._room < 0:
                self._drop(next(iter(self._held)))

    def _drop(self, question: Question) -> None:
        if held := self._held.pop(question, None):
            self._room += _size(held[0])


def _size(answer: Answer) -> int:
    return _OVERHEAD + sum(map(len, answer.records)) + sum(map(len, answer.aliases))
