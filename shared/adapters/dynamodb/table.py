"""The table: requests that are retried as they should be, answers as plain items.

The SDK retries what throttles and what breaks. Here is what it leaves to its caller: keys that a batch
did not get to, and transactions that met another one. Neither is ever mistaken for a condition that
did not hold.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from botocore.exceptions import ClientError

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item, Plain, decoded, encoded, expressions, key_of
from shared.adapters.dynamodb.keys import Key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ATTEMPTS: Final = 10
_LONGEST_WAIT: Final = 1.0
_READ_BATCH: Final = 100
_WRITE_BATCH: Final = 25
_NO_VALUES: Final[Mapping[str, Plain]] = {}
_PASSING: Final = frozenset(
    {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "RequestLimitExceeded"}
)
"""Why a transaction can be cancelled though none of its conditions failed: ask again."""

T = TypeVar("T")


class ConditionFailed(Exception):
    """A condition did not hold; ``item`` is what was there, ``None`` for nothing."""

    def __init__(self, item: Item | None) -> None:
        super().__init__("a condition did not hold")
        self.item = item


class Cancelled(Exception):
    """Conditions of a transaction did not hold: by position of the step, what was there."""

    def __init__(self, failed: Mapping[int, Item | None]) -> None:
        super().__init__(f"conditions of steps {sorted(failed)} did not hold")
        self.failed = failed


@dataclass(frozen=True, slots=True)
class Step:
    """One write of a transaction, without the table's name."""

    verb: str
    request: dict[str, Any]


def put(
    item: Mapping[str, Plain | None], condition: str = "", values: Mapping[str, Plain] = _NO_VALUES
) -> Step:
    return Step("Put", {"Item": encoded(item), **expressions(values, ConditionExpression=condition)})


def update(key: Key, change: str, condition: str = "", values: Mapping[str, Plain] = _NO_VALUES) -> Step:
    parts = expressions(values, UpdateExpression=change, ConditionExpression=condition)
    return Step("Update", {"Key": key_of(key), **parts})


def delete(key: Key, condition: str = "", values: Mapping[str, Plain] = _NO_VALUES) -> Step:
    return Step("Delete", {"Key": key_of(key), **expressions(values, ConditionExpression=condition)})


def check(key: Key, condition: str, values: Mapping[str, Plain] = _NO_VALUES) -> Step:
    """Changes nothing, and lets the transaction fail where the condition does not hold."""
    return Step("ConditionCheck", {"Key": key_of(key), **expressions(values, ConditionExpression=condition)})


@dataclass(frozen=True, slots=True)
class Range:
    """Part of one partition: sort keys from ``first`` to ``last``, both included."""

    pk: str
    first: str = keys.BEFORE_ALL
    last: str = keys.AFTER_ALL
    index: bool = False
    newest_first: bool = False

    def request(
        self, values: Mapping[str, Plain], condition: str, attributes: Iterable[str]
    ) -> dict[str, Any]:
        prefix = keys.INDEX if self.index else ""
        parts = expressions(
            {"pk": self.pk, "first": self.first, "last": self.last, **values},
            KeyConditionExpression=f"#{prefix}pk = :pk AND #{prefix}sk BETWEEN :first AND :last",
            FilterExpression=condition,
            ProjectionExpression=", ".join(f"#{name}" for name in attributes),
        )
        named = {"IndexName": keys.INDEX} if self.index else {}
        return {**parts, **named, "ScanIndexForward": not self.newest_first}


class Table:
    """``sleep`` and ``jitter`` (0 to 1) are replaced in tests."""

    def __init__(
        self,
        client: DynamoDBClient,
        name: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.client = client
        self.name = name
        self._sleep = sleep
        self._jitter = jitter

    def get(self, key: Key) -> Item | None:
        """Strongly consistent."""
        answer = self.client.get_item(TableName=self.name, Key=key_of(key), ConsistentRead=True)
        return decoded(answer["Item"]) if "Item" in answer else None

    def get_many(self, wanted: Iterable[Key], *, consistent: bool = True) -> dict[Key, Item]:
        """The items that exist, by key."""
        left = list(dict.fromkeys(wanted))
        found: dict[Key, Item] = {}
        for start in range(0, len(left), _READ_BATCH):
            for item in self._get_batch(left[start : start + _READ_BATCH], consistent):
                found[Key(item["pk"], item["sk"])] = item
        return found

    def put(
        self, item: Mapping[str, Plain | None], condition: str = "", values: Mapping[str, Plain] = _NO_VALUES
    ) -> Item | None:
        """What was there before, ``None`` for nothing. Raises ``ConditionFailed``."""
        step = put(item, condition, values)
        return self._write(lambda: self.client.put_item(**self._single(step, "ALL_OLD")))

    def update(
        self, key: Key, change: str, condition: str = "", values: Mapping[str, Plain] = _NO_VALUES
    ) -> Item:
        """The item as it is afterwards. Raises ``ConditionFailed``."""
        step = update(key, change, condition, values)
        return self._write(lambda: self.client.update_item(**self._single(step, "ALL_NEW"))) or {}

    def delete(self, key: Key, condition: str = "", values: Mapping[str, Plain] = _NO_VALUES) -> Item | None:
        """What was there. ``ConditionFailed``; an item that is gone is no error without a condition."""
        step = delete(key, condition, values)
        return self._write(lambda: self.client.delete_item(**self._single(step, "ALL_OLD")))

    def delete_many(self, gone: Iterable[Key]) -> int:
        """How many were asked for; those that are gone already are no error."""
        left = list(dict.fromkeys(gone))
        for start in range(0, len(left), _WRITE_BATCH):
            self._delete_batch(left[start : start + _WRITE_BATCH])
        return len(left)

    def transact(self, *steps: Step) -> None:
        """All of it or nothing. Raises ``Cancelled`` when conditions did not hold."""
        requests: list[Any] = [
            {
                step.verb: {
                    "TableName": self.name,
                    **step.request,
                    **(_RETURN_OLD if "ConditionExpression" in step.request else {}),
                }
            }
            for step in steps
        ]
        self._until_clear(lambda: self.client.transact_write_items(TransactItems=requests))

    def query(
        self,
        wanted: Range,
        *,
        condition: str = "",
        values: Mapping[str, Plain] = _NO_VALUES,
        attributes: Iterable[str] = (),
        consistent: bool = False,
        batch: int | None = None,
    ) -> Iterator[Item]:
        """Every item of the range that meets ``condition``, to the end of the range.

        ``batch`` is how many items the first request looks at; it doubles from request to request, so
        that neither a full page nor a rare match reads much more than it needs."""
        request = {**wanted.request(values, condition, attributes), "ConsistentRead": consistent}
        while True:
            if batch is not None:
                request["Limit"] = batch
            answer = self.client.query(TableName=self.name, **request)
            yield from map(decoded, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
            batch = None if batch is None else min(batch * 2, 1_000)

    def count(self, wanted: Range, *, condition: str = "", values: Mapping[str, Plain] = _NO_VALUES) -> int:
        """How many items of the range meet ``condition``; reads the whole range."""
        request = {**wanted.request(values, condition, ()), "Select": "COUNT"}
        total = 0
        while True:
            answer = self.client.query(TableName=self.name, **request)
            total += answer["Count"]
            if "LastEvaluatedKey" not in answer:
                return total
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _single(self, step: Step, returned: str) -> dict[str, Any]:
        return {"TableName": self.name, **step.request, **_RETURN_OLD, "ReturnValues": returned}

    def _write(self, call: Callable[[], Any]) -> Item | None:
        answer = self._until_clear(call)
        return decoded(answer["Attributes"]) if answer.get("Attributes") else None

    def _until_clear(self, call: Callable[[], T]) -> T:
        """Ask until no other transaction is in the way, at most ``_ATTEMPTS`` times."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return call()
            except ClientError as error:
                if not _in_the_way(error) or attempt == _ATTEMPTS:
                    raise _named(error) from error
            self._wait(attempt)
        raise AssertionError("unreachable")

    def _get_batch(self, batch: list[Key], consistent: bool) -> Iterator[Item]:
        left: Any = {self.name: {"Keys": [key_of(key) for key in batch], "ConsistentRead": consistent}}
        for attempt in range(1, _ATTEMPTS + 1):
            answer = self.client.batch_get_item(RequestItems=left)
            yield from map(decoded, answer["Responses"].get(self.name, ()))
            left = answer["UnprocessedKeys"]
            if not left:
                return
            self._wait(attempt)
        raise TimeoutError(f"DynamoDB left keys unread {_ATTEMPTS} times")

    def _delete_batch(self, batch: list[Key]) -> None:
        left: Any = {self.name: [{"DeleteRequest": {"Key": key_of(key)}} for key in batch]}
        for attempt in range(1, _ATTEMPTS + 1):
            left = self.client.batch_write_item(RequestItems=left)["UnprocessedItems"]
            if not left:
                return
            self._wait(attempt)
        raise TimeoutError(f"DynamoDB left items undeleted {_ATTEMPTS} times")

    def _wait(self, attempt: int) -> None:
        self._sleep(self._jitter() * min(0.025 * 2**attempt, _LONGEST_WAIT))


_RETURN_OLD: Final = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def _in_the_way(error: ClientError) -> bool:
    code = error.response["Error"]["Code"]
    if code == "TransactionCanceledException":
        return any(reason.get("Code") in _PASSING for reason in _reasons(error))
    return code == "TransactionConflictException"


def _named(error: ClientError) -> Exception:
    """The exception of ours for conditions that did not hold; any other as it is."""
    code = error.response["Error"]["Code"]
    if code == "ConditionalCheckFailedException":
        item: Any = error.response.get("Item")
        return ConditionFailed(decoded(item) if item else None)
    if code == "TransactionCanceledException" and not _in_the_way(error):
        failed = {
            position: decoded(reason["Item"]) if reason.get("Item") else None
            for position, reason in enumerate(_reasons(error))
            if reason.get("Code") == "ConditionalCheckFailed"
        }
        if failed:
            return Cancelled(failed)
    return error


def _reasons(error: ClientError) -> list[Any]:
    response: Any = error.response
    return list(response.get("CancellationReasons", ()))
