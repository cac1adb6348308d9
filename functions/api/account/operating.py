"""``/accounts``: those that one is in; and, for the operator, all of them."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.account import render, schemas
from functions.api.account.app import TAGS, app
from functions.api.account.closing import closed
from shared.core.accounts import Account, Terms, open_account
from shared.core.ids import AccountId
from shared.core.key_issuing import Minting, create_key
from shared.core.key_issuing import Terms as KeyTerms
from shared.core.operating import is_operator, operated, put_on_terms, require_operator
from shared.core.paging import DEFAULT_LIMIT, Cursor, Page
from shared.core.people.inviting import invite_owner
from shared.core.people.second_factor import reset_owner_totp
from shared.core.plans import plan_named
from shared.core.standing import require_standing
from shared.edge.openapi import answers
from shared.edge.params import CursorParam, LimitParam
from shared.edge.recording import done_to
from shared.edge.schemas import Listing, Single, page_request
from shared.wiring import entropy, table
from shared.wiring.api import idempotent
from shared.wiring.people import people

AccountPath = Annotated[str, Path(description="`usr_19` or `19`.", examples=["usr_19", "19"])]


@app.get(
    "/accounts",
    summary="List accounts",
    description="Those that you are in; of an API key, its own. For admins of the operator's account, every "
    "account of the deployment.",
    operation_id="list_accounts",
    tags=TAGS,
    responses=answers(200, "The accounts.", Listing[schemas.Summary], refusals=(400,)),
)
def list_all(limit: LimitParam = DEFAULT_LIMIT, cursor: CursorParam = None) -> Listing[schemas.Summary]:
    if not is_operator(app.caller):
        own = _own()
        return Listing(data=own, meta=app.whole_list_meta(len(own)))
    asked = page_request(limit, cursor)
    after = None if asked.cursor is None else AccountId(asked.cursor.id)
    total = asked.cursor.total if asked.cursor is not None else None
    page = table.accounts().page(after=after, limit=asked.limit)
    total = table.accounts().total() if total is None else total
    following = Cursor(page.items[-1].id, total) if page.more and page.items else None
    items = [render.summary(account, is_owner=None) for account in page.items]
    return Listing(data=items, meta=app.list_meta(Page(items, following, total)))


@app.post(
    "/accounts",
    status_code=201,
    summary="Open an account",
    description="For admins of the operator's account. The owner is mailed an invitation, unless told "
    "otherwise; an API key is made where one is asked for.",
    operation_id="open_account",
    tags=TAGS,
    responses=answers(201, "The new account.", Single[schemas.Opened], refusals=(400, 409, 413, 415, 422)),
    middlewares=[idempotent(conceal=("key",))],
)
def open_new(body: schemas.OpenAccount) -> Single[schemas.Opened]:
    require_operator(app.caller)
    account = open_account(
        table.accounts(),
        email=body.email,
        plan=body.plan,
        operator=False,
        name=body.name,
        now=app.now,
        new_token=entropy.new_token,
        random_bits=entropy.random_bits,
    )
    owner = invite_owner(people(), account, body.email, now=app.now) if body.invite else None
    key = None
    if body.with_key:
        minting = Minting(app.now, entropy.new_secret, entropy.random_bits)
        _, key = create_key(table.api_keys(), account, KeyTerms("First key"), minting)
    invited = None if owner is None else owner.user.email
    shown = _managed(_operated(str(account.id)))
    return Single(data=schemas.Opened(**shown.model_dump(), invited=invited, key=key), meta=app.meta)


@app.get(
    "/accounts/<account_id>",
    summary="Read an account",
    description="Its terms and counts, nothing of its data. For admins of the operator's account.",
    operation_id="read_managed_account",
    tags=TAGS,
    responses=answers(200, "The account.", Single[schemas.Managed], refusals=(404,)),
)
def read(account_id: AccountPath) -> Single[schemas.Managed]:
    return Single(data=_managed(_operated(account_id)), meta=app.meta)


@app.patch(
    "/accounts/<account_id>",
    summary="Put an account on other terms",
    description="Plan, extra domains, status, end of the period. What an account has beyond a smaller plan "
    "stays. For admins of the operator's account.",
    operation_id="change_terms",
    tags=TAGS,
    responses=answers(200, "The account.", Single[schemas.Managed], refusals=(400, 404, 409, 413, 415, 422)),
)
def change(account_id: AccountPath, body: schemas.ChangeTerms) -> Single[schemas.Managed]:
    account = _operated(account_id)
    stores = table.accounts(), table.api_keys(), table.members()
    return Single(data=_managed(put_on_terms(*stores, account, _terms(account, body))), meta=app.meta)


@app.post(
    "/accounts/<account_id>/owner",
    status_code=201,
    summary="Invite an account's owner",
    description="Of an account that has none: one that was opened with a key alone, or whose invitation "
    "was not taken up, which is withdrawn. For admins of the operator's account.",
    operation_id="invite_owner",
    tags=TAGS,
    responses=answers(201, "The account.", Single[schemas.Managed], refusals=(400, 404, 409, 413, 415, 422)),
    middlewares=[idempotent()],
)
def invite(account_id: AccountPath, body: schemas.InviteOwner) -> Single[schemas.Managed]:
    account = _operated(account_id)
    require_standing(account, writing=True)
    invite_owner(people(), account, body.email, now=app.now)
    return Single(data=_managed(_operated(account_id)), meta=app.meta)


@app.post(
    "/accounts/<account_id>/owner/totp-reset",
    status_code=204,
    summary="Take the second factor off an account's owner",
    description="Off an owner who has lost what makes the one-time passwords: see to it that it is the owner "
    "who asks. Ends every session, and the owner is told by mail. For admins of the operator's account.",
    operation_id="reset_owner_totp",
    tags=TAGS,
    responses=answers(204, "No one-time password is asked for any more.", refusals=(404, 409)),
    middlewares=[idempotent()],
)
def reset_second_factor(account_id: AccountPath) -> Response[None]:
    account = _operated(account_id)
    reset_owner_totp(people(), account.id, now=app.now)
    return Response(status_code=204)


@app.post(
    "/accounts/<account_id>/close",
    summary="Close an account of another",
    description="As closing one's own. For admins of the operator's account.",
    operation_id="close_managed_account",
    tags=TAGS,
    responses=answers(200, "The account.", Single[schemas.Managed], refusals=(400, 404, 409, 413, 415, 422)),
)
def close(account_id: AccountPath, body: schemas.CloseAccount) -> Single[schemas.Managed]:
    account = _operated(account_id)
    return Single(data=_managed(closed(account, body.name)), meta=app.meta)


@app.post(
    "/accounts/<account_id>/reopen",
    summary="Reopen an account of another",
    description="As reopening one's own. For admins of the operator's account.",
    operation_id="reopen_managed_account",
    tags=TAGS,
    responses=answers(200, "The account.", Single[schemas.Managed], refusals=(404, 409)),
)
def reopen(account_id: AccountPath) -> Single[schemas.Managed]:
    account = _operated(account_id)
    return Single(data=_managed(table.accounts().reopen(account.id)), meta=app.meta)


def _operated(reference: str) -> Account:
    """An account that the operator reads or does something to, which is in that account's log, too."""
    account = operated(app.caller, table.accounts(), reference)
    done_to(app, account.id)
    return account


def _own() -> list[schemas.Summary]:
    caller = app.caller
    if caller.user is None:
        return [render.summary(caller.account, is_owner=False)]
    shown = []
    for number in table.members().accounts_of(caller.user):
        account = table.accounts().get(number)
        member = table.members().get(number, caller.user)
        if account is not None and member is not None and member.active:
            shown.append(render.summary(account, is_owner=member.owner))
    return shown


def _managed(account: Account) -> schemas.Managed:
    return render.managed(account, table.members().owner_of(account.id))


def _terms(account: Account, body: schemas.ChangeTerms) -> Terms:
    """Of an account that is closing the store says no, whatever status is asked for."""
    ends = account.current_period_end if body.current_period_end is None else body.current_period_end
    status = account.status if body.status is None else type(account.status)(body.status.value)
    return Terms(
        plan=account.plan if body.plan is None else plan_named(body.plan),
        extra_domains=account.extra_domains if body.extra_domains is None else body.extra_domains,
        status=status,
        current_period_end=ends or None,
    )
