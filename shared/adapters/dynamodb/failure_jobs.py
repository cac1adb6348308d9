from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from typing import Any, Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item, Plain
from shared.adapters.dynamodb.table import ConditionFailed, Range, Table
from shared.core.failures.jobs import FailureJobs, Job, Progress, Question
from shared.core.ids import AccountId, DomainId

_LIVE: Final = "#expires > :now"


class DynamoFailureJobs(FailureJobs):
    """One item each, in a partition of the account, by who asked."""

    def __init__(self, table: Table, now: Callable[[], float]) -> None:
        self._table = table
        self._now = now

    def begin(self, job: Job) -> Job:
        there = self.get(job.account, job.asker, job.token)
        if there is not None and there.progress(self._now()) is not Progress.UNKNOWN:
            return there
        before = 0 if there is None else there.started
        free = "attribute_not_exists(#pk) OR #expires <= :now OR #started = :before"
        values: dict[str, Plain] = {"now": int(self._now()), "before": before}
        try:
            self._table.put(_item_of(job), free, values)
        except ConditionFailed as failed:
            return job if failed.item is None else _job_of(failed.item)
        return job

    def finish(self, job: Job) -> None:
        mine = "attribute_exists(#pk) AND #started = :started"
        values: dict[str, Plain] = {"found": job.found or 0, "started": job.started}
        with suppress(ConditionFailed):
            self._table.update(_key(job), "SET #found = :found", mine, values)

    def get(self, account: AccountId, asker: str, token: str) -> Job | None:
        item = self._table.get(keys.failure_job(account, asker, token))
        return None if item is None or item["expires"] <= self._now() else _job_of(item)

    def list_of(self, account: AccountId, asker: str) -> list[Job]:
        first = keys.failure_job(account, asker, "")
        wanted = Range(first.pk, first.sk, first.sk + keys.AFTER_ALL)
        found = self._table.query(wanted, condition=_LIVE, values={"now": int(self._now())}, consistent=True)
        return sorted(map(_job_of, found), key=lambda job: (job.started, job.token), reverse=True)

    def remove_all(self, account: AccountId, asker: str | None) -> int:
        first = keys.failure_job(account, asker or "", "")
        mine = Range(first.pk) if asker is None else Range(first.pk, first.sk, first.sk + keys.AFTER_ALL)
        found = self._table.query(mine, attributes=("pk", "sk"), consistent=True)
        gone = 0
        for item in list(found):
            gone += self._table.delete(keys.Key(item["pk"], item["sk"])) is not None
        return gone


def _key(job: Job) -> keys.Key:
    return keys.failure_job(job.account, job.asker, job.token)


def _item_of(job: Job) -> dict[str, Plain | None]:
    return {
        **_key(job)._asdict(),
        "question": json.dumps(asdict(job.question), default=str),
        "started": job.started,
        "found": job.found,
        "expires": job.expires,
    }


def _job_of(item: Item) -> Job:
    asker, _, token = item["sk"].rpartition("#")
    return Job(
        account=AccountId(int(item["pk"].split("#")[1])),
        asker=asker,
        token=token,
        question=_question_of(json.loads(item["question"])),
        started=item["started"],
        found=item.get("found"),
    )


def _question_of(plain: dict[str, Any]) -> Question:
    days = {
        name: None if plain[name] is None else date.fromisoformat(plain[name]) for name in ("first", "last")
    }
    domains = tuple(map(DomainId, plain["domains"]))
    return Question(**{**plain, **days, "domains": domains})
