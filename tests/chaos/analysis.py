"""What an account's data says, by every worker that looks at it: detail reports, sources, advice, alerts,
failure and TLS reports, the lake."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from random import getrandbits
from typing import Any, Final
from uuid import uuid4

from infra.local.credentials import client
from infra.local.demo.script import Script
from infra.local.demo.truth import Aggregate, Failure, Tls
from infra.local.stack_error import StackError
from infra.local.stack_file import Stack
from shared.adapters.dynamodb.members import DynamoMembers
from shared.adapters.dynamodb.table import Table
from shared.core import ids
from shared.core.alerts.report_watch import DigestOrder, WatchOrder
from shared.core.ids import AccountId, UserId
from shared.core.members import Member
from shared.core.messages import encode_digest_order, encode_lake_task, encode_watch_order
from shared.core.queues import LakeTask
from tests.chaos.asking import Asker
from tests.local.athena import FACTS, STATISTICS, sums
from tests.local.people import letters_to
from tests.local.running import RunningStack

WORKERS: Final = (
    "run-detail-job",
    "advise",
    "raise-alerts",
    "deliver-alerts",
    "watch-reports",
    "send-digests",
    "refresh-sources",
    "export-lake",
    "failure-reports",
    "detail-reports",
)
"""Those that are at work here, and are killed meanwhile."""

SPANS: Final = (30, 14, 7)
"""Days of the detail reports; the first is of all domains, the others of one each."""

_IN_THE_LAKE: Final = 34
_TLS_DAYS: Final = 60
_PATIENCE: Final = 120.0
_OF_ITS_OWN: Final = frozenset(
    {"id", "created_at", "reopened_at", "solved_at", "solve_time", "domain_id", "days_at_policy", "details"}
)
"""Fields in which two accounts differ that were told the same."""

Facts = dict[str, Any]


class Analyst:
    """Asks for everything of one account, and says what it came to in a form that another account's can be
    held against."""

    def __init__(self, stack: Stack, script: Script) -> None:
        self._stack = RunningStack.of(stack)
        self._asker = Asker(stack)
        self._script = script
        self._domains = [watched.name for watched in script.parameters.domains]
        self._account = AccountId(ids.parse(ids.ACCOUNT, stack.account_id))
        self._sqs = client("sqs", stack.aws_endpoint)
        self._today = datetime.now(UTC).date()
        self._tokens: list[str] = []
        self._search = self._filter = ""
        self.reader = f"reader-{uuid4().hex}@postseal.test"

    def prepare(self) -> None:
        """Somebody of the account wants its digest every day; sources are asked for the demo's domains."""
        self._filter = self._asker.ask("POST", "/source-filters", {"domains": self._domains})["id"]
        members = DynamoMembers(Table(client("dynamodb", self._stack.aws_endpoint), self._stack.table))
        user, now = UserId(getrandbits(52)), int(time.time())
        wants = '{"digest": "daily"}'
        members.add(
            Member(self._account, user, self.reader, now, 60, admin=True, active=True, settings=wants), most=9
        )

    def work(self) -> None:
        """Have everything done that is done once a night, or when somebody asks; its results may be there
        later. What the schedule would wait for is sent at once."""
        self._send("lake", encode_lake_task(LakeTask(self._account)))
        self._send("watch", encode_watch_order(WatchOrder(self._account, self._today)))
        self._invoke("schedule-advice")
        self._asker.ask("POST", "/sources/refresh", {})
        for place, days in enumerate(SPANS):
            asked = {**self._days(days), "domains": self._domains_at(place)}
            self._tokens.append(self._asker.ask("POST", "/detail-reports", asked)["token"])
        self._search = self._asker.ask("POST", "/failure-jobs", self._days(_IN_THE_LAKE))["search_token"]
        for token in self._tokens:
            self._until(f"detail report {token}", lambda token=token: self._is_finished(token))  # type: ignore[misc]
        self._send("digests", encode_digest_order(DigestOrder(self._account, self._today)))

    def told(self) -> Facts:
        """All of it, by what it is about."""
        says: Facts = {}
        for days, token in zip(SPANS, self._tokens, strict=True):
            rows = self._asker.every(f"/detail-reports/{token}/domains", ordering="ip")
            says[f"detail report of {days} days"] = sorted(_flat(row) for row in rows)
        says["sources"] = sorted(
            _flat(each) for each in self._asker.every("/sources", filter_id=self._filter)
        )
        for kind in ("issues", "tasks"):
            found = (_flat(each) for each in self._asker.every(f"/{kind}") if each["domain"] in self._domains)
            says[kind] = sorted(found)
        for name in self._domains:
            says[f"plan of {name}"] = _flat(self._asker.ask("GET", f"/domains/{name}/policy-plan"))
        says["alerts"] = sorted(
            (each["kind"], each["domain"], each["title"])
            for each in self._asker.every("/alerts")
            if each["domain"] in self._domains and each["kind"] in {"failure_spike", "reporter_silent"}
        )
        says["tls"] = _flat(self._tls())
        says["tls policies"] = sorted(_flat(each) for each in self._asker.every("/tls/policies"))
        return says

    def differences(self) -> list[str]:
        """Between what is told and what was sent, counted from nothing else."""
        return [
            f"{what}: {_apart(told, meant)} instead of {_apart(meant, told)}"
            for what, told, meant in self._figures()
            if told != meant
        ]

    def letters(self) -> int:
        return len(letters_to(self._stack, self.reader))

    def rows(self) -> int:
        """Of all its detail reports."""
        return sum(
            sum(1 for _ in self._asker.every(f"/detail-reports/{token}/domains")) for token in self._tokens
        )

    def _figures(self) -> Iterator[tuple[str, Any, Any]]:
        for place, (days, token) in enumerate(zip(SPANS, self._tokens, strict=True)):
            seen: Counter[str] = Counter()
            for row in self._asker.every(f"/detail-reports/{token}/domains"):
                seen[row["ip"]] += row["message_count"]
            yield f"detail report of {days} days", seen, self._sent_by_address(self._domains_at(place), days)
        volumes = sum(each["total_volume"] for each in self._asker.every("/sources", filter_id=self._filter))
        yield "sources of 7 days", volumes, self._sent_by_address(self._domains, 7).total()
        search = self._asker.ask("GET", f"/failure-jobs/{self._search}")
        reported = [each for each in self._script.truths if isinstance(each, Failure)]
        kept = sum(1 for each in reported if self._is_of(each.day, _IN_THE_LAKE))
        yield "failure reports", (search["progress"], search["total_count"]), (100, kept)
        tls = [each for each in self._script.truths if isinstance(each, Tls)]
        yield "failed sessions", self._tls()["total_failed"], sum(each.failed for each in tls)
        for table in (FACTS, STATISTICS):
            days_told = {
                day: int(messages)
                for day, messages, _ in sums(self._stack, self._account, table, self._domains)
            }
            recent = {
                day: count
                for day, count in days_told.items()
                if self._is_of(date.fromisoformat(day), _IN_THE_LAKE)
            }
            yield f"the lake's {table[0]}", recent, self._sent_by_day()

    def _sent_by_address(self, domains: list[str], days: int) -> Counter[str]:
        sent: Counter[str] = Counter()
        for truth in self._aggregates(days):
            if truth.domain in domains:
                for line in truth.lines:
                    sent[line.ip] += line.count
        return sent

    def _sent_by_day(self) -> dict[str, int]:
        sent: Counter[str] = Counter()
        for truth in self._aggregates(_IN_THE_LAKE):
            sent[truth.day.isoformat()] += truth.messages
        return dict(sent)

    def _aggregates(self, days: int) -> Iterator[Aggregate]:
        for truth in self._script.truths:
            if isinstance(truth, Aggregate) and self._is_of(truth.day, days):
                yield truth

    def _is_of(self, day: date, days: int) -> bool:
        return self._today - timedelta(days=days) <= day <= self._today

    def _days(self, days: int) -> dict[str, str]:
        first = self._today - timedelta(days=days)
        return {"start_date": first.isoformat(), "end_date": self._today.isoformat()}

    def _tls(self) -> Facts:
        first = self._today - timedelta(days=_TLS_DAYS - 1)
        found: Facts = self._asker.ask("GET", f"/tls/failures/summary?begin={first}&end={self._today}")
        return found

    def _domains_at(self, place: int) -> list[str]:
        return [self._domains[place - 1]] if place else self._domains

    def _is_finished(self, token: str) -> bool:
        label = self._asker.ask("GET", f"/detail-reports/{token}/progress")["label"]
        if label == "failed":
            raise StackError(f"detail report {token} failed")
        return bool(label == "finished")

    def _send(self, queue: str, body: str) -> None:
        self._sqs.send_message(QueueUrl=self._stack.queues[queue], MessageBody=body)

    def _invoke(self, function: str) -> None:
        """As the schedule does, which asks again where it fails."""
        deployed = client("lambda", self._stack.aws_endpoint)
        name = f"postseal-local-{function}"
        self._until(
            f"{function} runs",
            lambda: "FunctionError" not in deployed.invoke(FunctionName=name, Payload=b"{}"),
        )

    @staticmethod
    def _until(what: str, look: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not look():
            if time.monotonic() > deadline:
                raise StackError(f"{what}: not within {_PATIENCE:.0f} s")
            time.sleep(1)


def unlike(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Where two accounts were told the same and say something else, with the first thing that is."""
    found = []
    for what in sorted(one.keys() | other.keys()):
        mine, theirs = one.get(what), other.get(what)
        if mine != theirs:
            found.append(f"{what}: {_apart(mine, theirs)} with faults, {_apart(theirs, mine)} without")
    return found


def _apart(mine: Any, theirs: Any) -> str:
    if isinstance(mine, list) and isinstance(theirs, list):
        return str([each for each in mine if each not in theirs][:2])[:600]
    if isinstance(mine, dict) and isinstance(theirs, dict):
        return str({name: value for name, value in mine.items() if theirs.get(name) != value})[:600]
    return str(mine)[:600]


def _flat(thing: Facts) -> str:
    return repr(sorted((name, value) for name, value in thing.items() if name not in _OF_ITS_OWN))
