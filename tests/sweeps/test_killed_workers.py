"""Workers that are killed in each stage of a job: what they were at ends right, counted once.

All of it is begun first and looked at afterwards, for what a dead worker held comes back after 20 seconds.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import pytest

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.table import Table
from shared.core import ids
from shared.core.detail.jobs import PATIENCE
from shared.core.ids import AccountId
from shared.core.messages import encode_lake_task
from shared.core.queues import LakeTask
from tests.local.athena import FACTS, STATISTICS, sums, told
from tests.local.days_of_reports import DAYS, by_address, day, upload
from tests.local.dead_letters import dead_letters
from tests.local.running import RunningStack
from tests.local.tenants import Tenant, open_tenant, report, until
from tests.local.traps import Door, Stop, Trap, door_for

STAGES: Final[dict[str, tuple[str, tuple[str, ...], bool]]] = {
    "before the plan is kept": ("UpdateItem", ("JOB#{token}", ":parts"), False),
    "before its parts are sent": ("SendMessageBatch", ("{token}",), False),
    "after its parts were sent": ("SendMessageBatch", ("{token}",), True),
    "with a part read": ("PUT", ("/{token}/parts/",), False),
    "with a part kept that is not noted": ("PutItem", ("NOTE#{token}",), False),
    "with a part noted": ("PutItem", ("NOTE#{token}",), True),
    "with all put together": ("PUT", ("/{token}/result-",), False),
    "with a result that is not noted": ("UpdateItem", ("JOB#{token}", "finished"), False),
    "at its end": ("UpdateItem", ("JOB#{token}", "finished"), True),
}
"""Of a detail report: the call that is the worker's last, and whether it is still done."""

WRITING: Final[tuple[tuple[str, tuple[str, ...], bool], ...]] = (
    ("PUT", ("lake/facts/", "{day}"), True),
    ("PUT", ("lake/statistics/", "{day}"), True),
    ("PutItem", ("LAKE#", "{day}"), False),
    ("PutItem", ("LAKE#", "{day}"), True),
)
"""The same of the days of an export, one each."""


@dataclass(frozen=True, slots=True)
class Scene:
    stack: RunningStack
    door: Door
    tenant: Tenant
    account: AccountId
    sent: Counter[str]
    jobs: dict[str, str]
    lake: list[Trap]
    dead: dict[str, int]

    def ask(self, number: int) -> Any:
        """Questions of different days that have the same answer, in two parts."""
        first, last = day(DAYS - 1 + number // 2), day(number % 2)
        asked = {"start_date": first, "end_date": last, "domains": [self.tenant.domain]}
        answer = self.tenant.ask("POST", "/detail-reports", json=asked)
        assert answer.status_code in {200, 202}, answer.text
        return answer

    def begin(self, number: int, *traps: tuple[str, tuple[str, ...], bool], times: int = 1) -> str:
        """The token of a job whose worker runs into the traps."""
        with self.door.waiting():
            token = str(self.ask(number).json()["data"]["token"])
            for target, marks, after in traps:
                known = tuple(mark.format(token=token) for mark in marks)
                self.door.traps.append(Trap(target, known, after, times))
        return token

    def result(self, token: str) -> dict[str, int]:
        """Messages by address, once the job is finished."""
        here = f"/detail-reports/{token}"
        until(lambda: self.tenant.data(f"{here}/progress")["label"] == "finished")
        return {row["ip"]: row["message_count"] for row in self.tenant.data(f"{here}/domains")}

    def newly_dead(self, *queues: str) -> dict[str, int]:
        depths = dead_letters(self.stack, self.stack.aws("sqs"))
        return {name: depths[name] - self.dead[name] for name in queues if depths[name] != self.dead[name]}


@pytest.fixture(scope="module")
def half_deleted(stack: RunningStack) -> Tenant:
    """Whose one report is gone, and whoever deleted it, too, before anything followed from it."""
    tenant = open_tenant(stack)
    number = report(tenant)
    with door_for(stack, "reports") as door:
        door.traps.append(Trap("DeleteItem", (str(ids.parse(ids.REPORT, number)),), after=True))
        assert tenant.ask("DELETE", f"/reports/{number}").status_code >= 500
    assert tenant.ask("DELETE", f"/reports/{number}").status_code == 404
    return tenant


@pytest.fixture(scope="module")
def scene(stack: RunningStack, half_deleted: Tenant) -> Iterator[Scene]:
    dead = dead_letters(stack, stack.aws("sqs"))
    tenant = open_tenant(stack)
    sent = by_address(upload(tenant))
    account = AccountId(ids.parse(ids.ACCOUNT, tenant.data("/account")["id"]))
    with door_for(stack, "run-detail-job", "export-lake") as door:
        made = Scene(stack, door, tenant, account, sent, {}, [], dead)
        for number, (stage, trap) in enumerate(STAGES.items()):
            made.jobs[stage] = made.begin(number, trap)
        made.lake.extend(_lake_traps(made))
        door.traps.extend(made.lake)
        task = encode_lake_task(LakeTask(account))
        stack.aws("sqs").send_message(QueueUrl=stack.queues["lake"], MessageBody=task)
        yield made


def _lake_traps(scene: Scene) -> Iterator[Trap]:
    mine = str(scene.account)
    yield Trap("SendMessageBatch", (mine,), after=True)
    for back, (target, marks, after) in zip(range(1, DAYS, 2), WRITING, strict=True):
        yield Trap(target, (mine, *(mark.format(day=day(back)) for mark in marks)), after)


def test_a_job_that_is_deleted_while_it_runs_stays_deleted_and_can_be_asked_again(scene: Scene) -> None:
    with scene.door.waiting():
        token = scene.begin(10)
        stop = Stop("PUT", (f"/{token}/parts/",))
        scene.door.stops.append(stop)
    assert stop.reached.wait(90)
    here = f"/detail-reports/{token}"
    assert scene.tenant.ask("DELETE", here).status_code == 204
    stop.opened.set()

    again = scene.ask(10)
    assert again.status_code == 202
    assert scene.result(again.json()["data"]["token"]) == scene.sent
    assert scene.tenant.ask("GET", f"{here}/progress").status_code == 404


def test_a_job_whose_worker_always_dies_fails_and_can_be_asked_again(scene: Scene) -> None:
    token = scene.begin(11, ("PUT", ("/{token}/parts/",), False), times=100)
    trap = scene.door.traps[-1]
    until(lambda: trap.sprung)
    assert scene.ask(11).json()["data"]["token"] == token
    # As if all that time had passed; four more attempts would take two minutes even here.
    table = Table(scene.stack.aws("dynamodb"), scene.stack.table)
    key, began = keys.detail_job(scene.account, token), int(time.time()) - PATIENCE - 60
    table.update(key, "SET #created = :began", "attribute_exists(#pk)", {"began": began})

    progress = scene.tenant.data(f"/detail-reports/{token}/progress")
    assert progress["label"] == "failed"
    refused = scene.tenant.ask("GET", f"/detail-reports/{token}/sources")
    assert (refused.status_code, "ask again" in refused.json()["error"]["message"]) == (404, True)
    again = scene.ask(11)
    assert again.status_code == 202
    assert scene.result(again.json()["data"]["token"]) == scene.sent


@pytest.mark.parametrize("stage", STAGES)
def test_a_worker_killed_in_each_stage_of_a_detail_report(scene: Scene, stage: str) -> None:
    token = scene.jobs[stage]

    assert scene.result(token) == scene.sent

    (trap,) = (each for each in scene.door.traps if any(token in mark for mark in each.marks))
    assert trap.sprung == 1, "nobody was killed"


def test_a_worker_killed_in_each_stage_of_an_export(scene: Scene) -> None:
    until(lambda: all(trap.sprung for trap in scene.lake))
    said = told(scene.tenant)

    assert len(said) == DAYS // 2
    for table in (FACTS, STATISTICS):
        until(lambda table=table: sums(scene.stack, scene.account, table) == said)  # type: ignore[misc]


def test_nothing_was_given_up(scene: Scene) -> None:
    """Nor is anything left to be done."""
    sqs = scene.stack.aws("sqs")

    def left() -> int:
        counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        return sum(
            int(count)
            for name in ("details", "lake")
            for count in sqs.get_queue_attributes(QueueUrl=scene.stack.queues[name], AttributeNames=counts)[
                "Attributes"
            ].values()
        )

    until(lambda: left() == 0)
    assert scene.newly_dead("details", "lake") == {}
    stats = scene.tenant.data(f"/domains/{scene.tenant.domain}/stats")
    assert stats["totals"]["total_messages"] == scene.sent.total()


def test_a_search_of_failure_reports_is_finished_by_who_asks_again(stack: RunningStack) -> None:
    tenant = open_tenant(stack)
    token = uuid4().hex[:16]
    asked = {"start_date": day(1), "end_date": day(0), "search_token": token}
    with door_for(stack, "failure-reports") as door:
        door.traps.append(Trap("UpdateItem", (token,)))
        assert tenant.ask("POST", "/failure-jobs", json=asked).status_code >= 500
        begun = tenant.data(f"/failure-jobs/{token}")
        assert (begun["progress"], begun["total_count"]) == (1, None)

        job = tenant.ask("POST", "/failure-jobs", json=asked).json()["data"]

        assert (job["progress"], job["total_count"]) == (100, 0)
        assert len(tenant.data("/failure-jobs")) == 1


def test_the_figures_follow_a_deletion_whose_worker_died(half_deleted: Tenant) -> None:
    stats = f"/domains/{half_deleted.domain}/stats"
    until(lambda: half_deleted.data(stats)["totals"]["total_messages"] == 0)
