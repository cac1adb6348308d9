"""Accounts on the wire."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from shared.core.parked_credits import ParkedStatus
from shared.edge.schemas import Timestamp, Wire


class Subscription(Wire):
    plan: str = Field(examples=["pro"])
    status: str = Field(
        examples=["active"], description="`active`, `expired`, `suspended`, `closing` or `deleting`."
    )
    included_domains: int
    extra_domains: int
    total_allowed_domains: int = Field(
        description="How many domains may be active at a time, parked ones apart."
    )
    active_domains: int
    retention_days: int
    current_period_end: Timestamp | None


class Limits(Wire):
    """The most that the plan allows."""

    domains: int = Field(description="Active or not, parked or not.")
    parked_domains: int
    parked_domain_credits: int = Field(description="Messages a month reported for parked domains.")
    members: int
    groups: int = Field(description="Beside the default group.")
    tags: int
    api_keys: int
    requests_per_minute: int = Field(description="For each API key and each member.")
    retention_days: int
    failure_retention_days: int
    check_interval_minutes: int = Field(description="Between two looks at the DNS of a domain.")
    forensic: bool = Field(description="Whether failure reports can be kept.")
    hosting: bool = Field(description="Whether DMARC records and MTA-STS policies can be hosted.")


class Counts(Wire):
    """What there is of what is limited."""

    domains: int
    active_domains: int
    parked_domains: int
    members: int
    groups: int
    tags: int
    api_keys: int


class Usage(Wire):
    """Aggregate reports of the last 30 days, and the messages in them. Null for a key or member that sees
    some domains only."""

    reports_30d: int
    messages_30d: int


class Parked(Wire):
    """Credits of the running month (UTC), of all parked domains together. When they are used up, no further
    domain can be parked; reports are kept all the same."""

    credits: int
    credits_used: int
    credits_left: int
    status: ParkedStatus


class Self(Wire):
    """Who asks, and what for."""

    user_id: str | None = Field(description="Null for an API key.", examples=["user_19"])
    api_key_id: str | None = Field(description="Null for a user.", examples=["key_7"])
    is_owner: bool
    scopes: list[str] = Field(examples=[["read", "write"]])
    all_domains: bool = Field(description="Whether every domain is seen, or those of some groups.")


class Summary(Wire):
    id: str = Field(examples=["usr_123"])
    name: str
    email: str
    plan: str = Field(examples=["pro"])
    status: str = Field(examples=["active"])
    operator: bool = Field(description="Whether the account runs the deployment.")
    created_at: Timestamp
    is_owner: bool | None = Field(
        description="Whether it is one's own; null where it is listed for the operator."
    )


class Account(Wire):
    id: str = Field(examples=["usr_123"])
    name: str
    email: str
    reporting_address: str = Field(description="Reports of every domain of the account may be sent here.")
    report_domain: str = Field(description="The domain of all reporting addresses of this deployment.")
    operator: bool = Field(description="Whether the account runs the deployment.")
    requests_per_minute: int = Field(description="For each API key and each member.")
    created_at: Timestamp
    closes_at: Timestamp | None = Field(description="When a closing account begins to be deleted.")
    owner_id: str | None = Field(description="The user who owns it; null where nobody does.")
    subscription: Subscription
    limits: Limits
    counts: Counts
    parked: Parked
    usage: Usage | None
    you: Self


class Managed(Wire):
    """An account as its operator sees it: nothing of its data."""

    id: str = Field(examples=["usr_123"])
    name: str
    email: str
    operator: bool
    created_at: Timestamp
    closes_at: Timestamp | None
    owner_id: str | None
    subscription: Subscription
    limits: Limits
    counts: Counts


class Opened(Managed):
    invited: str | None = Field(description="Where the owner's invitation went.")
    key: str | None = Field(description="The secret of its first key, where one was asked for: shown once.")


class ChangeAccount(Wire):
    """What is left out stays as it is."""

    name: str | None = Field(default=None, max_length=1_000)
    email: str | None = Field(default=None, max_length=1_000, description="Of contact, for the operator.")


class OpenAccount(Wire):
    email: str = Field(max_length=1_000, description="Of the owner, who is invited.")
    name: str = Field(default="", max_length=1_000)
    plan: str = Field(max_length=100, examples=["pro"])
    invite: bool = Field(default=True, description="Mail an invitation to the owner.")
    with_key: bool = Field(default=False, description="Make an API key with all rights, too.")


class InviteOwner(Wire):
    email: str = Field(max_length=1_000)


class SettableStatus(StrEnum):
    ACTIVE = "active"
    EXPIRED = "expired"
    SUSPENDED = "suspended"


class ChangeTerms(Wire):
    """What is left out stays as it is."""

    plan: str | None = Field(default=None, max_length=100)
    extra_domains: int | None = Field(default=None, ge=0, le=1_000_000)
    status: SettableStatus | None = None
    current_period_end: int | None = Field(
        default=None, ge=0, le=2**41, description="Epoch seconds; 0 for an account without an end."
    )


class CloseAccount(Wire):
    name: str = Field(
        max_length=1_000, description="The name of the account; its e-mail address if it has none."
    )


class Closing(Wire):
    id: str = Field(examples=["usr_123"])
    status: str = Field(examples=["closing"])
    closes_at: Timestamp | None = Field(description="When it begins to be deleted; null when it is not.")


class ExportFile(Wire):
    name: str = Field(examples=["00001-example.com.zip"])
    size: int = Field(description="Bytes.")
    url: str = Field(description="Downloads it, for an hour.")


class Export(Wire):
    id: int | None
    status: str = Field(description="`none`, `running` or `done`.", examples=["done"])
    started_at: Timestamp | None
    finished_at: Timestamp | None
    files: list[ExportFile] = Field(description="ZIP archives; there when it is done, for seven days.")
