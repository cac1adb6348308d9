"""What the grants of many functions have in common."""

from __future__ import annotations

from typing import Final

from infra.entry import Grant, Thing

INDEX_QUERY: Final = Grant(Thing.INDEX, ("Query",))
AUTHENTICATES: Final = ("GetItem", "UpdateItem")
"""Count the request against the rate of its key or its user, read the account. A user's accounts are found in
the index, where the request names none."""

ONCE: Final = ("PutItem", "UpdateItem", "DeleteItem")
"""Claim an Idempotency-Key, keep the answer, release the claim of a request that failed."""
