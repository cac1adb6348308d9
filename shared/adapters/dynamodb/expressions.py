"""Items and expressions as DynamoDB writes them.

Expressions name every attribute ``#attribute`` and every value ``:value``; the tables of names and values
that a request needs follow from that. No attribute name can then clash with a reserved word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from shared.adapters.dynamodb.keys import Key

Plain = str | int | bool | bytes | frozenset[int]
Item = dict[str, Any]
"""An item as plain Python values. Absent attributes are absent, and so are sets without members: DynamoDB has
none."""

_NAME: Final = re.compile(r"#(\w+)")


def encoded(item: Mapping[str, Plain | None]) -> dict[str, Any]:
    """Attribute values; what is ``None`` or an empty set is left out."""
    return {
        name: _encoded(value) for name, value in item.items() if value is not None and value != frozenset()
    }


def decoded(item: Mapping[str, Any]) -> Item:
    return {name: _decoded(value) for name, value in item.items()}


def key_of(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def in_index(key: Key) -> dict[str, Plain]:
    """The attributes that put an item at this key of the index."""
    return {"gsi1pk": key.pk, "gsi1sk": key.sk}


def expressions(values: Mapping[str, Plain], **texts: str) -> dict[str, Any]:
    """Parts of a request: the expressions that are not empty, their names and their values."""
    given = {name: text for name, text in texts.items() if text}
    names = {f"#{name}": name for text in given.values() for name in _NAME.findall(text)}
    request: dict[str, Any] = dict(given)
    if names:
        request["ExpressionAttributeNames"] = names
    if values:
        request["ExpressionAttributeValues"] = {f":{name}": _encoded(value) for name, value in values.items()}
    return request


def _encoded(value: Plain) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, frozenset):
        # In order, so that sets are compared well also where they are kept as lists.
        return {"NS": [str(number) for number in sorted(value)]}
    return {"S": value} if isinstance(value, str) else {"B": value}


def _decoded(value: Mapping[str, Any]) -> Plain:
    ((kind, inner),) = value.items()
    if kind == "NS":
        return frozenset(map(int, inner))
    decoded_value: Plain = int(inner) if kind == "N" else inner
    return decoded_value
