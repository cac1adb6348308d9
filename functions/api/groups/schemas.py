"""Groups, the access list and tags on the wire."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.core.group_lists import DomainState
from shared.core.rights import Level
from shared.edge.schemas import ErrorCode, Timestamp, Wire

Reference = Annotated[str, Field(max_length=300)]


class DomainGroup(Wire):
    id: str = Field(examples=["grp_7"])
    uid: str = Field(description="The number of `id` as text.")
    label: str = Field(examples=["Clients"])
    notes: str
    is_default: bool
    parked_domains: bool = Field(description="Whether domains that enter it become parked.")
    hide_assigned_domains: bool = Field(
        description="Of the default group: whether it holds only domains that are in no other."
    )
    domain_state: DomainState = Field(
        description="`active` with one active domain, `inactive` with none, `unknown` without domains."
    )
    domain_count: int
    issues: int = Field(description="Of its domains: open, and not ignored.")
    tasks: int = Field(description="As `issues`.")
    max_volume_count: int = Field(description="Messages in 30 days of its domain that has most.")
    created_at: Timestamp


class CreateGroup(Wire):
    label: str = Field(description="1 to 128 characters; another group may not have it in any case.")
    notes: str = Field(default="", description="At most 4,000 characters.")
    parked_domains: bool = False


class ChangeGroup(Wire):
    """What is left out stays as it is."""

    label: str | None = None
    notes: str | None = Field(default=None, description="At most 4,000 characters.")
    parked_domains: bool | None = Field(
        default=None, description="Not of the default group, and true only of a group without domains."
    )
    hide_assigned_domains: bool | None = Field(default=None, description="Of the default group alone.")


class AddDomains(Wire):
    domains: list[Reference] = Field(description="Ids or names, 1,000 at most.")
    domain_state: DomainState | None = Field(
        default=None,
        description="`active` or `inactive` switches the domains, as far as they are verified and the plan "
        "allows it; `unknown` and null leave them as they are.",
    )


class DomainMove(Wire):
    domain: Reference = Field(description="Id or name.")
    group_id: Annotated[str, Field(max_length=30)] = Field(
        description="The group that it is to leave.", examples=["grp_7"]
    )


class MoveDomains(Wire):
    domains: list[DomainMove] = Field(description="1,000 at most.")


class RemoveDomains(Wire):
    domains: list[Reference] = Field(description="Ids or names, 1,000 at most.")


class GroupedDomain(Wire):
    id: str = Field(examples=["ud_19"])
    domain: str = Field(examples=["example.com"])


class DomainError(Wire):
    domain: str = Field(description="As it was sent.")
    code: ErrorCode
    message: str
    param: str | None


class AddedDomains(Wire):
    added: list[GroupedDomain] = Field(description="New in the account.")
    existing: list[GroupedDomain] = Field(description="Those that the account had, now in the group.")
    errors: list[DomainError]


class MovedDomains(Wire):
    moved: list[GroupedDomain] = Field(description="Now in the group, and not where they came from.")
    errors: list[DomainError]


class TakenDomains(Wire):
    removed: list[GroupedDomain] = Field(description="Not in the group any more.")
    errors: list[DomainError]


class UserAccess(Wire):
    id: str = Field(examples=["user_19"])
    username: str
    email: str
    is_active: bool
    level: Level
    readwrite_access: bool
    readonly_access: bool
    always: bool = Field(description="The owner and admins have access whatever the list says.")


class GroupAccess(Wire):
    id: str = Field(examples=["grp_7"])
    label: str
    users: list[UserAccess] = Field(description="Who has access to the group's domains, by address.")


class GrantAccess(Wire):
    users: list[Annotated[str, Field(max_length=30)]] = Field(
        description="Ids of users of the account, 100 at most.", examples=[["user_19"]]
    )
    level: Level


class Tag(Wire):
    id: str = Field(examples=["tag_7"])
    name: str
    color: str = Field(examples=["#64748B"])
    domain_count: int = Field(description="Of the domains that you see.")
    created_at: Timestamp


class CreateTag(Wire):
    name: str = Field(description="1 to 128 characters; another tag may not have it in any case.")
    color: str | None = Field(default=None, description="`#RRGGBB`.")


class ChangeTag(Wire):
    """What is left out stays as it is."""

    name: str | None = None
    color: str | None = None
