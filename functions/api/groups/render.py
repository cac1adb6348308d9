"""Groups, access and tags, from core values to wire shapes."""

from __future__ import annotations

from functions.api.groups import schemas
from shared.core import ids
from shared.core.access_list import Entry, GroupAccess
from shared.core.advice.seeing_to import ToDo
from shared.core.clock import rfc3339
from shared.core.domains import Domain
from shared.core.group_lists import state_of
from shared.core.grouping import Failure
from shared.core.groups import Group
from shared.core.rights import DEFAULT_GROUP, Level
from shared.core.tags import Tag
from shared.edge.schemas import ErrorCode


def group(value: Group, to_do: ToDo) -> schemas.DomainGroup:
    return schemas.DomainGroup(
        id=ids.render(ids.GROUP, value.id),
        uid=str(value.id),
        label=value.label,
        notes=value.notes,
        is_default=value.id == DEFAULT_GROUP,
        parked_domains=value.parked,
        hide_assigned_domains=value.hides_assigned,
        domain_state=state_of(value),
        domain_count=value.domains,
        issues=to_do.issues,
        tasks=to_do.tasks,
        max_volume_count=to_do.busiest,
        created_at=rfc3339(value.created),
    )


def domains(values: list[Domain]) -> list[schemas.GroupedDomain]:
    return [schemas.GroupedDomain(id=ids.render(ids.DOMAIN, value.id), domain=value.name) for value in values]


def errors(values: list[Failure]) -> list[schemas.DomainError]:
    return [
        schemas.DomainError(
            domain=value.domain,
            code=ErrorCode(value.refusal.code),
            message=value.refusal.message,
            param=value.refusal.param,
        )
        for value in values
    ]


def access(value: GroupAccess) -> schemas.GroupAccess:
    return schemas.GroupAccess(
        id=ids.render(ids.GROUP, value.group.id),
        label=value.group.label,
        users=[user(entry) for entry in value.entries],
    )


def user(value: Entry) -> schemas.UserAccess:
    return schemas.UserAccess(
        id=ids.render(ids.USER, value.member.user),
        username=value.member.email,
        email=value.member.email,
        is_active=value.member.active,
        level=value.level,
        readwrite_access=value.level is Level.WRITE,
        readonly_access=value.level is Level.READ,
        always=value.always,
    )


def tag(value: Tag) -> schemas.Tag:
    return schemas.Tag(
        id=ids.render(ids.TAG, value.id),
        name=value.name,
        color=value.color,
        domain_count=value.domains,
        created_at=rfc3339(value.created),
    )
