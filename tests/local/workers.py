"""Starting deployed workers with messages of our own."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from tests.local.running import RunningStack


def works(stack: RunningStack, worker: str, body: str) -> bool:
    """Whether the worker does not give the message back."""
    record = {
        "messageId": uuid4().hex,
        "body": body,
        "eventSource": "aws:sqs",
        "attributes": {},
        "messageAttributes": {},
    }
    answer = invoked(stack, worker, {"Records": [record]})
    if "FunctionError" in answer:
        return False
    return not json.load(answer["Payload"])["batchItemFailures"]


def invoked(stack: RunningStack, worker: str, event: dict[str, Any]) -> dict[str, Any]:
    name = f"postseal-local-{worker}"
    return dict(stack.aws("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode()))
