from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.adapters.dynamodb import keys
from shared.core.accounts import Account
from shared.core.alerts.alerts import TELLING_SECONDS, Alert, AlertFilter, AlertState, alert_of
from shared.core.alerts.deliveries import (
    CLAIM_SECONDS,
    Delivery,
    DeliveryOrder,
    DeliveryStatus,
    new_delivery,
    order_of,
)
from shared.core.alerts.delivering import Deliverer
from shared.core.alerts.events import AlertEvent, AlertKind
from shared.core.alerts.raising import Raiser, Telling
from shared.core.alerts.webhooks import MOST_WEBHOOKS, Format, Webhook
from shared.core.clock import DAY_SECONDS
from shared.core.domains import Domain
from shared.core.errors import Conflict, Invalid, NotFound, Outdated
from shared.core.ids import AlertId, DeliveryId, DomainId, GroupId, UserId, WebhookId
from shared.mailauth.evaluate.questions import Fetched, Fetching
from tests import fakes
from tests.contract import given as stored
from tests.contract.stores import LOOKED_AT, AwsStores, Stores
from tests.fakes.dns import FakeDns, FakeLookups

URL = "https://hooks.example/in"


def alert(
    stores: Stores, owner: Account, home: Domain | None, key: str = "k", *, ago: int = 0, **changes: object
) -> Alert:
    """As it is stored; ``ago`` in days."""
    now = int(stores.clock())
    at = now - ago * DAY_SECONDS
    event = AlertEvent(
        owner.id, None if home is None else home.id, AlertKind.DNS_CHANGE, key, at, {"n": 1, "t": "ü"}
    )
    made = replace(alert_of(event, owner, home, now), **changes)  # type: ignore[arg-type]
    return stores.alerts.keep(made)


def hook(owner: Account, number: int = 5) -> Webhook:
    return Webhook(WebhookId(number), owner.id, URL, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 1_000)


def page(stores: Stores, owner: Account, wanted: AlertFilter, limit: int = 100) -> list[AlertId]:
    """All pages, one after the other."""
    found: list[AlertId] = []
    after = None
    while True:
        part = stores.alerts.page(owner.id, wanted, after=after, limit=limit)
        assert len(part.items) <= limit
        found += [each.id for each in part.items]
        if part.after is None:
            return found
        after = part.after


def test_an_alert_is_kept_as_it_is(stores: Stores) -> None:
    owner = stored.account(stores)
    home = stored.domain(stores, owner)
    for made in (alert(stores, owner, home), alert(stores, owner, None)):
        assert stores.alerts.get(owner.id, made.id) == made
    assert stores.alerts.get(stored.account(stores).id, made.id) is None


def test_the_first_of_an_identity_stays_whatever_day_the_next_names(stores: Stores) -> None:
    owner = stored.account(stores)
    home, other = stored.domain(stores, owner), stored.domain(stores, owner, "other.example")
    first = alert(stores, owner, home, ago=3)
    assert alert(stores, owner, home, ago=1) == first
    assert alert(stores, owner, other, ago=3) != first
    assert alert(stores, owner, home, "other", ago=3) != first
    assert len(page(stores, owner, AlertFilter())) == 3


def test_an_alert_that_expired_is_gone_and_may_come_again(stores: Stores) -> None:
    owner = stored.account(stores)
    first = alert(stores, owner, None, expires=int(stores.clock()) + 10)
    stores.clock.time += 10
    assert stores.alerts.get(owner.id, first.id) is None
    assert page(stores, owner, AlertFilter()) == []
    again = alert(stores, owner, None)
    assert stores.alerts.get(owner.id, again.id) == again


def test_one_worker_tells_and_another_only_once_it_is_overdue(stores: Stores) -> None:
    owner = stored.account(stores)
    made = alert(stores, owner, None)
    now = int(stores.clock())
    assert stores.alerts.claim(made, now)
    assert not stores.alerts.claim(made, now + TELLING_SECONDS - 1)
    assert stores.alerts.claim(made, now + TELLING_SECONDS)
    stores.alerts.note_told(made, now + 1)
    assert not stores.alerts.claim(made, now + 99)
    assert stores.alerts.keep(made).told == now + 1


def test_states_change_as_they_were_read(stores: Stores) -> None:
    owner = stored.account(stores)
    made = alert(stores, owner, None)
    closed = stores.alerts.change(made.moved(AlertState.CLOSED, 2_000, "ada"))
    assert stores.alerts.get(owner.id, made.id) == closed
    assert (closed.state, closed.changed, closed.changed_by, closed.version) == (
        AlertState.CLOSED,
        2_000,
        "ada",
        2,
    )
    with pytest.raises(Outdated):
        stores.alerts.change(made.moved(AlertState.ACKNOWLEDGED, 2_001, "bob"))
    with pytest.raises(NotFound):
        stores.alerts.change(replace(made, id=AlertId(9)))


def test_alerts_go_with_their_domain_and_no_others(stores: Stores) -> None:
    owner = stored.account(stores)
    home, other = stored.domain(stores, owner), stored.domain(stores, owner, "other.example")
    for number in range(5):
        alert(stores, owner, home, f"k{number}", ago=number)
    kept = {alert(stores, owner, other).id, alert(stores, owner, None).id}
    stores.alerts.forget(owner.id, home.id)
    assert set(page(stores, owner, AlertFilter())) == kept
    assert alert(stores, owner, home, "k1").raised == int(stores.clock())


HOMES = st.sampled_from([None, DomainId(1), DomainId(2)])
ALERTS = st.lists(
    st.tuples(st.sampled_from(AlertKind), HOMES, st.sampled_from(AlertState), st.integers(0, 5)), max_size=16
)
FILTERS = st.builds(
    AlertFilter,
    kind=st.none() | st.sampled_from(AlertKind),
    domain=HOMES,
    state=st.none() | st.sampled_from(AlertState),
    raised_from=st.none() | st.integers(0, 5).map(lambda day: 1_000_000_000 + day * DAY_SECONDS),
    raised_to=st.none() | st.integers(0, 5).map(lambda day: 1_000_000_000 + day * DAY_SECONDS),
    within=st.none() | st.frozensets(st.sampled_from([DomainId(1), DomainId(2)])),
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(made=ALERTS, wanted=FILTERS, limit=st.integers(1, 9))
def test_pages_are_a_plain_selection(
    stores: Stores,
    made: list[tuple[AlertKind, DomainId | None, AlertState, int]],
    wanted: AlertFilter,
    limit: int,
) -> None:
    owner = stored.account(stores)
    alerts = []
    for place, (kind, home, state, day) in enumerate(made):
        at = 1_000_000_000 + day * DAY_SECONDS
        event = AlertEvent(owner.id, home, kind, str(place), at)
        alerts.append(replace(alert_of(event, owner, None, at), state=state, expires=2**40))
        stores.alerts.keep(alerts[-1])
    plain = sorted((each.id for each in alerts if wanted.takes(each)), reverse=True)
    assert page(stores, owner, wanted, limit) == plain


def test_a_page_looks_at_so_much_and_no_more(stores: Stores) -> None:
    owner = stored.account(stores)
    for number in range(LOOKED_AT + 1):
        alert(stores, owner, None, f"k{number}")
    wanted = AlertFilter(kind=AlertKind.NEW_SOURCE)
    part = stores.alerts.page(owner.id, wanted, after=None, limit=5)
    assert (part.items, part.after is not None) == ([], True)


def test_webhooks_are_kept_changed_and_removed(stores: Stores) -> None:
    owner = stored.account(stores)
    bare = hook(owner)
    full = replace(
        hook(owner, 6),
        kinds=frozenset({AlertKind.DNS_CHANGE}),
        domains=frozenset({DomainId(3), DomainId(4)}),
        group=GroupId(8),
        format=Format.TEAMS,
        enabled=False,
        disabled_reason="gone",
        secret_before="whsec_AAAA",
        secret_before_ends=9,
        delivered=7,
    )
    for made in (full, bare):
        stores.webhooks.add(made, most=MOST_WEBHOOKS)
    assert stores.webhooks.list_of(owner.id) == [bare, full]
    with pytest.raises(Conflict):
        stores.webhooks.add(bare, most=MOST_WEBHOOKS)

    changed = stores.webhooks.change(replace(bare, url="https://other.example/"))
    assert (changed.version, stores.webhooks.get(owner.id, bare.id)) == (2, changed)
    with pytest.raises(Outdated):
        stores.webhooks.change(bare)
    assert stores.webhooks.remove(owner.id, bare.id)
    assert not stores.webhooks.remove(owner.id, bare.id)
    with pytest.raises(NotFound):
        stores.webhooks.change(changed)


def test_an_account_has_so_many_webhooks_and_no_more(stores: Stores) -> None:
    owner, other = stored.account(stores), stored.account(stores)
    for number in range(3):
        stores.webhooks.add(hook(owner, number + 1), most=3)
    with pytest.raises(Invalid) as refused:
        stores.webhooks.add(hook(owner, 9), most=3)
    assert refused.value.param == "url"
    stores.webhooks.add(hook(other, 9), most=3)
    assert stores.webhooks.remove(owner.id, WebhookId(1))
    stores.webhooks.add(hook(owner, 9), most=3)
    assert [each.id for each in stores.webhooks.list_of(owner.id)] == [2, 3, 9]


def test_webhooks_made_at_once_never_exceed_the_limit(aws: AwsStores) -> None:
    owner = stored.account(aws)

    def add(number: int) -> bool:
        try:
            aws.webhooks.add(hook(owner, number), most=5)
        except Invalid:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(add, range(1, 17)))
    assert (made.count(True), len(aws.webhooks.list_of(owner.id))) == (5, 5)


def test_a_webhook_goes_also_when_its_account_is_gone(aws: AwsStores) -> None:
    owner = stored.account(aws)
    aws.webhooks.add(hook(owner), most=3)
    aws.table.delete(keys.account(owner.id))
    assert aws.webhooks.remove(owner.id, WebhookId(5))
    assert aws.webhooks.list_of(owner.id) == []


def test_a_webhook_is_switched_off_once(stores: Stores) -> None:
    owner = stored.account(stores)
    made = hook(owner)
    stores.webhooks.add(made, most=MOST_WEBHOOKS)
    stores.webhooks.note_delivered(made, 50)
    assert stores.webhooks.disable(made, "failing")
    assert not stores.webhooks.disable(made, "again")
    found = stores.webhooks.get(owner.id, made.id)
    assert found is not None
    assert (found.enabled, found.disabled_reason, found.delivered, found.version) == (False, "failing", 50, 2)
    stores.webhooks.note_delivered(replace(made, id=WebhookId(99)), 50)
    assert stores.webhooks.get(owner.id, WebhookId(99)) is None
    assert not stores.webhooks.disable(replace(made, id=WebhookId(99)), "x")


def delivery(stores: Stores, owner: Account, number: int = 9) -> Delivery:
    made = new_delivery(owner.id, WebhookId(5), DeliveryId(number), AlertId(4), int(stores.clock()))
    stores.deliveries.begin(made)
    return made


def test_a_delivery_is_begun_once_and_recorded_by_who_saw_it_last(stores: Stores) -> None:
    owner = stored.account(stores)
    made = delivery(stores, owner)
    tried = made.refused(1_001, None, "timeout", (5,), 0)
    assert stores.deliveries.record(tried, attempts=0)
    assert not stores.deliveries.record(made.taken(1_002, 200), attempts=0)
    stores.deliveries.begin(made)
    assert stores.deliveries.get(owner.id, made.webhook, made.id) == tried
    taken = tried.taken(1_003, 204)
    assert stores.deliveries.record(taken, attempts=1)
    assert stores.deliveries.get(owner.id, made.webhook, made.id) == taken


def test_one_worker_makes_an_attempt_at_a_time(stores: Stores) -> None:
    owner = stored.account(stores)
    made = delivery(stores, owner)
    assert stores.deliveries.claim(made, 1_000)
    assert not stores.deliveries.claim(made, 1_000 + CLAIM_SECONDS - 1)
    assert stores.deliveries.claim(made, 1_000 + CLAIM_SECONDS)
    tried = made.refused(1_100, 500, "no", (5,), 0)
    assert stores.deliveries.record(tried, attempts=0)
    assert not stores.deliveries.claim(made, 1_100)
    assert stores.deliveries.claim(tried, 1_100)


def test_deliveries_are_listed_by_webhook_newest_first_and_expire(stores: Stores) -> None:
    owner = stored.account(stores)
    for number in (3, 1, 2):
        delivery(stores, owner, number)
    other = new_delivery(owner.id, WebhookId(6), DeliveryId(4), None, int(stores.clock()))
    stores.deliveries.begin(other)
    first = stores.deliveries.page(owner.id, WebhookId(5), after=None, limit=2)
    assert ([each.id for each in first.items], first.after) == ([3, 2], 2)
    last = stores.deliveries.page(owner.id, WebhookId(5), after=first.after, limit=2)
    assert ([each.id for each in last.items], last.after) == ([1], None)
    stores.clock.time = other.expires
    assert stores.deliveries.page(owner.id, WebhookId(5), after=None, limit=9).items == []
    assert stores.deliveries.get(owner.id, other.webhook, other.id) is None


def test_a_digest_is_claimed_once(stores: Stores) -> None:
    owner, marks = stored.account(stores), stores.digest_marks
    assert marks.claim(owner.id, UserId(1), "daily#2026-11-20", 50)
    assert not marks.claim(owner.id, UserId(1), "daily#2026-11-20", 50)
    assert marks.claim(owner.id, UserId(2), "daily#2026-11-20", 51)
    assert marks.claimed(owner.id, UserId(1), "daily#2026-11-20") == 50
    marks.release(owner.id, UserId(1), "daily#2026-11-20", 51)
    assert marks.claimed(owner.id, UserId(1), "daily#2026-11-20") is None
    assert marks.claim(owner.id, UserId(1), "daily#2026-11-20", 52)


def test_workers_side_by_side_tell_once_and_post_once(aws: AwsStores) -> None:
    """The same event to four workers at once, and every order to four of them."""
    owner = stored.account(aws)
    home = stored.domain(aws, owner)
    aws.clock.time = 2_000.0
    aws.webhooks.add(hook(owner), most=MOST_WEBHOOKS)
    orders, bus, web = fakes.FakeDeliveryOrders(), fakes.FakeBus(), Receiver()
    raiser = Raiser(aws.accounts, aws.domains, aws.alerts, aws.webhooks, aws.deliveries, orders, bus)
    deliverer = Deliverer(
        *(aws.accounts, aws.alerts, aws.webhooks, aws.deliveries, orders),
        FakeLookups(web),
        fakes.FakeLetters(),
        (5, 5),
        lambda _: 0,
    )
    events = [AlertEvent(owner.id, home.id, AlertKind.NEW_SOURCE, str(number), 1_990) for number in range(5)]

    def take(event: AlertEvent) -> None:
        try:
            raiser.take(event, int(aws.clock()))
        except Telling:
            return

    def attempt(order: DeliveryOrder) -> None:
        deliverer.attempt(order, aws.clock)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(take, [event for event in events for _ in range(4)]))
        while orders.sent:
            waiting = [order for order, _ in orders.sent]
            orders.sent.clear()
            list(pool.map(attempt, waiting * 4))
            aws.clock.time += CLAIM_SECONDS
    assert len(bus.put_there) == len({each.id for each in bus.put_there}) == len(events)
    assert sorted(web.ids) == sorted(set(web.ids))
    assert len(web.ids) == len(events)
    found = aws.deliveries.page(owner.id, WebhookId(5), after=None, limit=100).items
    assert {each.status for each in found} == {DeliveryStatus.DELIVERED}
    assert [order_of(each).attempts for each in found] == [1] * len(events)


class Receiver(FakeDns):
    """Takes everything."""

    def __init__(self) -> None:
        super().__init__({})
        self.ids: list[str] = []

    def reply(self, asked: object) -> Fetched:
        self.ids.append(dict(asked.headers)["webhook-id"])  # type: ignore[attr-defined]
        return Fetched(Fetching.FETCHED, status=200)
