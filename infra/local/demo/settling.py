"""Waiting until the deployment has nothing left to do, and says what it must."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, Final

from infra.local.stack_file import Stack

_POLL_SECONDS: Final = 0.5
_QUIET_LOOKS: Final = 3
"""How often in a row queues must be empty: one worker hands on to the next."""

_COUNTS: Final = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


class Queues:
    """How much waits in the deployment's queues."""

    def __init__(self, stack: Stack, sqs: Any) -> None:
        self._urls = stack.queues
        self._sqs = sqs

    def waiting(self, names: Iterable[str]) -> int:
        """Messages in these queues, those at work included."""
        return sum(self._count(self._urls[name]) for name in names)

    def _count(self, url: str) -> int:
        told = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTS))["Attributes"]
        return sum(int(told[name]) for name in _COUNTS)


def settle(
    waiting: Callable[[], int], *, seconds: float, sleep: Callable[[float], None] = time.sleep
) -> bool:
    """Wait until nothing waits, several looks in a row; False when it takes longer than that."""
    quiet = 0
    looks = int(seconds / _POLL_SECONDS)
    for _ in range(looks):
        quiet = quiet + 1 if waiting() == 0 else 0
        if quiet == _QUIET_LOOKS:
            return True
        sleep(_POLL_SECONDS)
    return False


def until_equal(
    differences: Callable[[], list[str]], *, seconds: float, sleep: Callable[[float], None] = time.sleep
) -> list[str]:
    """Look until there are no differences; what is left of them when the time is over."""
    deadline = time.monotonic() + seconds
    while (found := differences()) and time.monotonic() < deadline:
        sleep(2 * _POLL_SECONDS)
    return found
