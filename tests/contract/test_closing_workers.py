"""The workers that export and delete accounts, on the stores that they run on."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from functions.workers.close_account import handler as close_account
from functions.workers.export_account import handler as export_account
from shared.core.accounts import Account
from shared.core.exports import Exporter, begin_export
from shared.core.messages import encode_closing, encode_export
from shared.core.queues import CloseAccount
from tests import fakes
from tests.contract.closing_scene import Scene
from tests.contract.stores import AwsStores

NUMBER, FIRST = 7_777_000_000_001, 7_777_000_100_000


@pytest.fixture
def scene(aws: AwsStores) -> Scene:
    return Scene(aws)


@pytest.fixture
def account(scene: Scene) -> Account:
    account = scene.account(NUMBER)
    scene.fill(account, FIRST, bare=False)
    return account


def started(handler: Callable[[dict[str, Any], Any], dict[str, Any]], body: str) -> dict[str, Any]:
    context = SimpleNamespace(
        function_name="worker",
        memory_limit_in_mb=512,
        invoked_function_arn="arn:aws:lambda:eu-west-1:000000000000:function:worker",
        aws_request_id="1",
        get_remaining_time_in_millis=lambda: 300_000,
    )
    return handler({"Records": [{"messageId": "1", "body": body, "eventSource": "aws:sqs"}]}, context)


def test_a_message_deletes_all_that_it_can_and_waits_for_quiet(
    scene: Scene, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = fakes.FakeClosings()
    monkeypatch.setattr(close_account, "closer", lambda: scene.closer)
    monkeypatch.setattr(close_account, "closings", lambda: queue)
    monkeypatch.setattr(close_account, "now", scene.aws.clock)
    scene.aws.accounts.close(account.id, closes=scene.now())

    answer = started(close_account.handler, encode_closing(CloseAccount(account.id)))

    assert answer == {"batchItemFailures": []}
    ((order, delay),) = queue.sent
    assert (order, delay) == (CloseAccount(account.id, scene.now()), scene.quiet)
    assert scene.aws.accounts.get(account.id) is not None
    scene.aws.clock.time += delay
    queue.sent.clear()
    started(close_account.handler, encode_closing(order))
    assert queue.sent == []
    assert scene.aws.accounts.get(account.id) is None


def test_a_message_that_comes_too_early_does_nothing(
    scene: Scene, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = fakes.FakeClosings()
    monkeypatch.setattr(close_account, "closer", lambda: scene.closer)
    monkeypatch.setattr(close_account, "closings", lambda: queue)
    before = scene.items()

    started(close_account.handler, encode_closing(CloseAccount(account.id)))

    assert queue.sent == []
    assert scene.items() == before


def test_each_message_writes_an_archive_and_asks_for_the_next(
    scene: Scene, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws, queue = scene.aws, fakes.FakeExportings()
    exporter = Exporter(aws.accounts, aws.domains, scene.holdings, aws.mailbox, scene.exports, scene.archive)
    monkeypatch.setattr(export_account, "exporter", lambda: exporter)
    monkeypatch.setattr(export_account, "exportings", lambda: queue)
    running = scene.exports.get(account.id)
    assert running is not None
    scene.exports.finish(running, scene.now())
    begun = begin_export(scene.exports, queue, account.id, now=scene.now(), random_bits=lambda _: 1)

    while queue.sent:
        started(export_account.handler, encode_export(queue.sent.pop(0)))

    done = scene.exports.get(account.id)
    assert done is not None
    assert done.finished is not None
    assert [file.name for file in scene.archive.files(account.id, begun.id)] == [
        "00000-account.zip",
        f"00001-d{FIRST}.example.zip",
    ]
