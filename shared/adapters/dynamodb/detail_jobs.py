from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from typing import Any, Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item, Plain
from shared.adapters.dynamodb.table import Cancelled, ConditionFailed, Range, Table, put
from shared.core.detail.jobs import DetailJob, PartNote, Status
from shared.core.detail.questions import plain_of, question_of
from shared.core.ids import AccountId, DomainId
from shared.core.segments import pack_document, unpack_document

_OPEN: Final = "(#status = :waiting OR #status = :running)"
_STATUSES: Final[dict[str, Plain]] = {"waiting": Status.WAITING.value, "running": Status.RUNNING.value}


class DynamoDetailJobs:
    """``DetailJobs`` on the table: what changes about a job is an item, what was asked another, for it can
    name thousands of domains, and every part that is done is one."""

    def __init__(self, table: Table, now: Callable[[], float]) -> None:
        self._table = table
        self._now = now

    def begin(self, job: DetailJob, same: str, replaced: str | None) -> str | None:
        owner, token, kept = job.account, job.token, {"expires": job.expires}
        free = "attribute_not_exists(#pk) OR #expires <= :now OR #token = :replaced"
        values: dict[str, Plain] = {"now": int(self._now()), "replaced": replaced or ""}
        state = {"created": job.created, "status": job.status.value, "same": same}
        asked = _packed(plain_of(job.question))
        try:
            self._table.transact(
                put({**keys.detail_same(owner, same)._asdict(), "token": token, **kept}, free, values),
                put({**keys.detail_job(owner, token)._asdict(), **state, **kept}),
                put({**keys.detail_question(owner, token)._asdict(), "question": asked, **kept}),
            )
        except Cancelled as cancelled:
            there = cancelled.failed.get(0)
            return str(there["token"]) if there else ""
        return None

    def get(self, account: AccountId, token: str) -> DetailJob | None:
        wanted = (keys.detail_job(account, token), keys.detail_question(account, token))
        found = self._table.get_many(wanted)
        return self._job(account, token, *(found.get(key) for key in wanted))

    def page(
        self, account: AccountId, *, after: str | None, newest_first: bool, limit: int
    ) -> list[DetailJob]:
        lowest, highest = keys.BEFORE_ALL, keys.AFTER_ALL
        if after is not None and newest_first:
            highest = f"{after[:-1]}{chr(ord(after[-1]) - 1)}"
        elif after is not None:
            lowest = f"{after}{keys.BEFORE_ALL}"
        first, last = keys.detail_job(account, lowest), keys.detail_job(account, highest)
        found = self._table.query(
            Range(first.pk, first.sk, last.sk, newest_first=newest_first),
            condition="#expires > :now",
            values={"now": int(self._now())},
            consistent=True,
            batch=limit,
        )
        items = {item["sk"].partition("#")[2]: item for item in islice(found, limit)}
        asked = self._table.get_many(keys.detail_question(account, token) for token in items)
        jobs = (
            self._job(account, token, item, asked.get(keys.detail_question(account, token)))
            for token, item in items.items()
        )
        return [job for job in jobs if job is not None]

    def plan(self, job: DetailJob, domains: tuple[DomainId, ...], parts: int) -> DetailJob | None:
        """The domains first: who finds the number of parts finds what they are of."""
        with suppress(ConditionFailed):
            self._table.update(
                keys.detail_question(job.account, job.token),
                "SET #domains = :domains",
                "attribute_exists(#pk) AND attribute_not_exists(#domains)",
                {"domains": _packed(list(domains))},
            )
        current = self.get(job.account, job.token)
        if current is None or current.domains is None or not current.is_open:
            return None
        if current.domains == domains:
            with suppress(ConditionFailed):
                self._table.update(
                    keys.detail_job(job.account, job.token),
                    "SET #parts = :parts, #status = :running",
                    "#status = :waiting",
                    {"parts": parts, **_STATUSES},
                )
        current = self.get(job.account, job.token)
        return current if current is not None and current.is_open else None

    def note(self, job: DetailJob, note: PartNote) -> None:
        item: dict[str, Plain | None] = {
            **keys.detail_note(job.account, job.token, note.part)._asdict(),
            "attempt": note.attempt,
            "chunks": note.chunks,
            "at": note.at,
            "expires": job.expires,
        }
        with suppress(ConditionFailed):
            self._table.put(item, "attribute_not_exists(#pk)")

    def notes(self, job: DetailJob) -> list[PartNote]:
        return [
            PartNote(int(item["sk"].rpartition("#")[2]), item["attempt"], item["chunks"], item["at"])
            for item in self._table.query(_notes(job), consistent=True)
        ]

    def finish(self, job: DetailJob, result: str, now: int) -> bool:
        return self._end(job, Status.FINISHED, {"result": result}, now)

    def fail(self, job: DetailJob, reason: str, now: int) -> bool:
        return self._end(job, Status.FAILED, {"reason": reason}, now)

    def remove(self, job: DetailJob) -> None:
        gone = self._table.delete(keys.detail_job(job.account, job.token))
        if gone is not None:
            with suppress(ConditionFailed):
                self._table.delete(
                    keys.detail_same(job.account, gone["same"]), "#token = :token", {"token": job.token}
                )
        self._table.delete(keys.detail_question(job.account, job.token))
        notes = self._table.query(_notes(job), attributes=("pk", "sk"))
        self._table.delete_many(keys.Key(item["pk"], item["sk"]) for item in notes)

    def _end(self, job: DetailJob, status: Status, told: dict[str, Plain], now: int) -> bool:
        values: dict[str, Plain] = {**told, **_STATUSES, "status": status.value, "now": now}
        change = ", ".join(f"#{name} = :{name}" for name in (*told, "status"))
        try:
            self._table.update(
                keys.detail_job(job.account, job.token), f"SET {change}, #ended = :now", _OPEN, values
            )
        except ConditionFailed:
            return False
        return True

    def _job(self, account: AccountId, token: str, item: Item | None, asked: Item | None) -> DetailJob | None:
        if item is None or asked is None or item["expires"] <= self._now():
            return None
        domains = _unpacked(asked["domains"]) if "domains" in asked else None
        return DetailJob(
            account=account,
            token=token,
            created=item["created"],
            question=question_of(_unpacked(asked["question"])),
            status=Status(item["status"]),
            domains=None if domains is None else tuple(map(DomainId, domains)),
            parts=item.get("parts"),
            ended=item.get("ended"),
            result=item.get("result", ""),
            reason=item.get("reason", ""),
        )


def _notes(job: DetailJob) -> Range:
    first = keys.detail_note(job.account, job.token, 0)
    return Range(first.pk, first.sk, f"{first.sk.rpartition('#')[0]}#{keys.AFTER_ALL}")


def _packed(value: Any) -> bytes:
    return pack_document(value)


def _unpacked(value: bytes) -> Any:
    return unpack_document(value)
