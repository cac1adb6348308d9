"""Counts the request units and S3 calls of a client's work.

Write units are what DynamoDB says. Read units are computed from the answers, by DynamoDB's rules, as
emulators do not tell them right: 4 kB a unit, half for reads that may be stale, each item of a get by itself,
missing ones too, all that a query looks at together. Refused writes are charged, so they are computed, too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

_READ_UNIT = 4_096


@dataclass
class Units:
    """What some work consumed. ``calls`` by operation."""

    write: float = 0.0
    read: float = 0.0
    calls: dict[str, int] = field(default_factory=dict)


@dataclass
class Meter:
    """Hooked into clients; counts while somebody measures."""

    _units: Units | None = None
    _request: dict[str, Any] = field(default_factory=dict)

    def watch(self, client: Any) -> None:
        events = client.meta.events
        service = client.meta.service_model.service_name
        if service == "dynamodb":
            events.register("provide-client-params.dynamodb", self._ask)
        events.register(f"after-call.{service}", self._count)

    @contextmanager
    def measure(self) -> Iterator[Units]:
        self._units = units = Units()
        try:
            yield units
        finally:
            self._units = None

    def _ask(self, params: dict[str, Any], model: Any, **_: Any) -> dict[str, Any]:
        asked = dict(params)
        if "ReturnConsumedCapacity" in model.input_shape.members:
            asked["ReturnConsumedCapacity"] = "TOTAL"
        if model.name == "Query":
            asked = _whole_items(asked)
        self._request = asked
        return asked

    def _count(self, model: Any, parsed: dict[str, Any], **_: Any) -> None:
        if self._units is None:
            return
        self._units.calls[model.name] = self._units.calls.get(model.name, 0) + 1
        if "Error" in parsed:
            self._units.write += _refused(self._request)
        elif "ConsumedCapacity" in parsed and model.name not in _READS:
            consumed = parsed["ConsumedCapacity"]
            each = consumed if isinstance(consumed, list) else [consumed]
            self._units.write += sum(table["CapacityUnits"] for table in each)
        elif model.name in _READS:
            self._units.read += _READS[model.name](self._request, parsed)


def _got(request: dict[str, Any], answer: dict[str, Any]) -> float:
    return _factor(request) * _units([answer["Item"]] if "Item" in answer else [])


def _got_batch(request: dict[str, Any], answer: dict[str, Any]) -> float:
    """What is not there costs as much as the smallest item."""
    total = 0.0
    for table, asked in request["RequestItems"].items():
        items = answer["Responses"].get(table, [])
        missing = len(asked["Keys"]) - len(items)
        total += _factor(asked) * (missing + sum(_units([item]) for item in items))
    return total


def _queried(request: dict[str, Any], answer: dict[str, Any]) -> float:
    return _factor(request) * _units(answer["Items"])


_READS = {"GetItem": _got, "BatchGetItem": _got_batch, "Query": _queried}


def _factor(request: dict[str, Any]) -> float:
    return 1.0 if request.get("ConsistentRead") else 0.5


def _refused(request: dict[str, Any]) -> int:
    """A write whose condition failed is charged like any other; no answer says so. Items that are only
    updated or deleted are taken for small."""
    if "TransactItems" not in request:
        return 1
    written = [next(iter(step.values())) for step in request["TransactItems"]]
    return sum(2 * math.ceil(item_size(step.get("Item", {"": {"BOOL": True}})) / 1_024) for step in written)


def _whole_items(request: dict[str, Any]) -> dict[str, Any]:
    """The query without what makes its answer smaller than what it looks at. (Filters stay: what is
    measured has nothing to filter away.)"""
    asked = {name: value for name, value in request.items() if name not in ("ProjectionExpression", "Select")}
    used = set(re.findall(r"#\w+", asked["KeyConditionExpression"] + asked.get("FilterExpression", "")))
    names = asked["ExpressionAttributeNames"]
    asked["ExpressionAttributeNames"] = {name: names[name] for name in used}
    return asked


def _units(items: list[dict[str, Any]]) -> int:
    return max(math.ceil(sum(map(item_size, items)) / _READ_UNIT), 1)


def item_size(item: dict[str, Any]) -> int:
    """Bytes of an item: names and values, numbers at two digits a byte; of sets what lists cost, at most."""
    return sum(len(name) + _value_size(value) for name, value in item.items())


def _value_size(value: dict[str, Any]) -> int:
    ((kind, inner),) = value.items()
    if kind == "N":
        return math.ceil(len(inner.lstrip("-").replace(".", "")) / 2) + 1
    if kind in ("S", "B"):
        return len(inner.encode() if isinstance(inner, str) else inner)
    if kind == "NS":
        return 3 + sum(_value_size({"N": number}) + 1 for number in inner)
    return 1
