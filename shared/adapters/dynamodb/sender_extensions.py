from __future__ import annotations

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Plain
from shared.adapters.dynamodb.table import ConditionFailed, Table
from shared.core.ids import AccountId
from shared.core.segments import pack_document, unpack_document
from shared.core.senders.entries import entry_of, sender_of
from shared.core.senders.own import OwnSenders
from shared.core.senders.sender import Sender


class DynamoSenderExtensions:
    """``SenderExtensions`` on the table: one item an account, beside the account's own."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, account: AccountId) -> OwnSenders:
        item = self._table.get(keys.sender_extension(account))
        if item is None:
            return OwnSenders()
        entries = unpack_document(bytes(item["senders"]))
        return OwnSenders(tuple(sender_of(entry) for entry in entries), int(item["version"]))

    def replace(self, account: AccountId, senders: tuple[Sender, ...], *, expected: int) -> bool:
        item: dict[str, Plain | None] = {
            **keys.sender_extension(account)._asdict(),
            "version": expected + 1,
            "senders": pack_document([entry_of(sender) for sender in senders]),
        }
        condition = "attribute_not_exists(#pk)" if expected == 0 else "#version = :version"
        try:
            self._table.put(item, condition, {} if expected == 0 else {"version": expected})
        except ConditionFailed:
            return False
        return True
