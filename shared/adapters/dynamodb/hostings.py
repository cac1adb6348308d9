"""What is hosted, on the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shared.adapters.dynamodb import keys, quarters
from shared.adapters.dynamodb.hosting_items import hosting_item, hosting_of
from shared.adapters.dynamodb.table import Cancelled, ConditionFailed, Range, Table, delete, put, update
from shared.core.hosting.hosting import Changed, Hosting
from shared.core.hosting.names import HostedZone
from shared.core.ids import AccountId, DomainId

_LAST = "#version = :last"
_NEW = "attribute_not_exists(#pk)"


class DynamoHostings:
    """``Hostings``: an item a domain, and one a zone that counts them."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, account: AccountId, domain: DomainId) -> Hosting | None:
        item = self._table.get(keys.hosting(account, domain))
        return None if item is None else hosting_of(account, domain, item)

    def add(self, hosting: Hosting) -> Hosting:
        first = replace(hosting, version=1)
        try:
            self._table.transact(
                put(hosting_item(first), _NEW),
                update(keys.zone_load(hosting.zone.id), "ADD #domains :one", values={"one": 1}),
            )
        except Cancelled as cancelled:
            raise Changed("There is one already", param="id") from cancelled
        return first

    def put(self, hosting: Hosting) -> Hosting:
        following = replace(hosting, version=hosting.version + 1)
        try:
            self._table.put(hosting_item(following), _LAST, {"last": hosting.version})
        except ConditionFailed as failed:
            raise Changed("It was changed meanwhile", param="id") from failed
        return following

    def remove(self, hosting: Hosting) -> None:
        try:
            self._table.transact(
                delete(keys.hosting(hosting.account, hosting.domain), _LAST, {"last": hosting.version}),
                update(keys.zone_load(hosting.zone.id), "ADD #domains :one", values={"one": -1}),
            )
        except Cancelled as cancelled:
            if cancelled.failed.get(0) is not None:
                raise Changed("It was changed meanwhile", param="id") from cancelled

    def loads(self, zones: Sequence[HostedZone]) -> dict[str, int]:
        wanted = {keys.zone_load(zone.id): zone.id for zone in zones}
        found = self._table.get_many(wanted)
        return {zone: found[key]["domains"] if key in found else 0 for key, zone in wanted.items()}

    def of_slot(self, slot: int) -> list[tuple[AccountId, DomainId]]:
        found = self._table.query(Range(keys.hosting_slot(slot), index=True), attributes=("gsi1sk",))
        return [_owner(item["gsi1sk"]) for item in found]

    def last_quarter(self) -> int | None:
        return quarters.last_quarter(self._table, keys.HOSTING_LOOKS)

    def finish_quarter(self, quarter: int) -> None:
        quarters.finish_quarter(self._table, keys.HOSTING_LOOKS, quarter)


def _owner(text: str) -> tuple[AccountId, DomainId]:
    domain, _, account = text.partition("#")
    return AccountId(int(account)), DomainId(int(domain))
