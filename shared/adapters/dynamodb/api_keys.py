from __future__ import annotations

from contextlib import suppress

from shared.adapters.dynamodb import keys, minutes
from shared.adapters.dynamodb.counting import counted, uncountable, uncounted
from shared.adapters.dynamodb.expressions import Item, in_index
from shared.adapters.dynamodb.table import Cancelled, ConditionFailed, Range, Table, delete, put, update
from shared.core.accounts import Counted
from shared.core.api_keys import WINDOW_SECONDS, Allowance, ApiKey, Spent
from shared.core.errors import Conflict, NotFound
from shared.core.ids import AccountId, ApiKeyId, GroupId
from shared.core.rights import Scope


class DynamoApiKeys:
    """``ApiKeys`` on the table. The key's item holds the minute being counted and the count."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, key: ApiKey, *, most: int) -> None:
        added = put(_item(key), "attribute_not_exists(#pk)")
        try:
            self._table.transact(added, counted(key.account, Counted.API_KEYS, most=most))
        except Cancelled as cancelled:
            if 0 in cancelled.failed:
                raise Conflict("The key exists already") from None
            raise uncountable(cancelled.failed.get(1), Counted.API_KEYS, most=most) from None

    def spend(self, key_hash: str, now: int) -> Spent | None:
        """One write."""
        tally = minutes.count(
            self._table,
            keys.api_key(key_hash),
            now,
            condition="(attribute_not_exists(#until) OR #until > :now)",
            values={"now": now},
        )
        if tally.item is None or tally.allowance is None:
            return None
        key = _key(tally.item)
        return None if key.expired(now) else Spent(key, tally.allowance)

    def get(self, account: AccountId, key: ApiKeyId) -> ApiKey | None:
        item = self._find(account, key)
        return None if item is None else _key(item)

    def list_of(self, account: AccountId) -> list[ApiKey]:
        mine = Range(keys.keys_of(account, ApiKeyId(0)).pk, index=True, newest_first=True)
        listed = [keys.Key(item["pk"], item["sk"]) for item in self._table.query(mine)]
        found = self._table.get_many(listed)
        return [_key(found[key]) for key in listed if key in found]

    def rename(self, key: ApiKey, name: str) -> ApiKey:
        try:
            return _key(
                self._table.update(
                    keys.api_key(key.hash), "SET #name = :name", "attribute_exists(#pk)", {"name": name}
                )
            )
        except ConditionFailed:
            raise _missing() from None

    def set_rate(self, key: ApiKey, requests_per_minute: int) -> None:
        rate = {"rate": requests_per_minute}
        with suppress(ConditionFailed):
            self._table.update(
                keys.api_key(key.hash), "SET #requests_per_minute = :rate", "attribute_exists(#pk)", rate
            )

    def rotate(self, key: ApiKey, successor: ApiKey, *, until: int, most: int) -> None:
        handed_on = update(
            keys.api_key(key.hash),
            "SET #successor = :successor, #until = :until",
            "attribute_exists(#pk) AND attribute_not_exists(#successor)",
            {"successor": successor.id, "until": until},
        )
        added = put(_item(successor), "attribute_not_exists(#pk)")
        try:
            self._table.transact(handed_on, added, counted(key.account, Counted.API_KEYS, most=most))
        except Cancelled as cancelled:
            if 0 in cancelled.failed:
                raise Conflict("The key was rotated or revoked already", param="id") from None
            raise uncountable(cancelled.failed.get(2), Counted.API_KEYS, most=most) from None

    def revoke(self, account: AccountId, key: ApiKeyId) -> bool:
        item = self._find(account, key)
        if item is None:
            return False
        gone = delete(keys.Key(item["pk"], item["sk"]), "attribute_exists(#pk)")
        try:
            self._table.transact(gone, uncounted(account, Counted.API_KEYS))
        except Cancelled as cancelled:
            if 0 in cancelled.failed:
                return False
            # The account is gone, and its key goes all the same.
            self._table.delete(keys.Key(item["pk"], item["sk"]))
        return True

    def _find(self, account: AccountId, key: ApiKeyId) -> Item | None:
        at = keys.keys_of(account, key)
        for item in self._table.query(Range(at.pk, at.sk, at.sk, index=True)):
            return self._table.get(keys.Key(item["pk"], item["sk"]))
        return None


class DynamoAddressLimits:
    """``AddressLimits`` on the table: one counter for each address, bucket and minute."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def spend(self, address: str, bucket: str, limit: int, now: int) -> Allowance:
        minute = now // WINDOW_SECONDS
        reset = (minute + 1) * WINDOW_SECONDS
        try:
            item = self._table.update(
                keys.address_minute(address, bucket, minute),
                "ADD #used :one SET #expires = :expires",
                "attribute_not_exists(#used) OR #used < :limit",
                {"one": 1, "limit": limit, "expires": reset + WINDOW_SECONDS},
            )
        except ConditionFailed:
            return Allowance(limit, 0, reset, exceeded=True)
        return Allowance(limit, limit - item["used"], reset)


def _missing() -> NotFound:
    return NotFound("The requested resource could not be found", param="id")


def _item(key: ApiKey) -> Item:
    """``until`` and not ``expires``, which is when DynamoDB deletes an item by itself: an expired key is
    listed still, and counted."""
    return {
        **keys.api_key(key.hash)._asdict(),
        **in_index(keys.keys_of(key.account, key.id)),
        "id": key.id,
        "account": key.account,
        "name": key.name,
        "shown": key.shown,
        "hash": key.hash,
        "requests_per_minute": key.requests_per_minute,
        "created": key.created,
        "scopes": " ".join(sorted(key.scopes)),
        "group": key.group,
        "until": key.expires,
        "successor": key.successor,
        **minutes.EMPTY,
    }


def _key(item: Item) -> ApiKey:
    """A key of before there were scopes has all."""
    group, successor = item.get("group"), item.get("successor")
    return ApiKey(
        id=ApiKeyId(item["id"]),
        account=AccountId(item["account"]),
        name=item["name"],
        shown=item["shown"],
        hash=item["hash"],
        requests_per_minute=item["requests_per_minute"],
        created=item["created"],
        last_used=minutes.last_minute(item),
        scopes=frozenset(map(Scope, item["scopes"].split())) if "scopes" in item else frozenset(Scope),
        group=None if group is None else GroupId(group),
        expires=item.get("until"),
        successor=None if successor is None else ApiKeyId(successor),
    )
