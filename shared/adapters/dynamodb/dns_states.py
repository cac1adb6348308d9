from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item
from shared.adapters.dynamodb.table import Cancelled, ConditionFailed, Range, Table, put
from shared.adapters.dynamodb.watching_items import (
    change_item,
    change_of,
    seen_of,
    source_of,
    state_item,
    state_of,
)
from shared.core.ids import AccountId, DomainId
from shared.core.watching.seen import Seen
from shared.core.watching.states import Change, ChangeId, DnsState, Knowledge

_LIVE = "#expires > :now"


class DynamoDnsStates:
    """``DnsStates`` on the table. All that a look needs to know lies side by side and is one request."""

    def __init__(self, table: Table, now: Callable[[], float]) -> None:
        self._table = table
        self._now = now

    def get(self, account: AccountId, domain: DomainId) -> DnsState | None:
        item = self._table.get(keys.dns_state(account, domain))
        return None if item is None else state_of(account, domain, item)

    def knowledge(self, account: AccountId, domain: DomainId) -> Knowledge:
        wanted = Range(keys.watched(account, domain), keys.NOW, keys.NOW + keys.AFTER_ALL)
        items = {item["sk"]: item for item in self._table.query(wanted)}
        state = items.get(keys.dns_state(account, domain).sk)
        seen = items.get(keys.seen_mail(account, domain).sk)
        sources = (item for name, item in sorted(items.items()) if name.startswith(keys.SOURCE))
        return Knowledge(
            state=None if state is None else state_of(account, domain, state),
            seen=Seen() if seen is None else seen_of(seen),
            sources=tuple(source_of(item) for item in sources),
        )

    def replace(self, state: DnsState, changes: Sequence[Change], *, expires: int) -> bool:
        """A transaction costs twice, so that there is one only where something changed."""
        values = {"expected": state.version - 1}
        condition = "#version = :expected" if state.version > 1 else "attribute_not_exists(#pk)"
        item = state_item(state)
        given = values if state.version > 1 else {}
        try:
            if not changes:
                self._table.put(item, condition, given)
                return True
            items = (change_item(state.account, state.domain, change, expires) for change in changes)
            self._table.transact(put(item, condition, given), *(put(each) for each in items))
        except (ConditionFailed, Cancelled):
            return False
        return True

    def history(
        self, account: AccountId, domain: DomainId, *, before: ChangeId | None, limit: int
    ) -> list[Change]:
        last = keys.AFTER_ALL if before is None else keys.padded(before - 1)
        past = Range(keys.watched(account, domain), keys.PAST, f"{keys.PAST}{last}", newest_first=True)
        found = self._table.query(past, condition=_LIVE, values=self._values(), batch=limit)
        return [change_of(item) for item in islice(found, limit)]

    def count_history(self, account: AccountId, domain: DomainId) -> int:
        past = Range(keys.watched(account, domain), keys.PAST, keys.PAST + keys.AFTER_ALL)
        return self._table.count(past, condition=_LIVE, values=self._values())

    def forget(self, account: AccountId, domain: DomainId) -> None:
        for item in list(self._table.query(Range(keys.watched(account, domain)), attributes=("pk", "sk"))):
            self._table.delete(keys.Key(item["pk"], item["sk"]))

    def _values(self) -> Item:
        return {"now": int(self._now())}
