from __future__ import annotations

from typing import Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.table import ConditionFailed, Table
from shared.core.idempotency import CLAIM_SECONDS, KEPT_SECONDS, Claim, Kept
from shared.core.ids import AccountId
from shared.core.segments import pack_document, unpack_document

_MINE: Final = "#fingerprint = :fingerprint"


class DynamoAnswers:
    """``Answers`` on the table: a claim is an item without an answer, and lapses on its own."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def claim(self, account: AccountId, key: str, fingerprint: str, now: int) -> Claim | None:
        item = {
            **keys.answer(account, key)._asdict(),
            "fingerprint": fingerprint,
            "expires": now + CLAIM_SECONDS,
        }
        while True:
            try:
                self._table.put(item, "attribute_not_exists(#pk) OR #expires <= :now", {"now": now})
            except ConditionFailed as failure:
                if failure.item is None:
                    continue
                held = failure.item
                kept = Kept(*unpack_document(held["answer"])) if "answer" in held else None
                return Claim(held["fingerprint"], kept)
            return None

    def keep(self, account: AccountId, key: str, fingerprint: str, answer: Kept, now: int) -> None:
        try:
            self._table.update(
                keys.answer(account, key),
                "SET #answer = :answer, #expires = :expires",
                _MINE,
                {
                    "answer": pack_document([answer.status, answer.body]),
                    "expires": now + KEPT_SECONDS,
                    "fingerprint": fingerprint,
                },
            )
        except ConditionFailed:
            # The claim had lapsed, and the key is another request's by now.
            return

    def release(self, account: AccountId, key: str, fingerprint: str) -> None:
        try:
            self._table.delete(
                keys.answer(account, key),
                f"{_MINE} AND attribute_not_exists(#answer)",
                {"fingerprint": fingerprint},
            )
        except ConditionFailed:
            return
