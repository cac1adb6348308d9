"""Jobs from the question to the result, with workers that die anywhere on the way."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest

from shared.core.clock import epoch_of
from shared.core.detail import running
from shared.core.detail.asking import ask, find_job, give_up_stalled, look_at, remove_job, result_of
from shared.core.detail.jobs import PATIENCE, DetailJob, NotReady, Status
from shared.core.detail.planning import Part
from shared.core.detail.questions import Question
from shared.core.detail.results import Ordering, RowFilter
from shared.core.detail.running import DetailRunner
from shared.core.domains import Domain
from shared.core.errors import Invalid, NotFound
from shared.core.ids import DomainId
from shared.core.queues import DetailTask, Step
from shared.core.reports import Fact
from shared.core.segments import SegmentWriter
from shared.mailauth.reports.values import Kind
from tests.contract import given
from tests.contract.stores import Stores
from tests.unit.core.detail.plain import Known, lines_of
from tests.unit.core.world import row

FIRST = date(2026, 9, 1)
LAST = FIRST + timedelta(days=9)
KNOWN = Known({}, {})


class Died(Exception):
    """What a killed worker is to those who called it."""


@dataclass
class Queue:
    """Gives every message again until it is done; ``dead`` takes what failed five times."""

    waiting: deque[tuple[DetailTask, int]] = field(default_factory=deque)
    dead: list[DetailTask] = field(default_factory=list)

    def send(self, tasks: Iterable[DetailTask]) -> None:
        self.waiting += [(task, 1) for task in tasks]

    def work(self, run: Callable[[DetailTask], object]) -> None:
        while self.waiting:
            task, attempt = self.waiting.popleft()
            try:
                run(task)
            except Died:
                if attempt < 5:
                    self.waiting.append((task, attempt + 1))
                else:
                    self.dead.append(task)


@dataclass
class Faulty:
    """Another port that dies at one of its calls, before or after it was done."""

    inner: Any
    call: str
    at: int
    after: bool

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.inner, name)

        def called(*arguments: Any, **named: Any) -> Any:
            if name == self.call:
                self.at -= 1
                if self.at == 0 and not self.after:
                    raise Died
            result = method(*arguments, **named)
            if name == self.call and self.at == 0 and self.after:
                raise Died
            return result

        return called


@dataclass
class Scene:
    stores: Stores

    def __post_init__(self) -> None:
        self.account = given.account(self.stores)
        self.queue = Queue()
        self.names = itertools.count()
        self.homes = [given.domain(self.stores, self.account, f"d{number}.example") for number in range(3)]
        self.facts = [each for place, home in enumerate(self.homes) for each in self._reports(home, place)]
        self.runner = DetailRunner(
            jobs=self.stores.detail_jobs,
            shelf=self.stores.detail_shelf,
            steps=self.queue,
            domains=self.stores.domains,
            reports=self.stores.reports,
            knowledge=KNOWN.knowledge,
            new_name=lambda: f"name{next(self.names)}",
        )

    def _reports(self, home: Domain, place: int) -> Iterable[Fact]:
        for number in range(4):
            writer = SegmentWriter()
            for spot in range(5):
                writer(row(f"192.0.2.{spot}", place + number + spot + 1, header_from=home.name))
            day = FIRST + timedelta(days=number * 3)
            made = replace(
                given.fact(home, day=day, report_id=f"r{number}", says=[place, number], retention=400),
                segment=writer.pack(),
            )
            self.stores.reports.file(made)
            yield made
        self.stores.reports.file(given.fact(home, kind=Kind.TLS, day=FIRST, report_id="tls"))

    def ask(self, version: str = "1", domains: tuple[DomainId, ...] | None = None) -> tuple[DetailJob, bool]:
        return ask(
            self.stores.detail_jobs,
            self.queue,
            self.account.id,
            Question(FIRST, LAST, domains),
            version,
            now=self.stores.clock(),
            random_bits=lambda _: next(self.names) + 10**30,
        )

    def run(self, runner: DetailRunner | None = None) -> None:
        worker = runner or self.runner
        self.queue.work(lambda task: worker.run(task, int(self.stores.clock())))

    def job(self, token: str) -> DetailJob:
        right = given.right(self.stores, self.account)
        return find_job(self.stores.detail_jobs, right, token, self.stores.clock())

    def shown(self, token: str) -> dict[tuple[str, str], int]:
        result = result_of(self.stores.detail_shelf, self.job(token))
        rows, total = result.rows(RowFilter(), Ordering("ip", False), offset=0, limit=1_000)
        assert len(rows) == total
        return {(each.from_domain, each.ip): each.message_count for each in rows}

    def expected(self, domains: tuple[DomainId, ...] | None = None) -> dict[tuple[str, str], int]:
        asked = domains or tuple(home.id for home in self.homes)
        lines, _ = lines_of(Question(FIRST, LAST, asked), self.facts, KNOWN)
        return {(line.from_domain, line.ip): count for line, count in lines.items()}


@pytest.fixture
def scene(stores: Stores) -> Scene:
    stores.clock.time = float(epoch_of(LAST)) + 3_600
    return Scene(stores)


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three domains in parts of several, and of three days."""

    def parts_of(domains: tuple[DomainId, ...], first: date, last: date) -> list[Part]:
        starts = [first + timedelta(days=offset) for offset in range(0, (last - first).days + 1, 5)]
        return [
            Part(tuple(some), start, min(start + timedelta(days=4), last))
            for some in (domains[:2], domains[2:])
            if some
            for start in starts
        ]

    monkeypatch.setattr(running, "parts_of", parts_of)


def test_a_job_runs_to_its_end(scene: Scene) -> None:
    job, begun = scene.ask()
    assert begun
    with pytest.raises(NotReady):
        scene.shown(job.token)
    seen = []

    def run(task: DetailTask) -> None:
        scene.runner.run(task, int(scene.stores.clock()))
        seen.append(look_at(scene.stores.detail_jobs, scene.job(job.token)).value)

    scene.queue.work(run)

    assert seen == [1, 24, 48, 71, 95, 100]
    assert scene.shown(job.token) == scene.expected()


def test_of_named_domains_only(scene: Scene) -> None:
    job, _ = scene.ask(domains=(scene.homes[1].id,))
    scene.run()
    assert scene.shown(job.token) == scene.expected((scene.homes[1].id,))


def test_an_account_without_domains(scene: Scene) -> None:
    for home in scene.homes:
        scene.stores.domains.remove(home)
    job, _ = scene.ask()
    scene.run()
    assert scene.shown(job.token) == {}


def test_the_same_question_finds_the_same_job(scene: Scene) -> None:
    job, _ = scene.ask()
    scene.run()

    assert scene.ask() == (scene.job(job.token), False)
    newer, begun = scene.ask(version="2")
    assert begun
    assert newer.token != job.token


def test_a_question_whose_first_step_was_lost_is_begun_again(scene: Scene) -> None:
    job, _ = scene.ask()
    scene.queue.waiting.clear()

    assert scene.ask() == (job, False)

    scene.run()
    assert scene.shown(job.token) == scene.expected()


CALLS = [
    ("jobs", "plan", 1),
    ("steps", "send", 1),
    ("domains", "page", 1),
    ("reports", "of_span", 1),
    ("reports", "of_span", 2),
    ("shelf", "put_chunk", 1),
    ("shelf", "put_chunk", 3),
    ("jobs", "note", 1),
    ("jobs", "note", 4),
    ("steps", "send", 2),
    ("shelf", "put_together", 1),
    ("jobs", "finish", 1),
]


@pytest.mark.parametrize("stores", ["memory"], indirect=True)
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("port", "call", "at"), CALLS)
def test_a_worker_dies_at_any_stage(scene: Scene, port: str, call: str, at: int, after: bool) -> None:
    job, _ = scene.ask()
    faulty = Faulty(getattr(scene.runner, port), call, at, after)

    changed: dict[str, Any] = {port: faulty}
    scene.run(replace(scene.runner, **changed))

    assert faulty.at <= 0, "it did not die"
    assert scene.queue.dead == []
    assert scene.job(job.token).status is Status.FINISHED
    assert scene.shown(job.token) == scene.expected()


def test_every_message_comes_twice_and_in_any_order(scene: Scene) -> None:
    job, _ = scene.ask()

    def twice(task: DetailTask) -> None:
        for _ in range(2):
            scene.runner.run(task, int(scene.stores.clock()))
        scene.queue.waiting.reverse()

    scene.queue.work(twice)

    assert scene.shown(job.token) == scene.expected()


def test_two_workers_on_one_part_count_once(scene: Scene) -> None:
    """The second one sees a report that the first one did not; what the first noted is what counts."""
    job, _ = scene.ask()
    scene.runner.run(DetailTask(scene.account.id, job.token, Step.PLAN), int(scene.stores.clock()))
    between = replace(scene.runner, jobs=Faulty(scene.runner.jobs, "note", 1, False))
    with pytest.raises(Died):
        between.run(DetailTask(scene.account.id, job.token, Step.PART, 0), int(scene.stores.clock()))

    scene.run()
    late = DetailTask(scene.account.id, job.token, Step.PART, 0)

    assert not scene.runner.run(late, int(scene.stores.clock()))
    assert scene.shown(job.token) == scene.expected()


def test_a_job_of_which_a_part_is_given_up_fails_and_can_be_asked_again(scene: Scene) -> None:
    job, _ = scene.ask()

    def broken(task: DetailTask) -> None:
        if task.step is Step.PART and task.part == 2:
            raise Died
        scene.runner.run(task, int(scene.stores.clock()))

    scene.queue.work(broken)
    assert [task.part for task in scene.queue.dead] == [2]
    assert scene.job(job.token).status is Status.RUNNING
    assert scene.ask() == (scene.job(job.token), False)

    scene.stores.clock.time += PATIENCE + 1
    failed = scene.job(job.token)

    assert failed.status is Status.FAILED
    assert "ask again" in failed.reason
    with pytest.raises(NotReady, match="no progress"):
        scene.shown(job.token)
    again, begun = scene.ask()
    assert begun
    scene.run()
    assert scene.shown(again.token) == scene.expected()


def test_a_stalled_job_is_noticed_without_anybody_reading_it(scene: Scene) -> None:
    job, _ = scene.ask()
    scene.queue.waiting.clear()
    now = int(scene.stores.clock()) + PATIENCE + 1

    assert give_up_stalled([scene.account], scene.stores.detail_jobs, now) == 1
    assert give_up_stalled([scene.account], scene.stores.detail_jobs, now) == 0
    assert scene.job(job.token).status is Status.FAILED


def test_late_messages_of_a_stalled_job_do_nothing(scene: Scene) -> None:
    job, _ = scene.ask()
    scene.stores.clock.time += PATIENCE + 1

    scene.run()

    assert scene.job(job.token).status is Status.FAILED


def test_progress_keeps_a_long_job_alive(scene: Scene) -> None:
    job, _ = scene.ask()

    def slow(task: DetailTask) -> None:
        scene.runner.run(task, int(scene.stores.clock()))
        scene.stores.clock.time += PATIENCE - 1

    scene.queue.work(slow)

    assert scene.job(job.token).status is Status.FINISHED


def test_a_deleted_job_stops_in_the_middle_of_a_part(scene: Scene) -> None:
    job, _ = scene.ask()
    scene.runner.run(DetailTask(scene.account.id, job.token, Step.PLAN), int(scene.stores.clock()))
    reads = []

    class Deleting:
        def of_span(self, account: Any, domain: DomainId, first: date, last: date) -> Iterable[Fact]:
            reads.append(domain)
            remove_job(scene.stores.detail_jobs, scene.stores.detail_shelf, job)
            return scene.stores.reports.of_span(account, domain, first, last)

    deleting = replace(scene.runner, reports=Deleting())  # type: ignore[arg-type]
    scene.run(deleting)

    assert reads == [scene.homes[0].id]
    with pytest.raises(NotFound):
        scene.job(job.token)
    again, begun = scene.ask()
    assert begun
    assert again.token != job.token


def test_a_question_that_is_too_wide_fails_with_the_reason(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise Invalid("The answer is too large")

    job, _ = scene.ask()
    monkeypatch.setattr(scene.stores.detail_shelf, "put_together", refuse)

    scene.run()

    assert scene.job(job.token).reason == "The answer is too large"


def test_a_deleted_result_is_gone_from_the_shelf(scene: Scene) -> None:
    job, _ = scene.ask()
    scene.run()
    done = scene.job(job.token)

    remove_job(scene.stores.detail_jobs, scene.stores.detail_shelf, done)

    assert scene.stores.detail_shelf.result(done.account, done.token, "result-other") is None
    with pytest.raises(NotReady):
        result_of(scene.stores.detail_shelf, replace(done, result="result-gone"))
