"""The audit log on the wire."""

from __future__ import annotations

from pydantic import Field

from shared.core.audit import ActorKind
from shared.edge.schemas import Meta, Timestamp, Wire


class Actor(Wire):
    type: ActorKind
    id: str | None = Field(examples=["user_5823"], description="Null for the operator and for the system.")
    label: str | None = Field(
        examples=["ada@orchard.example"], description="The address of a user, the name of a key, as it was."
    )
    ip_address: str | None = Field(examples=["203.0.113.9"])
    user_agent: str | None


class AuditEntry(Wire):
    id: str = Field(examples=["aud_5823"])
    at: Timestamp
    actor: Actor
    action: str = Field(examples=["add_domain"], description="The `operationId` of what was asked for.")
    resource: str | None = Field(examples=["ud_19"], description="The id of what it was done to.")
    request_id: str | None = Field(description="`meta.request_id` of the answer.")
    detail: dict[str, str] = Field(
        examples=[{"domain": "orchard.example"}],
        description="The fields of the request, cut to 2 KB in all; secrets are `(concealed)`.",
    )


class AuditMeta(Meta):
    has_more: bool
    next_cursor: str | None = Field(
        description="Ask for the next page with it; null on the last one. A page before it may hold few "
        "entries or none when a filter matches little."
    )


class AuditList(Wire):
    data: list[AuditEntry]
    meta: AuditMeta
