"""``/account``: who am I, what does the plan allow, how much arrived. ``/accounts``: others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.account import closing, operating, render, schemas
from functions.api.account.app import TAGS, app
from shared.core.access import administer, read_account
from shared.core.accounts import describe_account
from shared.core.callers import require_scope, require_subscription, sees_every_domain
from shared.core.clock import utc_day
from shared.core.parked_credits import parked_credits
from shared.core.rights import Scope
from shared.core.standing import require_standing
from shared.core.statistics import usage
from shared.edge.openapi import answers
from shared.edge.schemas import Single
from shared.wiring import table
from shared.wiring.api import report_domain, serve_with_key

__all__ = ["app", "closing", "handler", "operating"]


@app.get(
    "/account",
    summary="Read the account",
    description="The account that the request is made for, its plan, what there is of what that limits, its "
    "use of 30 days, and what the caller may do there.",
    operation_id="read_account",
    tags=TAGS,
    responses=answers(200, "The account.", Single[schemas.Account]),
)
def read() -> Single[schemas.Account]:
    require_subscription(app.caller)
    require_scope(app.caller, Scope.READ)
    return _shown()


@app.patch(
    "/account",
    summary="Change the account",
    description="Its name, and the address at which the operator reaches you. For admins.",
    operation_id="change_account",
    tags=TAGS,
    responses=answers(200, "The account.", Single[schemas.Account], refusals=(400, 413, 415, 422)),
)
def change(body: schemas.ChangeAccount) -> Single[schemas.Account]:
    caller = app.caller
    require_subscription(caller)
    require_standing(caller.account, writing=True)
    account = administer(caller).account
    describe_account(table.accounts(), account, name=body.name, email=body.email)
    return _shown()


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve_with_key(app, event, context, subscribed=False, closing=True)


def _shown() -> Single[schemas.Account]:
    """As it is now, whatever it was when the caller came in."""
    caller = app.caller
    account = table.accounts().get(caller.account_id) or caller.account
    used = None
    if sees_every_domain(caller):
        used = usage(table.rollups(), read_account(caller, table.groups()), utc_day(caller.now))
    parked = parked_credits(table.rollups(), account, caller.now)
    owner = table.members().owner_of(account.id)
    shown = render.account(replace(caller, account=account), report_domain(), owner, used, parked)
    return Single(data=shown, meta=app.meta)
