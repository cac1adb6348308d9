"""How a user signs in: password, second factor, identity provider, API token."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from functions.api.users import schemas
from functions.api.users.app import TAGS, UserPath, app, shown
from shared.core.people import api_tokens
from shared.core.people.passwords import PasswordChange, change_password, mail_reset
from shared.core.people.second_factor import begin_totp, confirm_totp, remove_totp, reset_totp
from shared.core.people.sso import convert_to_sso
from shared.edge.caller import bearer_of
from shared.edge.openapi import answers
from shared.edge.schemas import Single
from shared.wiring.api import idempotent
from shared.wiring.people import people

_OURS = "ps_"
"""What API keys and API tokens begin with."""


@app.post(
    "/users/<user_id>/password-change",
    status_code=204,
    summary="Change one's password",
    description="For oneself. Ends every session. At most five attempts an hour, right or wrong.",
    operation_id="change_password",
    tags=TAGS,
    responses=answers(204, "It is changed.", refusals=(400, 404, 413, 415, 422)),
)
def change(user_id: UserPath, body: schemas.ChangePassword) -> Response[None]:
    wanted = PasswordChange(body.password_old, body.password, body.password_confirm)
    change_password(people(), app.caller, user_id, wanted, now=app.now)
    return Response(status_code=204)


@app.post(
    "/users/<user_id>/password-reset",
    status_code=204,
    summary="Mail a link to set a new password",
    description="To oneself or, for who administers the account, to anybody in it. At most three an hour.",
    operation_id="reset_password",
    tags=TAGS,
    responses=answers(204, "It is mailed.", refusals=(404, 409, 422)),
    middlewares=[idempotent()],
)
def reset(user_id: UserPath) -> Response[None]:
    mail_reset(people(), app.caller, user_id, now=app.now)
    return Response(status_code=204)


@app.post(
    "/users/<user_id>/convert-to-sso",
    summary="Have a user sign in at an identity provider",
    description="With the same address there, and without a password from now on. There is no way back.",
    operation_id="convert_to_sso",
    tags=TAGS,
    responses=answers(
        200, "The user as it is now.", Single[schemas.User], refusals=(400, 404, 409, 413, 415, 422)
    ),
    middlewares=[idempotent()],
)
def convert(user_id: UserPath, body: schemas.ConvertToSso | None = None) -> Single[schemas.User]:
    provider = None if body is None else body.provider
    return shown(convert_to_sso(people(), app.caller, user_id, provider))


@app.post(
    "/users/me/totp",
    status_code=201,
    summary="Begin a second factor",
    description="A new secret for an authenticator app (TOTP, RFC 6238). Nothing is asked for until it is "
    "verified. For who signed in: neither for API keys nor for API tokens.",
    operation_id="begin_totp",
    tags=TAGS,
    responses=answers(201, "The secret.", Single[schemas.Totp]),
)
def begin() -> Single[schemas.Totp]:
    begun = begin_totp(people(), app.caller, _access_token())
    return Single(data=schemas.Totp(secret=begun.secret, uri=begun.uri), meta=app.meta)


@app.post(
    "/users/me/totp/verify",
    status_code=204,
    summary="Verify a second factor",
    description="From now on a one-time password is asked for. At most five attempts an hour.",
    operation_id="verify_totp",
    tags=TAGS,
    responses=answers(204, "It is asked for.", refusals=(400, 413, 415, 422)),
)
def verify(body: schemas.VerifyTotp) -> Response[None]:
    confirm_totp(people(), app.caller, _access_token(), body.code, now=app.now)
    return Response(status_code=204)


@app.delete(
    "/users/me/totp",
    status_code=204,
    summary="Remove one's second factor",
    operation_id="remove_totp",
    tags=TAGS,
    responses=answers(204, "No one-time password is asked for any more."),
)
def remove() -> Response[None]:
    remove_totp(people(), app.caller, _access_token())
    return Response(status_code=204)


@app.post(
    "/users/<user_id>/totp-reset",
    status_code=204,
    summary="Take a second factor off a user",
    description="Off who has lost what makes the one-time passwords. For who administers the account; not "
    "for oneself, the owner, or who is in other accounts too. Ends every session, and the user is told by "
    "mail. At most three times a day.",
    operation_id="reset_totp",
    tags=TAGS,
    responses=answers(204, "No one-time password is asked for any more.", refusals=(404, 409)),
    middlewares=[idempotent()],
)
def reset_second_factor(user_id: UserPath) -> Response[None]:
    reset_totp(people(), app.caller, user_id, now=app.now)
    return Response(status_code=204)


@app.post(
    "/users/<user_id>/api-token",
    status_code=201,
    summary="Make one's API token",
    description="For oneself. The answer shows the token once; the one before is void. It may what the user "
    "may, in this account.",
    operation_id="create_api_token",
    tags=TAGS,
    responses=answers(201, "The new token.", Single[schemas.ApiToken], refusals=(404, 409, 412)),
    middlewares=[idempotent(conceal=("api_token",))],
)
def create_token(user_id: UserPath) -> Single[schemas.ApiToken]:
    member, secret = api_tokens.renew_token(people(), app.caller, user_id)
    token = schemas.ApiToken(api_token=secret, api_token_shown=member.token_shown)
    return Single(data=token, meta=app.meta)


@app.delete(
    "/users/<user_id>/api-token",
    status_code=204,
    summary="Revoke an API token",
    description="One's own or, for who administers the account, anybody's.",
    operation_id="revoke_api_token",
    tags=TAGS,
    responses=answers(204, "There is none any more.", refusals=(404, 412)),
)
def revoke_token(user_id: UserPath) -> Response[None]:
    api_tokens.revoke_token(people(), app.caller, user_id)
    return Response(status_code=204)


def _access_token() -> str | None:
    """None for who came with a secret of ours."""
    secret = bearer_of(app.current_event.raw_event)
    return None if secret is None or secret.startswith(_OURS) else secret
