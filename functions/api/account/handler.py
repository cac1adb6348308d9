"""``/account``: who am I, what does the plan allow, how much arrived."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.account import schemas
from shared.core import ids
from shared.core.access import Caller, read_account
from shared.core.clock import rfc3339, utc_day
from shared.core.statistics import Usage, usage
from shared.edge.http import Api
from shared.edge.openapi import answers
from shared.edge.schemas import Single
from shared.wiring import table
from shared.wiring.api import report_domain, serve_with_key

app = Api()


@app.get(
    "/account",
    summary="Read the account",
    description="Details of the account that the API key belongs to, its plan, and its use of 30 days.",
    operation_id="read_account",
    tags=["Account"],
    responses=answers(200, "The account.", Single[schemas.Account]),
)
def read() -> Single[schemas.Account]:
    caller = app.caller
    used = usage(table.rollups(), read_account(caller, table.groups()), utc_day(caller.now))
    return Single(data=_account(caller, used), meta=app.meta)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve_with_key(app, event, context)


def _account(caller: Caller, used: Usage | None) -> schemas.Account:
    account, plan = caller.account, caller.account.plan
    ends = account.current_period_end
    return schemas.Account(
        id=ids.render(ids.ACCOUNT, account.id),
        email=account.email,
        reporting_address=f"{account.token}@{report_domain()}",
        report_domain=report_domain(),
        operator=account.operator,
        requests_per_minute=plan.requests_per_minute,
        created_at=rfc3339(account.created),
        subscription=schemas.Subscription(
            plan=plan.name,
            status=account.status,
            included_domains=plan.included_domains,
            extra_domains=account.extra_domains,
            total_allowed_domains=account.allowed_domains,
            active_domains=account.active_domains,
            retention_days=plan.retention_days,
            current_period_end=None if ends is None else rfc3339(ends),
        ),
        usage=None if used is None else schemas.Usage(reports_30d=used.reports, messages_30d=used.messages),
    )
