"""Functions of this checkout in the place of deployed ones: with their roles and their settings.

The emulator starts a new process after each invocation that raises, which takes longer than all else in a
case; and a deployed function has the settings that it has.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from typing import Any, Final

from infra.local import layout
from infra.local.credentials import client_environment
from tests.local.running import RunningStack

_PROGRAM: Final = "tests.local.rights.understudied"


class Understudy:
    def __init__(self, stack: RunningStack) -> None:
        self._stack = stack
        self._running = subprocess.Popen(
            [sys.executable, "-m", _PROGRAM],
            cwd=layout.CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._known = cache(self._look_up)

    def plays(self, function: str, event: dict[str, Any], **settings: str) -> Any:
        """What the function answers to the event, with these settings in place of its own; None if it
        fails."""
        handler, environment = self._known(function)
        order = {"handler": handler, "environment": {**environment, **settings}, "event": event}
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        self._running.stdin.write(json.dumps(order) + "\n")
        self._running.stdin.flush()
        return json.loads(self._running.stdout.readline())["answer"]

    def close(self) -> None:
        """Without orders it ends."""
        self._running.communicate()

    def _look_up(self, function: str) -> tuple[str, dict[str, str]]:
        told = self._stack.aws("lambda").get_function_configuration(FunctionName=f"postseal-local-{function}")
        own = dict(told["Environment"]["Variables"])
        return str(told["Handler"]), {**own, **client_environment(self._stack.aws_endpoint), **self._as(told)}

    def _as(self, told: dict[str, Any]) -> dict[str, str]:
        session = self._stack.aws("sts").assume_role(RoleArn=told["Role"], RoleSessionName="understudy")
        held = session["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": held["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": held["SecretAccessKey"],
            "AWS_SESSION_TOKEN": held["SessionToken"],
        }
