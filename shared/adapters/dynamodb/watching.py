"""The schedule of looks at the DNS, and what they go by, on the table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from shared.adapters.dynamodb import keys, quarters
from shared.adapters.dynamodb.expressions import in_index
from shared.adapters.dynamodb.table import ConditionFailed, Range, Table
from shared.adapters.dynamodb.watching_items import seen_item, seen_of, source_item, source_of
from shared.core.ids import AccountId, DomainId
from shared.core.watching.approved import ApprovedSource
from shared.core.watching.schedule import Turn
from shared.core.watching.seen import Seen


class DynamoTurns:
    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, turn: Turn) -> None:
        """An item of its own, of which the index needs no more than its key."""
        self._table.put(
            {
                **keys.turn(turn.account, turn.domain)._asdict(),
                **in_index(keys.turn_of(turn.account, turn.domain, turn.interval, turn.slot)),
            }
        )

    def remove(self, account: AccountId, domain: DomainId) -> None:
        self._table.delete(keys.turn(account, domain))

    def of_slot(self, interval: int, slot: int) -> Iterator[Turn]:
        wanted = Range(keys.slot(interval, slot), index=True)
        for item in self._table.query(wanted, attributes=("gsi1sk",)):
            domain, _, account = item["gsi1sk"].partition("#")
            yield Turn(AccountId(int(account)), DomainId(int(domain)), interval)

    def last_quarter(self) -> int | None:
        return quarters.last_quarter(self._table, keys.CHECKS)

    def finish_quarter(self, quarter: int) -> None:
        quarters.finish_quarter(self._table, keys.CHECKS, quarter)


class DynamoSeenMail:
    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, account: AccountId, domain: DomainId) -> Seen:
        item = self._table.get(keys.seen_mail(account, domain))
        return Seen() if item is None else seen_of(item)

    def put(self, account: AccountId, domain: DomainId, seen: Seen) -> None:
        self._table.put(seen_item(account, domain, seen))


class DynamoApprovedSources:
    def __init__(self, table: Table) -> None:
        self._table = table

    def list_of(self, account: AccountId, domain: DomainId) -> list[ApprovedSource]:
        wanted = Range(keys.watched(account, domain), keys.SOURCE, keys.SOURCE + keys.AFTER_ALL)
        return [source_of(item) for item in self._table.query(wanted, consistent=True)]

    def get(self, account: AccountId, domain: DomainId, slug: str) -> ApprovedSource | None:
        item = self._table.get(keys.approved_source(account, domain, slug))
        return None if item is None else source_of(item)

    def put(self, account: AccountId, domain: DomainId, source: ApprovedSource) -> None:
        self._table.put(source_item(account, domain, source))

    def note_addresses(self, account: AccountId, domain: DomainId, source: ApprovedSource) -> None:
        with suppress(ConditionFailed):
            self._table.put(
                source_item(account, domain, source),
                "#tag = :tag AND #modified = :modified",
                {"tag": source.tag, "modified": source.modified},
            )

    def remove(self, account: AccountId, domain: DomainId, slug: str) -> None:
        self._table.delete(keys.approved_source(account, domain, slug))
