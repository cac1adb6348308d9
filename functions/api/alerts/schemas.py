"""Alerts, webhooks and deliveries on the wire."""

from __future__ import annotations

from pydantic import Field

from shared.core.alerts.alerts import AlertState
from shared.core.alerts.deliveries import KEPT_DAYS, DeliveryStatus
from shared.core.alerts.events import AlertKind
from shared.core.alerts.webhooks import MOST_DOMAINS, Format
from shared.edge.schemas import Meta, Timestamp, Wire

_KINDS = "What it is told of; empty: everything."
_DOMAINS = f"Ids or names, {MOST_DOMAINS} at most. With them, or a group, it gets the alerts of those alone."


class Alert(Wire):
    id: str = Field(examples=["alr_2853241"])
    kind: AlertKind
    state: AlertState
    domain_id: str | None = Field(examples=["ud_19"], description="Null for an alert of the account itself.")
    domain: str | None = Field(examples=["orchard.example"])
    title: str = Field(examples=["orchard.example: A new source sends mail: mailer.example"])
    facts: dict[str, str | int] = Field(examples=[{"source": "mailer.example", "messages": 12}])
    happened_at: Timestamp
    created_at: Timestamp = Field(description="When it was first heard of.")
    state_changed_at: Timestamp | None
    state_changed_by: str | None = Field(
        examples=["ada@orchard.example"], description="The address of a user, the name of a key."
    )


class AlertMeta(Meta):
    has_more: bool
    next_cursor: str | None = Field(
        description="Ask for the next page with it; null on the last one. A page before it may hold few "
        "entries or none when a filter matches little."
    )


class AlertList(Wire):
    data: list[Alert]
    meta: AlertMeta


class ChangeAlert(Wire):
    state: AlertState


class Webhook(Wire):
    id: str = Field(examples=["whk_5823"])
    url: str = Field(examples=["https://hooks.orchard.example/postseal"])
    kinds: list[AlertKind] = Field(description=_KINDS)
    domain_ids: list[str] = Field(examples=[["ud_19"]])
    group_id: str | None = Field(examples=["grp_42"])
    format: Format
    enabled: bool
    disabled_reason: str | None = Field(
        description="Why we switched it off: its receiver took nothing for some 34 hours, or is gone."
    )
    created_at: Timestamp
    last_delivered_at: Timestamp | None
    previous_secret_ends_at: Timestamp | None = Field(
        description="Until then messages are signed with the secret before the last rotation as well."
    )


class NewWebhook(Webhook):
    secret: str | None = Field(
        examples=["whsec_..."],
        description="What messages are signed with, shown this once: null when the same request is answered "
        "again.",
    )


class CreateWebhook(Wire):
    url: str = Field(
        examples=["https://hooks.orchard.example/postseal"],
        description="`https`, port 443, a host with public addresses.",
    )
    kinds: list[AlertKind] = Field(default=[], description=_KINDS)
    domains: list[str] = Field(default=[], examples=[["orchard.example"]], description=_DOMAINS)
    group_id: str | None = Field(default=None, examples=["grp_42"])
    format: Format = Format.POSTSEAL
    enabled: bool = Field(default=True, strict=True)


class ChangeWebhook(Wire):
    """What is left out stays."""

    url: str | None = None
    kinds: list[AlertKind] | None = None
    domains: list[str] | None = Field(default=None, description=_DOMAINS)
    group_id: str | None = Field(default=None, description="Empty text: of no group.")
    format: Format | None = None
    enabled: bool | None = Field(default=None, strict=True)


class Delivery(Wire):
    id: str = Field(examples=["dlv_2853241"], description="`webhook-id` of the message, in each attempt.")
    alert_id: str | None = Field(examples=["alr_2853241"], description="Null for a test.")
    status: DeliveryStatus
    attempts: int
    created_at: Timestamp = Field(description=f"It is kept for {KEPT_DAYS} days.")
    last_attempt_at: Timestamp | None
    next_attempt_at: Timestamp | None
    response_status: int | None = Field(examples=[204], description="HTTP status of the last answer.")
    error: str | None = Field(examples=["The receiver answered 503"])


class DeliveryList(Wire):
    data: list[Delivery]
    meta: AlertMeta
