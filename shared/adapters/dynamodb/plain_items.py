"""Items as an export shows them: every kind of them, without having to know each."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Mapping
from typing import Any, Final

from shared.adapters.dynamodb.expressions import Item
from shared.core.segments import unpack_document

_HIDDEN: Final = frozenset(
    {
        "pk",
        "sk",
        "gsi1pk",
        "gsi1sk",
        "gsi2pk",
        "gsi2sk",
        "hash",
        "token_hash",
        "window",
        "used",
        "fingerprint",
        "secret",
        "secret_before",
    }
)
"""Keys, secrets and hashes of them, and what rate limits count."""

_COUNTS: Final = re.compile(r"n[0-9]+", re.ASCII)
"""Requests of a minute."""

_KINDS: Final = {
    "ACCOUNT": "account",
    "KEY": "api_key",
    "EXPORT": "export",
    "SNAPSHOT": "source_snapshot",
}
_PREFIXES: Final = {"D#": "domain", "U#": "upload"}
_PARTITIONS: Final = {
    "S": "day_totals",
    "SD": "day_detail",
    "W": "dns",
    "J": "advice",
    "Y": "favourites",
    "PLANS": "policy_plan",
    "POLICYFILTERS": "policy_filter",
    "SOURCEFILTERS": "source_filter",
    "SEARCHES": "failure_search",
    "TLS": "tls_days",
    "WEEK": "week",
    "N": "alert",
    "V": "delivery",
    "WEBHOOKS": "webhook",
    "Q": "quarantine",
    "L": "audit",
    "DAYS": "account_day",
    "GROUPS": "group",
    "TAGS": "tag",
    "MEMBERS": "member",
}
"""By the first part of a partition's name, or the last of those of the account."""


def plain_record(item: Item) -> Mapping[str, Any] | None:
    """As values that JSON can hold; None for what only leads to something else."""
    kind = _kind(str(item["pk"]), str(item["sk"]))
    if kind is None:
        return None
    fields = {
        name: _plain(value)
        for name, value in item.items()
        if name not in _HIDDEN and not _COUNTS.fullmatch(name)
    }
    if kind == "member":
        fields.pop("token", None)
    return {"kind": kind, "key": item["sk"], **fields} if kind != "api_key" else {"kind": kind, **fields}


def _kind(pk: str, sk: str) -> str | None:
    if sk in _KINDS:
        return _KINDS[sk]
    first, *rest = pk.split("#")
    if first == "A" and len(rest) == 1:
        return next((kind for prefix, kind in _PREFIXES.items() if sk.startswith(prefix)), "other")
    return _PARTITIONS.get(rest[-1] if first == "A" else first)


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if not isinstance(value, bytes):
        return value
    try:
        return unpack_document(value)
    except (ValueError, zlib.error):
        return base64.b64encode(value).decode()
