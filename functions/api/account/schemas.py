"""The account on the wire."""

from __future__ import annotations

from pydantic import Field

from shared.edge.schemas import Timestamp, Wire


class Subscription(Wire):
    plan: str = Field(examples=["pro"])
    status: str = Field(examples=["active"], description="`active` or `expired`.")
    included_domains: int
    extra_domains: int
    total_allowed_domains: int = Field(description="How many domains may be active at a time.")
    active_domains: int
    retention_days: int
    current_period_end: Timestamp | None


class Usage(Wire):
    """Aggregate reports of the last 30 days, and the messages in them. Null for a key or member that sees
    some domains only."""

    reports_30d: int
    messages_30d: int


class Account(Wire):
    id: str = Field(examples=["usr_123"])
    email: str
    reporting_address: str = Field(description="Reports of every domain of the account may be sent here.")
    report_domain: str = Field(description="The domain of all reporting addresses of this deployment.")
    operator: bool = Field(description="Whether the account runs the deployment.")
    requests_per_minute: int = Field(description="For each API key.")
    created_at: Timestamp
    subscription: Subscription
    usage: Usage | None
