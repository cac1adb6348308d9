from __future__ import annotations

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item, in_index
from shared.adapters.dynamodb.table import ConditionFailed, Range, Table
from shared.core.api_keys import WINDOW_SECONDS, Allowance, ApiKey, Spent
from shared.core.ids import AccountId, ApiKeyId


class DynamoApiKeys:
    """``ApiKeys`` on the table. The key's item holds the minute being counted and the count."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, key: ApiKey) -> None:
        self._table.put(_item(key), "attribute_not_exists(#pk)")

    def spend(self, key_hash: str, now: int) -> Spent | None:
        """One write; two for the first request of a minute."""
        where = keys.api_key(key_hash)
        window = now // WINDOW_SECONDS
        while True:
            try:
                return _spent(self._count(where, window, now))
            except ConditionFailed as failure:
                if failure.item is None:
                    return None
                counted = failure.item["window"]
                if counted == window:
                    return _spent(failure.item, exceeded=True)
            # A clock that is behind counts in the minute that others have reached.
            if counted < window:
                turned = self._turn(where, counted, window, now)
                if turned is not None:
                    return _spent(turned)
            window = max(window, counted)

    def list_of(self, account: AccountId) -> list[ApiKey]:
        mine = Range(keys.keys_of(account, ApiKeyId(0)).pk, index=True, newest_first=True)
        listed = [keys.Key(item["pk"], item["sk"]) for item in self._table.query(mine)]
        found = self._table.get_many(listed)
        return [_key(found[key]) for key in listed if key in found]

    def revoke(self, account: AccountId, key: ApiKeyId) -> bool:
        at = keys.keys_of(account, key)
        for item in self._table.query(Range(at.pk, at.sk, at.sk, index=True)):
            try:
                self._table.delete(keys.Key(item["pk"], item["sk"]), "attribute_exists(#pk)")
            except ConditionFailed:
                continue
            return True
        return False

    def _count(self, where: keys.Key, window: int, now: int) -> Item:
        return self._table.update(
            where,
            "SET #used = #used + :one, #last_used = :now",
            "#window = :window AND #used < #requests_per_minute",
            {"one": 1, "now": now, "window": window},
        )

    def _turn(self, where: keys.Key, counted: int, window: int, now: int) -> Item | None:
        """Begin a new minute with this request; None when somebody else was first."""
        try:
            return self._table.update(
                where,
                "SET #window = :window, #used = :one, #last_used = :now",
                "#window = :counted",
                {"one": 1, "now": now, "window": window, "counted": counted},
            )
        except ConditionFailed:
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


def _spent(item: Item, *, exceeded: bool = False) -> Spent:
    limit = item["requests_per_minute"]
    remaining = 0 if exceeded else max(limit - item["used"], 0)
    allowance = Allowance(limit, remaining, (item["window"] + 1) * WINDOW_SECONDS, exceeded)
    return Spent(_key(item), allowance)


def _item(key: ApiKey) -> Item:
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
        "last_used": key.last_used,
        "window": 0,
        "used": 0,
    }


def _key(item: Item) -> ApiKey:
    return ApiKey(
        id=ApiKeyId(item["id"]),
        account=AccountId(item["account"]),
        name=item["name"],
        shown=item["shown"],
        hash=item["hash"],
        requests_per_minute=item["requests_per_minute"],
        created=item["created"],
        last_used=item.get("last_used"),
    )
