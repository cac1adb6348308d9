"""The functions themselves, run for the asking: a process that reads orders, and plays each in a fork.

What an invocation leaves behind goes with its fork, and one that fails costs no start of a new process.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from types import SimpleNamespace
from typing import Any, Final, NoReturn

_SECONDS: Final = 60


def serve() -> None:
    """For each order (a line of JSON) a line of JSON: the ``answer``, or None where the function failed."""
    told = os.dup(1)
    os.dup2(2, 1)
    for line in sys.stdin:
        order = json.loads(line)
        os.environ.clear()
        os.environ.update(order["environment"])
        handler = _handler(order["handler"])
        child = os.fork()
        if child == 0:
            _play(handler, order["event"], told)
        _, status = os.waitpid(child, 0)
        if status != 0:
            os.write(told, b'{"answer": null}\n')


def _handler(name: str) -> Any:
    module, _, function = name.rpartition(".")
    return getattr(importlib.import_module(module), function)


def _play(handler: Any, event: dict[str, Any], told: int) -> NoReturn:
    context = SimpleNamespace(
        function_name="understudy",
        function_version="1",
        memory_limit_in_mb=1024,
        invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:understudy",
        aws_request_id="understudy",
        get_remaining_time_in_millis=lambda: _SECONDS * 1_000,
    )
    status = 1
    try:
        with os.fdopen(told, "w") as answers:
            answers.write(json.dumps({"answer": handler(event, context)}) + "\n")
        status = 0
    finally:
        # Whatever was raised, and without what this process would do at its end.
        os._exit(status)


if __name__ == "__main__":
    serve()
