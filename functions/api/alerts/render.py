"""How alerts, webhooks and deliveries are shown."""

from __future__ import annotations

from functions.api.alerts import schemas
from shared.core import ids
from shared.core.alerts.alerts import Alert
from shared.core.alerts.deliveries import Delivery
from shared.core.alerts.webhooks import Webhook
from shared.core.alerts.wording import title_of
from shared.core.clock import rfc3339


def alert(shown: Alert) -> schemas.Alert:
    return schemas.Alert(
        id=ids.render(ids.ALERT, shown.id),
        kind=shown.kind,
        state=shown.state,
        domain_id=None if shown.domain is None else ids.render(ids.DOMAIN, shown.domain),
        domain=shown.name or None,
        title=title_of(shown),
        facts=dict(shown.facts),
        happened_at=rfc3339(shown.at),
        created_at=rfc3339(shown.raised),
        state_changed_at=_time(shown.changed),
        state_changed_by=shown.changed_by or None,
    )


def webhook(shown: Webhook, now: float) -> schemas.Webhook:
    rotated = shown.secret_before and now < shown.secret_before_ends
    return schemas.Webhook(
        id=ids.render(ids.WEBHOOK, shown.id),
        url=shown.url,
        kinds=sorted(shown.kinds),
        domain_ids=[ids.render(ids.DOMAIN, domain) for domain in sorted(shown.domains)],
        group_id=None if shown.group is None else ids.render(ids.GROUP, shown.group),
        format=shown.format,
        enabled=shown.enabled,
        disabled_reason=shown.disabled_reason or None,
        created_at=rfc3339(shown.created),
        last_delivered_at=_time(shown.delivered),
        previous_secret_ends_at=_time(shown.secret_before_ends if rotated else None),
    )


def delivery(shown: Delivery) -> schemas.Delivery:
    return schemas.Delivery(
        id=ids.render(ids.DELIVERY, shown.id),
        alert_id=None if shown.alert is None else ids.render(ids.ALERT, shown.alert),
        status=shown.status,
        attempts=shown.attempts,
        created_at=rfc3339(shown.created),
        last_attempt_at=_time(shown.last_try),
        next_attempt_at=_time(shown.next_try),
        response_status=shown.answered,
        error=shown.trouble or None,
    )


def _time(moment: int | None) -> str | None:
    return None if moment is None else rfc3339(moment)
