"""An alert and a webhook of ``ACCOUNT``."""

from __future__ import annotations

from typing import Any

from shared.core import ids
from shared.core.alerts.alerts import alert_of
from shared.core.alerts.events import AlertEvent, AlertKind
from shared.core.domains import Domain
from shared.mailauth.evaluate.questions import Fetched, Fetching
from tests.unit.core.world import ACCOUNT, DOMAIN
from tests.unit.functions.api.client import Api

URL = "https://hooks.vineyard.example/in"


def alert(
    api: Api,
    key: str = "mailer.example",
    *,
    kind: AlertKind = AlertKind.NEW_SOURCE,
    domain: Domain | None = DOMAIN,
    at: int | None = None,
) -> str:
    """The id of an alert that was raised now."""
    now = int(api.now)
    event = AlertEvent(
        ACCOUNT.id,
        None if domain is None else domain.id,
        kind,
        key,
        now if at is None else at,
        {"source": key, "messages": 3},
    )
    return ids.render(ids.ALERT, api.alerts.keep(alert_of(event, ACCOUNT, domain, now)).id)


def webhook(api: Api, **fields: Any) -> tuple[str, str]:
    """The ids of a webhook and of a test that is under way to it."""
    api.web[URL] = Fetched(Fetching.FETCHED)
    made = api.post("/webhooks", {"url": URL, **fields})
    assert made.status == 201, made.body
    sent = api.post(f"/webhooks/{made.data['id']}/test")
    assert sent.status == 202, sent.body
    return made.data["id"], sent.data["id"]
