from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.core.alerts.deliveries import (
    CLAIM_SECONDS,
    WAITS,
    DeliveryStatus,
    delivery_number,
    new_delivery,
    wait_after,
)
from shared.core.alerts.posting import TIMEOUT
from shared.core.ids import AccountId, AlertId, DeliveryId, WebhookId


def test_a_receiver_that_is_down_has_between_one_day_and_two() -> None:
    assert 24 * 3_600 <= sum(WAITS) <= 48 * 3_600 / 1.2
    assert all(first < second for first, second in pairwise(WAITS))


@given(st.integers(min_value=1, max_value=len(WAITS)), st.integers(min_value=0))
def test_a_wait_is_what_it_says_and_up_to_a_fifth_more(attempts: int, random: int) -> None:
    wait = wait_after(attempts, WAITS, random)
    assert wait is not None
    assert WAITS[attempts - 1] <= wait <= WAITS[attempts - 1] * 1.2


def test_after_the_last_wait_it_is_given_up() -> None:
    assert wait_after(len(WAITS) + 1, WAITS, 0) is None
    assert wait_after(1, (), 0) is None


def test_a_claim_outlasts_an_attempt() -> None:
    assert TIMEOUT < CLAIM_SECONDS


def test_the_same_alert_to_the_same_webhook_is_one_delivery() -> None:
    at = 1_790_000_000
    one = delivery_number(WebhookId(1), AlertId(2), at)
    assert one == delivery_number(WebhookId(1), AlertId(2), at)
    assert (
        len(
            {
                one,
                delivery_number(WebhookId(2), AlertId(2), at),
                delivery_number(WebhookId(1), AlertId(3), at),
            }
        )
        == 3
    )


def test_a_delivery_counts_its_attempts_through_all_rounds() -> None:
    delivery = new_delivery(AccountId(1), WebhookId(2), DeliveryId(3), AlertId(4), 100)
    once = delivery.refused(101, 500, "no", (7,), 0)
    given_up = once.refused(108, None, "timeout", (7,), 0)
    again = given_up.again(500)

    assert (once.status, once.attempts, once.next_try) == (DeliveryStatus.PENDING, 1, 108)
    assert (given_up.status, given_up.next_try, given_up.trouble) == (DeliveryStatus.FAILED, None, "timeout")
    assert (again.status, again.attempts, again.asked) == (DeliveryStatus.PENDING, 2, 500)
    assert again.refused(501, 500, "no", (7,), 0).next_try == 508
    taken = again.taken(502, 204)
    assert (taken.status, taken.attempts, taken.answered, taken.trouble) == (
        DeliveryStatus.DELIVERED,
        3,
        204,
        "",
    )
