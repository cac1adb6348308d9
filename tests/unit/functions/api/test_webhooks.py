from __future__ import annotations

from typing import Any

import pytest

from shared.core.alerts.deliveries import DeliveryStatus
from shared.core.alerts.webhooks import MOST_WEBHOOKS
from shared.core.ids import DeliveryId, WebhookId
from shared.core.key_issuing import Terms
from shared.core.rights import Scope
from shared.mailauth.evaluate.questions import Fetched, Fetching
from tests.unit.core.world import ACCOUNT
from tests.unit.functions.api.alerting import URL, webhook
from tests.unit.functions.api.client import Answer, Api


def created(api: Api, **fields: Any) -> Answer:
    api.web[URL] = Fetched(Fetching.FETCHED)
    return api.post("/webhooks", {"url": URL, **fields})


def numbers(hook: str, delivery: str) -> tuple[WebhookId, DeliveryId]:
    return WebhookId(int(hook.removeprefix("whk_"))), DeliveryId(int(delivery.removeprefix("dlv_")))


def test_a_webhook_shows_its_secret_once(api: Api) -> None:
    group = api.post("/domain-groups", {"label": "Orchards"}).data["id"]
    answer = created(
        api, kinds=["dns_change", "new_source"], domains=["orchard.example"], group_id=group, format="slack"
    )

    assert answer.status == 201
    assert answer.data["secret"].startswith("whsec_")
    shown = api.get(f"/webhooks/{answer.data['id']}").data
    assert shown == {
        "id": answer.data["id"],
        "url": URL,
        "kinds": ["dns_change", "new_source"],
        "domain_ids": ["ud_19"],
        "group_id": group,
        "format": "slack",
        "enabled": True,
        "disabled_reason": None,
        "created_at": "2026-11-21T12:00:00Z",
        "last_delivered_at": None,
        "previous_secret_ends_at": None,
    }
    assert api.get("/webhooks").data == [shown]
    secret = answer.data["secret"].encode()
    assert secret not in api.get("/webhooks").body + api.get("/audit").body


def test_the_same_request_makes_one_webhook_and_hides_the_secret_then(api: Api) -> None:
    api.web[URL] = Fetched(Fetching.FETCHED)
    first = api.post("/webhooks", {"url": URL}, idempotency_key="k")
    again = api.post("/webhooks", {"url": URL}, idempotency_key="k")
    assert (again.data["id"], again.data["secret"]) == (first.data["id"], None)
    assert len(api.webhooks.stored) == 1


@pytest.mark.parametrize(
    ("fields", "param", "status"),
    [
        ({"url": "https://inside.example/"}, "url", 422),
        ({"url": "https://" + "a" * 1_000 + ".example/"}, "url", 422),
        ({"url": ""}, "url", 422),
        ({"domains": ["nowhere.example"]}, "domains", 422),
        ({"domains": ["orchard.example"] * 101}, "domains", 422),
        ({"group_id": "grp_99"}, "group_id", 422),
        ({"group_id": "x"}, "group_id", 422),
        ({"kinds": ["nothing"]}, "kinds.0", 400),
        ({"format": "carrier pigeon"}, "format", 400),
        ({"enabled": "yes"}, "enabled", 400),
    ],
)
def test_what_cannot_be_is_refused(api: Api, fields: dict[str, Any], param: str, status: int) -> None:
    api.web["https://inside.example/"] = Fetched(Fetching.REFUSED, reason="no public address")
    answer = created(api, **fields)
    assert (answer.status, answer.error["param"]) == (status, param)
    assert api.webhooks.stored == {}


def test_a_url_is_looked_at_again_when_it_is_changed(api: Api) -> None:
    hook, _ = webhook(api)
    api.web["https://inside.example/"] = Fetched(Fetching.REFUSED, reason="no public address")
    refused = api.patch(f"/webhooks/{hook}", {"url": "https://inside.example/"})
    assert (refused.status, refused.error["message"]) == (
        422,
        "Nothing can be sent to this URL: no public address",
    )
    assert api.get(f"/webhooks/{hook}").data["url"] == URL


def test_what_is_left_out_stays_and_an_empty_group_is_none(api: Api) -> None:
    group = api.post("/domain-groups", {"label": "Orchards"}).data["id"]
    hook, _ = webhook(api, group_id=group, kinds=["dns_change"])

    changed = api.patch(f"/webhooks/{hook}", {"group_id": "", "enabled": False}).data
    assert (changed["group_id"], changed["kinds"], changed["enabled"]) == (None, ["dns_change"], False)


def test_switching_on_again_forgets_why_it_was_off(api: Api) -> None:
    hook, _ = webhook(api)
    (stored,) = api.webhooks.stored.values()
    api.webhooks.disable(stored, "The receiver said that it is gone.")

    shown = api.get(f"/webhooks/{hook}").data
    assert (shown["enabled"], shown["disabled_reason"]) == (False, "The receiver said that it is gone.")
    assert api.patch(f"/webhooks/{hook}", {"enabled": True}).data["disabled_reason"] is None


def test_an_account_has_so_many_and_no_more(api: Api) -> None:
    for _ in range(MOST_WEBHOOKS):
        assert created(api).status == 201
    assert created(api).status == 422


def test_a_rotated_secret_is_shown_once_and_the_one_before_signs_for_a_day(api: Api) -> None:
    hook, _ = webhook(api)
    (before,) = api.webhooks.stored.values()

    rotated = api.post(f"/webhooks/{hook}/rotate").data
    (after,) = api.webhooks.stored.values()
    assert rotated["secret"] not in ("", before.secret)
    assert rotated["previous_secret_ends_at"] == "2026-11-22T12:00:00Z"
    assert after.secrets(api.now) == (rotated["secret"], before.secret)
    assert after.secrets(api.now + 86_400) == (rotated["secret"],)
    api.now += 86_400
    assert api.get(f"/webhooks/{hook}").data["previous_secret_ends_at"] is None


def test_a_test_is_a_delivery_that_is_asked_for(api: Api) -> None:
    hook, delivery = webhook(api)

    ((order, delay),) = api.delivery_orders.sent
    assert (order.webhook, order.delivery) == numbers(hook, delivery)
    assert (order.attempts, delay) == (0, 0)
    (shown,) = api.get(f"/webhooks/{hook}/deliveries").data
    assert (shown["id"], shown["alert_id"], shown["status"]) == (delivery, None, "pending")


def test_a_delivery_that_ended_can_be_sent_again_with_its_id(api: Api) -> None:
    hook, delivery = webhook(api)
    path = f"/webhooks/{hook}/deliveries/{delivery}/redeliver"
    assert api.post(path).status == 409

    stored = api.deliveries.get(ACCOUNT.id, *numbers(hook, delivery))
    assert stored is not None
    api.deliveries.record(stored.refused(int(api.now), 500, "no", (), 0), attempts=0)
    again = api.post(path)

    assert (again.status, again.data["id"], again.data["status"]) == (202, delivery, "pending")
    order, _ = api.delivery_orders.sent[-1]
    assert order.attempts == 1
    sent = api.deliveries.get(ACCOUNT.id, *numbers(hook, delivery))
    assert sent is not None
    assert (sent.status, sent.begun) == (DeliveryStatus.PENDING, 1)
    assert api.post(f"/webhooks/{hook}/deliveries/dlv_1/redeliver").status == 404


def test_a_webhook_that_is_gone_is_not_shown_nor_are_its_deliveries(api: Api) -> None:
    hook, delivery = webhook(api)
    assert api.delete(f"/webhooks/{hook}").status == 204
    assert api.webhooks.stored == {}
    assert api.get(f"/webhooks/{hook}/deliveries").status == 404
    assert api.post(f"/webhooks/{hook}/deliveries/{delivery}/redeliver").status == 404
    assert api.get(f"/webhooks/{hook}").status == 404
    assert api.delete(f"/webhooks/{hook}").status == 404


def test_webhooks_are_for_admins(api: Api) -> None:
    key = api.new_key(ACCOUNT, terms=Terms("w", scopes=frozenset({Scope.READ, Scope.WRITE})))
    assert api.call("GET", "/webhooks", key=key).status == 403
    assert api.call("POST", "/webhooks", body='{"url": ""}', key=key).status == 403
