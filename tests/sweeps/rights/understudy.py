"""Functions of this checkout in the place of deployed ones: with their roles and their settings.

The emulator starts a new process after each invocation that raises, which takes longer than all else in a
case; and a deployed function has the settings that it has.
"""

from __future__ import annotations

import importlib
import os
import sys
from functools import cache
from types import SimpleNamespace
from typing import Any, Final
from unittest import mock

import boto3
from botocore.exceptions import ClientError

from infra.local.credentials import client_environment
from tests.local.running import RunningStack

_CONTEXT: Final = SimpleNamespace(
    function_name="understudy",
    function_version="1",
    memory_limit_in_mb=1024,
    invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:understudy",
    aws_request_id="understudy",
    get_remaining_time_in_millis=lambda: 60_000,
)


class Understudy:
    """In this process, one function at a time: its clients and stores are kept until the next one's turn."""

    def __init__(self, stack: RunningStack) -> None:
        self._stack = stack
        self._known = cache(self._look_up)
        self._playing: dict[str, str] = {}

    def plays(self, function: str, event: dict[str, Any], **settings: str) -> Any:
        """What the function answers to the event, with these settings in place of its own; None where AWS
        refuses it something that it does not handle."""
        handler, own = self._known(function)
        environment = {**own, **settings}
        if environment != self._playing:
            self.close()
            self._playing = environment
        with mock.patch.dict(os.environ, environment):
            module, _, name = handler.rpartition(".")
            try:
                return getattr(importlib.import_module(module), name)(event, _CONTEXT)
            except ClientError:
                return None

    def close(self) -> None:
        """Forget all that was made for a function."""
        for name, module in list(sys.modules.items()):
            if name.startswith("shared.wiring."):
                for made in vars(module).values():
                    if hasattr(made, "cache_clear"):
                        made.cache_clear()
        boto3.DEFAULT_SESSION = None

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
