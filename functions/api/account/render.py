"""Accounts, from core values to wire shapes."""

from __future__ import annotations

from functions.api.account import schemas
from shared.core import ids
from shared.core.accounts import Account
from shared.core.callers import Caller
from shared.core.clock import rfc3339
from shared.core.exports import ArchivedFile, Export
from shared.core.ids import UserId
from shared.core.parked_credits import ParkedCredits
from shared.core.statistics import Usage

_QUARTER = 15


def account(
    caller: Caller, report_domain: str, owner: UserId | None, used: Usage | None, parked: ParkedCredits
) -> schemas.Account:
    value = caller.account
    return schemas.Account(
        id=ids.render(ids.ACCOUNT, value.id),
        name=value.name,
        email=value.email,
        reporting_address=f"{value.token}@{report_domain}",
        report_domain=report_domain,
        operator=value.operator,
        requests_per_minute=value.plan.requests_per_minute,
        created_at=rfc3339(value.created),
        closes_at=_time(value.closes),
        owner_id=_user(owner),
        subscription=subscription(value),
        limits=limits(value),
        counts=counts(value),
        parked=schemas.Parked(
            credits=parked.allowed,
            credits_used=parked.used,
            credits_left=parked.left,
            status=parked.status,
        ),
        usage=None if used is None else schemas.Usage(reports_30d=used.reports, messages_30d=used.messages),
        you=schemas.Self(
            user_id=_user(caller.user),
            api_key_id=None if caller.key is None else ids.render(ids.API_KEY, caller.key),
            is_owner=caller.user is not None and caller.rights.owner,
            scopes=sorted(caller.rights.scopes),
            all_domains=caller.rights.sees_all,
        ),
    )


def managed(value: Account, owner: UserId | None) -> schemas.Managed:
    return schemas.Managed(
        id=ids.render(ids.ACCOUNT, value.id),
        name=value.name,
        email=value.email,
        operator=value.operator,
        created_at=rfc3339(value.created),
        closes_at=_time(value.closes),
        owner_id=_user(owner),
        subscription=subscription(value),
        limits=limits(value),
        counts=counts(value),
    )


def summary(value: Account, *, is_owner: bool | None) -> schemas.Summary:
    return schemas.Summary(
        id=ids.render(ids.ACCOUNT, value.id),
        name=value.name,
        email=value.email,
        plan=value.plan.name,
        status=value.status,
        operator=value.operator,
        created_at=rfc3339(value.created),
        is_owner=is_owner,
    )


def closing(value: Account) -> schemas.Closing:
    return schemas.Closing(
        id=ids.render(ids.ACCOUNT, value.id), status=value.status, closes_at=_time(value.closes)
    )


def subscription(value: Account) -> schemas.Subscription:
    return schemas.Subscription(
        plan=value.plan.name,
        status=value.status,
        included_domains=value.plan.included_domains,
        extra_domains=value.extra_domains,
        total_allowed_domains=value.allowed_domains,
        active_domains=value.active_domains,
        retention_days=value.plan.retention_days,
        current_period_end=_time(value.current_period_end),
    )


def limits(value: Account) -> schemas.Limits:
    plan = value.plan
    return schemas.Limits(
        domains=value.domain_limits.total,
        parked_domains=plan.parked_domains,
        parked_domain_credits=plan.parked_credits,
        members=plan.members,
        groups=plan.groups,
        tags=plan.tags,
        api_keys=plan.api_keys,
        requests_per_minute=plan.requests_per_minute,
        retention_days=plan.retention_days,
        failure_retention_days=plan.failure_retention_days,
        check_interval_minutes=plan.check_interval * _QUARTER,
        forensic=plan.forensic,
        hosting=plan.hosting,
    )


def counts(value: Account) -> schemas.Counts:
    return schemas.Counts(
        domains=value.domains,
        active_domains=value.active_domains,
        parked_domains=value.parked_domains,
        members=value.members,
        groups=value.groups,
        tags=value.tags,
        api_keys=value.api_keys,
    )


def export(value: Export | None, files: list[tuple[ArchivedFile, str]]) -> schemas.Export:
    if value is None:
        return schemas.Export(id=None, status="none", started_at=None, finished_at=None, files=[])
    return schemas.Export(
        id=value.id,
        status="running" if value.finished is None else "done",
        started_at=rfc3339(value.started),
        finished_at=_time(value.finished),
        files=[schemas.ExportFile(name=file.name, size=file.size, url=url) for file, url in files],
    )


def _time(seconds: int | None) -> str | None:
    return None if seconds is None else rfc3339(seconds)


def _user(user: UserId | None) -> str | None:
    return None if user is None else ids.render(ids.USER, user)
