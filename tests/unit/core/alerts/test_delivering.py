from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.alerts.deliveries import CLAIM_SECONDS, DeliveryStatus, new_delivery, order_of
from shared.core.alerts.signing import signature
from shared.core.clock import DAY_SECONDS
from shared.core.ids import DeliveryId
from shared.mailauth.evaluate.questions import Fetched, Fetching
from tests.unit.core.alerts.world import HOOK, SECRET, URL, WAITS, World
from tests.unit.core.world import ACCOUNT, NOW

DOWN = Fetched(Fetching.FAILED, reason="timeout")
UP = Fetched(Fetching.FETCHED, status=204)


def raised() -> World:
    world = World()
    world.take()
    return world


def test_a_receiver_gets_a_signed_message_once() -> None:
    world = raised()
    assert world.settle() == 1

    (sent,) = world.received
    told = dict(sent.headers)
    assert (sent.url, told["Content-Type"]) == (URL, "application/json")
    assert told["webhook-id"] == f"dlv_{world.delivery.id}"
    assert told["webhook-signature"] == signature(SECRET, told["webhook-id"], NOW, sent.post or b"")
    assert json.loads(sent.post or b"")["data"]["domain"] == "orchard.example"
    assert (world.delivery.status, world.delivery.attempts) == (DeliveryStatus.DELIVERED, 1)
    assert world.hook.delivered == NOW


def test_a_receiver_that_was_down_gets_what_it_missed_with_the_same_id() -> None:
    world = raised()
    world.answer = DOWN
    order, _ = world.next_order()
    world.attempt(order)
    assert (world.delivery.status, world.delivery.trouble) == (DeliveryStatus.PENDING, "timeout")
    assert world.delivery.next_try == NOW + WAITS[0]

    world.answer = UP
    assert world.settle() == 1
    first, second = (dict(each.headers) for each in world.received)
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) == NOW + WAITS[0]
    assert world.received[0].post == world.received[1].post
    assert (world.delivery.attempts, world.delivery.trouble) == (2, "")


def test_waits_beyond_what_a_queue_can_hold_are_chained() -> None:
    world = raised()
    world.answer = DOWN
    for _ in range(3):
        world.now += next(iter(world.orders.sent))[1]
        world.attempt(world.next_order()[0])
    order, delay = world.next_order()
    assert delay == 900
    world.now += 900
    assert world.attempt(order) is None
    assert world.next_order() == (order, 100)
    assert len(world.received) == 3


def test_a_receiver_that_takes_nothing_is_switched_off_and_the_owner_told() -> None:
    world = raised()
    world.answer = Fetched(Fetching.FETCHED, status=503)
    assert world.settle() == len(WAITS) + 1

    assert (world.delivery.status, world.delivery.answered) == (DeliveryStatus.FAILED, 503)
    assert not world.hook.enabled
    assert "took nothing" in world.hook.disabled_reason
    (letter,) = world.letters.sent
    assert letter.to == ACCOUNT.email
    assert "503" in letter.text


def test_a_receiver_that_takes_other_messages_stays_on() -> None:
    world = raised()
    world.answer = Fetched(Fetching.FETCHED, status=400)
    order, _ = world.next_order()
    world.attempt(order)
    world.webhooks.note_delivered(HOOK, world.now)
    world.settle()
    assert world.delivery.status is DeliveryStatus.FAILED
    assert world.hook.enabled
    assert world.letters.sent == []


def test_a_receiver_that_is_gone_is_asked_once() -> None:
    world = raised()
    world.answer = Fetched(Fetching.FETCHED, status=410)
    assert world.settle() == 1
    assert not world.hook.enabled
    assert "is gone" in world.hook.disabled_reason


def test_an_owner_whom_nobody_can_write_to_changes_nothing() -> None:
    world = raised()
    world.letters.refused.add(ACCOUNT.email)
    world.answer = Fetched(Fetching.FETCHED, status=410)
    world.settle()
    assert not world.hook.enabled


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 429, 500, 100])
def test_whatever_is_not_2xx_is_not_taken(status: int) -> None:
    world = raised()
    world.answer = Fetched(Fetching.FETCHED, status=status, location="https://elsewhere.example/")
    world.attempt(world.next_order()[0])
    assert world.delivery.trouble == f"The receiver answered {status}"
    assert {each.url for each in world.received} == {URL}


def test_an_address_that_became_private_is_refused_at_delivery() -> None:
    world = raised()
    world.answer = Fetched(Fetching.REFUSED, reason="hooks.vineyard.example has no public address")
    world.attempt(world.next_order()[0])
    assert world.delivery.trouble == "hooks.vineyard.example has no public address"
    assert world.delivery.answered is None


def test_two_workers_with_the_same_message_make_one_attempt() -> None:
    world = raised()
    order, _ = world.next_order()
    run = world.run
    inner: list[object] = []

    def meanwhile(asking: object, **options: float) -> object:
        inner.append(world.attempt(order))
        return run(asking, **options)

    world.run = meanwhile  # type: ignore[method-assign]
    world.attempt(order)
    assert inner == [None]
    assert len(world.received) == 1
    assert world.next_order() == (order, CLAIM_SECONDS)
    assert world.attempt(order) is None
    assert len(world.received) == 1


def test_a_worker_that_dies_is_followed_by_another_once_its_claim_is_over() -> None:
    world = raised()
    order, _ = world.next_order()
    run = world.run

    def die(asking: object, **options: float) -> object:
        raise ConnectionError

    world.run = die  # type: ignore[method-assign]
    with pytest.raises(ConnectionError):
        world.attempt(order)
    world.run = run  # type: ignore[method-assign]
    assert world.attempt(order) is None
    assert world.settle() == 1
    assert world.delivery.status is DeliveryStatus.DELIVERED


def test_who_died_before_asking_for_the_next_attempt_has_it_asked_for_again() -> None:
    world = raised()
    order, _ = world.next_order()
    world.answer = DOWN
    world.attempt(order)
    world.orders.sent.clear()

    world.attempt(order)
    following, delay = world.next_order()
    assert (following.attempts, delay) == (1, WAITS[0])


def test_what_is_no_more_to_be_sent_is_cancelled() -> None:
    world = raised()
    order, _ = world.next_order()
    world.change_hook(enabled=False)
    world.attempt(order)
    assert (world.delivery.status, world.delivery.trouble) == (
        DeliveryStatus.CANCELLED,
        "The webhook is switched off",
    )

    gone = raised()
    order, _ = gone.next_order()
    gone.alerts.stored.clear()
    gone.attempt(order)
    assert gone.delivery.trouble == "The alert is gone"
    assert world.received == gone.received == []


def test_a_webhook_that_is_gone_gets_nothing() -> None:
    world = raised()
    order, _ = world.next_order()
    world.webhooks.remove(ACCOUNT.id, HOOK.id)
    assert world.attempt(order) is None
    assert world.received == []


def test_a_test_is_tried_once_and_switches_nothing_off() -> None:
    world = World()
    world.change_hook(enabled=False)
    world.answer = DOWN
    delivery = new_delivery(ACCOUNT.id, HOOK.id, DeliveryId(9), None, NOW)
    world.deliveries.begin(delivery)
    world.orders.send([order_of(delivery)])
    assert world.settle() == 1
    assert world.delivery.status is DeliveryStatus.FAILED
    assert world.letters.sent == []
    assert json.loads(world.received[0].post or b"")["type"] == "test"


@given(st.lists(st.booleans(), max_size=8), st.lists(st.integers(min_value=0, max_value=3), max_size=8))
def test_through_any_failures_and_redeliveries_it_is_taken_exactly_once(
    ups: list[bool], repeats: list[int]
) -> None:
    """``repeats``: how often the queue hands out each message again."""
    world = raised()
    answers, again = iter(ups), iter(repeats)
    taken = 0
    for _ in range(200):
        if not world.orders.sent:
            break
        order, delay = world.next_order()
        world.now += delay
        for _ in range(1 + next(again, 0)):
            before = len(world.received)
            world.answer = UP if next(answers, True) else DOWN
            world.attempt(order)
            taken += len(world.received) - before if world.answer is UP else 0
    assert not world.orders.sent
    failed = world.delivery.status is DeliveryStatus.FAILED
    assert taken == (0 if failed else 1)
    assert world.now < NOW + 2 * DAY_SECONDS
