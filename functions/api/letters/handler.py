"""What letters lead to: invitations taken up, passwords reset, addresses confirmed, digests ended. Open to
whoever has the letter."""

from __future__ import annotations

from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.letters import pages, schemas
from functions.api.letters.app import TAGS, app
from shared.core import ids
from shared.core.alerts.unsubscribing import unsubscribe
from shared.core.members import User
from shared.core.people.inviting import take_up
from shared.core.people.passwords import ask_reset, confirm_reset
from shared.core.people.people import accounts_of
from shared.core.people.profiles import confirm_address
from shared.edge.openapi import answers
from shared.edge.recording import act_for, unrecorded
from shared.edge.schemas import Single
from shared.wiring import entropy, table
from shared.wiring.api import serve_anyone
from shared.wiring.people import people

__all__ = ["app", "handler", "pages"]

_REQUESTS_PER_MINUTE: Final = 20
"""From one address: enough for a few people behind it who mistype, and nothing to guess tokens with."""

_RESET_SECONDS: Final = 1.5
"""What asking for a reset takes, whether or not there is a letter to be sent."""


@app.post(
    "/activations",
    summary="Take up an invitation",
    description="Makes its reader an active member of the account, and sets the password of who has no "
    "sign-in yet. A refused password leaves the invitation as it was.",
    operation_id="take_up_invitation",
    tags=TAGS,
    responses=answers(
        200,
        "Who is a member now.",
        Single[schemas.TakenUp],
        refusals=(400, 413, 415, 422),
        public=True,
    ),
)
def activate(body: schemas.TakeUp) -> Single[schemas.TakenUp]:
    taken = take_up(people(), body.token, body.password, now=app.now)
    user, member = taken.person.user, taken.person.member
    act_for(app, member.account, user.id, user.email)
    return Single(
        data=schemas.TakenUp(
            id=ids.render(ids.USER, user.id),
            email=user.email,
            account_id=ids.render(ids.ACCOUNT, member.account),
            password_set=taken.password_set,
        ),
        meta=app.meta,
    )


@app.post(
    "/password-resets",
    status_code=202,
    summary="Ask for a new password",
    description="Mails a link to the address, if it is somebody's who has a password and did not get three "
    "within the hour. The answer is the same whether or not it is.",
    operation_id="ask_password_reset",
    tags=TAGS,
    responses=answers(
        202, "A link is mailed, if there is whom to.", refusals=(400, 413, 415, 422), public=True
    ),
    middlewares=[unrecorded],
)
def ask(body: schemas.AskReset) -> Response[None]:
    ask_reset(people(), body.email, now=app.now)
    entropy.wait_until(app.now + _RESET_SECONDS)
    return Response(status_code=202)


@app.post(
    "/password-resets/confirm",
    status_code=204,
    summary="Set a new password",
    description="Ends every session. The link is good for an hour, and once; a refused password leaves it.",
    operation_id="confirm_password_reset",
    tags=TAGS,
    responses=answers(204, "It is set.", refusals=(400, 413, 415, 422), public=True),
)
def confirm(body: schemas.ConfirmReset) -> Response[None]:
    _act_as(confirm_reset(people(), body.token, body.password, now=app.now))
    return Response(status_code=204)


@app.post(
    "/address-confirmations",
    summary="Confirm a new address",
    description="The user signs in with it from now on.",
    operation_id="confirm_address",
    tags=TAGS,
    responses=answers(
        200, "The new address.", Single[schemas.Confirmed], refusals=(400, 413, 415, 422), public=True
    ),
)
def confirm_new_address(body: schemas.ConfirmAddress) -> Single[schemas.Confirmed]:
    user = confirm_address(people(), body.token, now=app.now)
    _act_as(user)
    return Single(data=schemas.Confirmed(email=user.email), meta=app.meta)


@app.post(
    "/unsubscriptions",
    status_code=204,
    summary="End the digests",
    description="By the token of a digest's link. Harmless when repeated.",
    operation_id="end_digests",
    tags=TAGS,
    responses=answers(204, "There are no more.", refusals=(400, 413, 415, 422), public=True),
)
def end_digests(body: schemas.EndDigests) -> Response[None]:
    _unsubscribe(body.token)
    return Response(status_code=204)


@app.post(
    "/unsubscribe",
    status_code=204,
    summary="End the digests with one click",
    description="What mail programs post to by themselves (RFC 8058), as a form that says "
    "`List-Unsubscribe=One-Click`.",
    operation_id="unsubscribe_one_click",
    tags=TAGS,
    responses=answers(204, "There are no more digests.", refusals=(400, 413, 422), public=True),
)
def one_click(
    token: Annotated[str, Query(max_length=200, description="As the letter's header has it.")],
) -> Response[None]:
    _unsubscribe(token)
    return Response(status_code=204)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve_anyone(app, event, context, bucket="letters", per_minute=_REQUESTS_PER_MINUTE)


def _unsubscribe(token: str) -> None:
    member = unsubscribe(people(), table.unsubscribe_key(), token)
    act_for(app, member.account, member.user, member.email)


def _act_as(user: User) -> None:
    """In the log of the first account that the user is in."""
    for account in accounts_of(people(), user)[:1]:
        act_for(app, account, user.id, user.email)
