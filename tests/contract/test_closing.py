from __future__ import annotations

from dataclasses import replace

import pytest

from shared.adapters.dynamodb import keys
from shared.core.accounts import Account, Status
from shared.core.closing import close_account, due_closings
from shared.core.errors import Conflict, Invalid, NotFound
from shared.core.holdings import FiledMail
from shared.core.ids import AccountId, DomainId, UserId
from shared.core.queues import CloseAccount
from tests import fakes
from tests.contract import given
from tests.contract.closing_scene import SHARED_MAIL, STAYS, Scene, templates
from tests.contract.stores import AwsStores

LEAVES, KEPT = 7_777_000_000_001, 8_888_000_000_001
"""Numbers of accounts; their domains and the rest are numbered by what follows them."""

IDS = (7_777_000_100_000, 8_888_000_100_000)


@pytest.fixture
def scene(aws: AwsStores) -> Scene:
    return Scene(aws)


@pytest.fixture
def two(scene: Scene) -> tuple[Account, Account]:
    accounts = scene.account(LEAVES), scene.account(KEPT)
    for account, number in zip(accounts, IDS, strict=True):
        scene.fill(account, number)
    return accounts


def traces(scene: Scene) -> list[str]:
    """Of the account that left, in items and objects, but for what outlives it."""
    marks = ("7777000", f"token{LEAVES}", f"home{IDS[0]}")
    stays = {f"{name}#" for name in ("Z",)}
    items = [
        str(item) for item in scene.items() if not any(item["pk"]["S"].startswith(prefix) for prefix in stays)
    ]
    return [text for text in (*items, *scene.objects()) if any(mark in text for mark in marks)]


def test_closing_deletes_everything_of_the_account_and_nothing_of_others(
    scene: Scene, two: tuple[Account, Account]
) -> None:
    leaves, kept = two
    shared = scene.user(7_777_000_500_000, leaves, kept)
    assert len(traces(scene)) > 40
    everything = scene.items()
    others = [item for item in everything if "7777000" not in str(item)]
    objects = {name: body for name, body in scene.objects().items() if "7777000" not in name}
    hosted = [item for item in everything if item["pk"]["S"].startswith(f"Z#{leaves.id}")]

    scene.close(leaves)

    left = scene.items()
    assert [text for text in traces(scene) if str(shared.id) not in text] == []
    assert [text for text in map(str, left) if str(LEAVES) in text and "Z#" not in text] == []
    assert [item for item in left if "7777000" not in str(item)] == others
    assert scene.objects() == objects
    assert [item for item in left if item["pk"]["S"].startswith(f"Z#{leaves.id}")] == hosted
    assert scene.aws.users.get(shared.id) is not None
    assert scene.aws.members.accounts_of(shared.id) == [kept.id]
    assert scene.aws.users.get(UserId(IDS[0] + 3)) is None
    assert UserId(IDS[0] + 3) not in scene.directory.known
    assert UserId(IDS[1] + 3) in scene.directory.known
    assert f"mail/{SHARED_MAIL}" in scene.objects()
    assert scene.aws.table.get(keys.mail(kept.id, SHARED_MAIL)) is not None
    assert [check.domain for check, _ in scene.hosting_checks.sent] == [DomainId(IDS[0])]
    assert scene.aws.hostings.get(leaves.id, DomainId(IDS[0])) is not None


def test_every_key_that_has_an_account_in_it_is_in_the_scene(
    scene: Scene, two: tuple[Account, Account]
) -> None:
    """A new kind of item is there without being asked for: whether it goes is then seen above."""
    leaves, _ = two
    domain = scene.aws.domains.get(leaves.id, DomainId(IDS[0]))
    assert domain is not None

    made = templates(leaves, domain, IDS[0])

    assert len(made) >= 25
    assert all(scene.aws.table.get(key) is not None for key in made.values())
    assert made.keys() >= STAYS


def test_a_deletion_can_be_stopped_anywhere_and_done_twice(
    scene: Scene, two: tuple[Account, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    leaves, kept = two
    scene.aws.accounts.close(leaves.id, closes=scene.now())
    call = scene.aws.table.client._make_api_call  # type: ignore[attr-defined]
    left = 0

    class Stopped(Exception):
        pass

    def until_none_is_left(*arguments: object) -> object:
        nonlocal left
        if left == 0:
            raise Stopped
        left -= 1
        return call(*arguments)

    monkeypatch.setattr(scene.aws.table.client, "_make_api_call", until_none_is_left)
    order, stopped = CloseAccount(leaves.id), 0
    while order.quiet is None:
        left = 1 + 4 * stopped
        try:
            following = scene.closer.advance(order, scene.now())
        except Stopped:
            stopped += 1
            assert stopped < 50
        else:
            assert following is not None
            order = following[0]
    assert stopped > 10
    monkeypatch.setattr(scene.aws.table.client, "_make_api_call", call)
    scene.run(leaves)
    scene.run(leaves)

    assert traces(scene) == []
    assert scene.aws.accounts.get(kept.id) is not None


def test_what_was_under_way_while_it_closed_goes_too(scene: Scene, two: tuple[Account, Account]) -> None:
    leaves, _ = two
    domain = scene.aws.domains.get(leaves.id, DomainId(IDS[0]))
    assert domain is not None
    scene.aws.accounts.close(leaves.id, closes=scene.now())
    following: tuple[CloseAccount, int] | None = (CloseAccount(leaves.id), 0)
    while following is not None and following[0].quiet is None:
        following = scene.closer.advance(following[0], scene.now())
    assert following is not None
    assert scene.aws.accounts.recipient(leaves.token) is None
    assert scene.aws.accounts.recipient(domain.token) is None

    scene.aws.mailbox.put("inbound/7777000-late", b"late")
    scene.filed_mails.note(leaves.id, FiledMail("inbound/7777000-late", shared=False), scene.now())
    scene.aws.reports.file(given.fact(domain, report_id="late", retention=400))
    scene.aws.rollups.replace(given.rollup(domain, retention=400), expected=0)
    scene.run(leaves)

    assert traces(scene) == []


def test_nothing_is_deleted_before_its_time_nor_after_reopening(
    scene: Scene, two: tuple[Account, Account]
) -> None:
    leaves, _ = two
    before, objects = scene.items(), scene.objects()
    closings = fakes.FakeClosings()

    closing = close_account(
        *(scene.aws.accounts, closings, leaves, f"Account {LEAVES}"), delay=86_400, now=scene.now()
    )

    assert (closing.status, closing.closes) == (Status.CLOSING, scene.now() + 86_400)
    assert closings.sent == []
    assert scene.closer.advance(CloseAccount(leaves.id), scene.now() + 86_399) is None
    assert due_closings(scene.aws.accounts.list_all(), scene.now()) == []
    assert due_closings(scene.aws.accounts.list_all(), scene.now() + 86_400) == [CloseAccount(leaves.id)]
    scene.aws.accounts.reopen(leaves.id)
    assert scene.closer.advance(CloseAccount(leaves.id), scene.now() + 86_400) is None
    assert scene.items() == before
    assert scene.objects() == objects


def test_a_short_delay_goes_through_the_queue(scene: Scene) -> None:
    account = scene.account(LEAVES)
    closings = fakes.FakeClosings()

    close_account(scene.aws.accounts, closings, account, account.name, delay=5, now=scene.now())

    assert closings.sent == [(CloseAccount(account.id), 5)]


def test_the_name_has_to_be_typed_and_the_operator_stays(scene: Scene) -> None:
    account = scene.account(LEAVES)
    closings = fakes.FakeClosings()

    with pytest.raises(Invalid):
        close_account(scene.aws.accounts, closings, account, "account", delay=5, now=scene.now())
    operator = replace(account, operator=True)
    with pytest.raises(Conflict):
        close_account(scene.aws.accounts, closings, operator, account.name, delay=5, now=scene.now())
    assert scene.aws.accounts.get(account.id) == account
    with pytest.raises(NotFound):
        close_account(
            *(scene.aws.accounts, closings, replace(account, id=AccountId(9)), account.name),
            delay=5,
            now=scene.now(),
        )
