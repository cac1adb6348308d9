"""``/users``: the people of an account. Open to accounts whose plan has run out: people leave all the
same."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.users import schemas, signing_in
from functions.api.users.app import TAGS, UserPath, app, shown, user
from shared.core.people.inviting import invite, remind
from shared.core.people.leaving import hand_over, remove_member
from shared.core.people.lists import Ordering, PeopleFilter, list_people
from shared.core.people.people import Person, find_person
from shared.core.people.profiles import Changes, update_person, written
from shared.core.people.roles import Roles
from shared.core.people.second_factor import with_second_factor
from shared.edge.lists import also_csv
from shared.edge.openapi import answers
from shared.edge.params import CursorParam, LimitParam
from shared.edge.schemas import Listing, Single, page_request
from shared.wiring.api import idempotent, serve_with_key
from shared.wiring.people import people

__all__ = ["app", "handler", "signing_in"]

_ADDRESS = (
    "A new address holds once its reader has followed the link that is mailed there; until then the old one "
    "is shown. The address of a user who is in other accounts too can be changed by that user alone."
)


@app.get(
    "/users",
    summary="List users",
    description="Who is in the account or invited, for who administers it.",
    operation_id="list_users",
    tags=TAGS,
    responses=answers(200, "The users.", Listing[schemas.User], refusals=(400,), csv=True),
    middlewares=[also_csv(schemas.User, name="users")],
)
def list_all(
    email: Annotated[str, Query(description="The whole address, in any case.", max_length=1_000)] = "",
    username: Annotated[str, Query(description="As `email`.", max_length=1_000)] = "",
    ordering: Ordering = Ordering.EMAIL,
    limit: LimitParam = 25,
    cursor: CursorParam = None,
) -> Listing[schemas.User]:
    wanted = PeopleFilter(email, username, ordering)
    page = list_people(people(), app.caller, wanted, page_request(limit, cursor))
    return Listing(data=[user(each) for each in page.items], meta=app.list_meta(page))


@app.post(
    "/users",
    status_code=201,
    summary="Invite a user",
    description="Mails an invitation that is good for seven days. Who has a sign-in already, from another "
    "account, becomes a member by following it. Nobody can give a right that they do not have.",
    operation_id="invite_user",
    tags=TAGS,
    responses=answers(201, "The user.", Single[schemas.User], refusals=(400, 409, 413, 415, 422)),
    middlewares=[idempotent()],
)
def invite_user(body: schemas.InviteUser) -> Single[schemas.User]:
    return shown(invite(people(), app.caller, body.email, _roles(body), now=app.now))


@app.get(
    "/users/<user_id>",
    summary="Read a user",
    description="Oneself or, for who administers the account, anybody in it.",
    operation_id="read_user",
    tags=TAGS,
    responses=answers(200, "The user.", Single[schemas.User], refusals=(404,)),
)
def read(user_id: UserPath) -> Single[schemas.User]:
    return shown(with_second_factor(people(), find_person(people(), app.caller, user_id)))


@app.put(
    "/users/<user_id>",
    summary="Change a user",
    description=f"As PATCH, with the address. {_ADDRESS}",
    operation_id="replace_user",
    tags=TAGS,
    responses=answers(
        200, "The user as it is now.", Single[schemas.User], refusals=(400, 404, 409, 412, 413, 415, 422)
    ),
)
def replace(user_id: UserPath, body: schemas.ReplaceUser) -> Single[schemas.User]:
    return _changed(user_id, body)


@app.patch(
    "/users/<user_id>",
    summary="Change some of a user",
    description="Address and settings of oneself; for who administers the account, those of others and "
    f"roles, though not the owner's, and not one's own admin role. {_ADDRESS}",
    operation_id="change_user",
    tags=TAGS,
    responses=answers(
        200, "The user as it is now.", Single[schemas.User], refusals=(400, 404, 409, 412, 413, 415, 422)
    ),
)
def change(user_id: UserPath, body: schemas.ChangeUser) -> Single[schemas.User]:
    return _changed(user_id, body)


@app.delete(
    "/users/<user_id>",
    status_code=204,
    summary="Remove a user",
    description="From this account, and altogether where it is the only one. The owner cannot be removed.",
    operation_id="remove_user",
    tags=TAGS,
    responses=answers(204, "The user is no member any more.", refusals=(404, 412)),
)
def remove(user_id: UserPath) -> Response[None]:
    remove_member(people(), app.caller, user_id)
    return Response(status_code=204)


@app.post(
    "/users/<user_id>/activation-reminder",
    status_code=204,
    summary="Mail an invitation again",
    description="The letter before is void then. At most ten a day.",
    operation_id="remind_user",
    tags=TAGS,
    responses=answers(204, "It is mailed.", refusals=(404, 409, 422)),
    middlewares=[idempotent()],
)
def remind_user(user_id: UserPath) -> Response[None]:
    remind(people(), app.caller, user_id, now=app.now)
    return Response(status_code=204)


@app.post(
    "/users/<user_id>/make-owner",
    summary="Hand the account over",
    description="For the owner alone, who stays an administrator. The new owner has to be an active member.",
    operation_id="make_owner",
    tags=TAGS,
    responses=answers(200, "The new owner.", Single[schemas.User], refusals=(404, 409)),
    middlewares=[idempotent()],
)
def make_owner(user_id: UserPath) -> Single[schemas.User]:
    found = find_person(people(), app.caller, user_id)
    return shown(Person(hand_over(people(), app.caller, user_id), found.user))


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve_with_key(app, event, context, subscribed=False)


def _changed(user_id: str, body: schemas.ReplaceUser | schemas.ChangeUser) -> Single[schemas.User]:
    settings = written(body.settings) if "settings" in body.model_fields_set else None
    changes = Changes(body.email, _roles(body), settings)
    return shown(update_person(people(), app.caller, user_id, changes, now=app.now))


def _roles(body: schemas.InviteUser | schemas.ReplaceUser | schemas.ChangeUser) -> Roles:
    return Roles(body.is_admin, body.has_forensic_access, body.has_billing_access)
