"""What the roles of deployed functions allow, one right at a time: taken away, and given back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from tests.local.running import RunningStack

_PREFIX: Final = "postseal-local-"


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """A verb (an IAM action without its service) on a thing.

    Things are called after what they are to a function: ``table``, ``gsi1``, ``mail``, ``mail/uploads/``,
    ``rollup-queue``; where AWS grants on everything or on things of one kind, after the service.
    """

    function: str
    verb: str
    thing: str

    def __str__(self) -> str:
        return f"{self.function} {self.verb} {self.thing}"


class Roles:
    """The roles of all deployed functions."""

    def __init__(self, stack: RunningStack) -> None:
        self._iam = stack.aws("iam")
        self._buckets = {stack.mail_bucket: "mail", stack.data_bucket: "data"}
        self._queues = {url.rpartition("/")[2]: f"{name}-queue" for name, url in stack.queues.items()}
        listed = stack.aws("lambda").list_functions()["Functions"]
        self._roles = {
            each["FunctionName"].removeprefix(_PREFIX): each["Role"].rpartition("/")[2]
            for each in listed
            if each["FunctionName"].startswith(_PREFIX)
        }
        self._documents = {function: self._read(role) for function, role in self._roles.items()}

    def rights(self) -> set[Right]:
        return {
            self._right(function, action, resource)
            for function in self._roles
            for document in self._documents[function].values()
            for statement in document["Statement"]
            if statement["Effect"] == "Allow"
            if statement["Effect"] == "Allow"
            for action in _listed(statement["Action"])
            for resource in _listed(statement["Resource"])
        }

    @contextmanager
    def without(self, right: Right) -> Iterator[None]:
        """The function's role less the right, in every statement that allows it."""
        documents = self._documents[right.function]
        lessened = {name: self._less(document, right) for name, document in documents.items()}
        try:
            self._put(right.function, lessened)
            yield
        finally:
            self._put(right.function, documents)

    def _less(self, document: dict[str, Any], right: Right) -> dict[str, Any]:
        kept = []
        for statement in document["Statement"]:
            if statement["Effect"] != "Allow":
                kept.append(statement)
                continue
            for action in _listed(statement["Action"]):
                resources = [
                    resource
                    for resource in _listed(statement["Resource"])
                    if self._right(right.function, action, resource) != right
                ]
                if resources:
                    kept.append({**statement, "Action": action, "Resource": resources})
        return {**document, "Statement": kept}

    def _right(self, function: str, action: str, resource: str) -> Right:
        service, _, verb = action.partition(":")
        # The emulator's own name for sending a batch, which AWS has none for.
        verb = "SendMessage" if verb == "SendMessageBatch" else verb
        return Right(function, verb, self._thing(service, resource))

    def _thing(self, service: str, resource: str) -> str:
        name = resource.rpartition(":")[2]
        match service:
            case "dynamodb":
                return name.partition("/index/")[2] or "table"
            case "s3":
                bucket, _, within = name.partition("/")
                prefix = within.removesuffix("*")
                known = self._buckets.get(bucket, "policies")
                return f"{known}/{prefix}" if prefix else known
            case "sqs":
                return self._queues[name]
        return service

    def _read(self, role: str) -> dict[str, dict[str, Any]]:
        names = self._iam.list_role_policies(RoleName=role)["PolicyNames"]
        return {
            name: self._iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            for name in names
        }

    def _put(self, function: str, documents: dict[str, dict[str, Any]]) -> None:
        for name, document in documents.items():
            self._iam.put_role_policy(
                RoleName=self._roles[function], PolicyName=name, PolicyDocument=json.dumps(document)
            )


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
