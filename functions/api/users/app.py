"""The resolver that the routes of this function share, and how a user is shown."""

from __future__ import annotations

import json
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.users import schemas
from shared.core import ids
from shared.core.clock import rfc3339
from shared.core.people.people import Person
from shared.edge.http import Api
from shared.edge.schemas import Single

app = Api()

TAGS = ["Users"]
UserPath = Annotated[
    str, Path(description="`user_19`, `19`, or `me` for oneself.", examples=["user_19", "19", "me"])
]


def shown(who: Person) -> Single[schemas.User]:
    return Single(data=user(who), meta=app.meta)


def user(who: Person) -> schemas.User:
    member = who.member
    return schemas.User(
        id=ids.render(ids.USER, who.user.id),
        email=who.user.email,
        username=who.user.email,
        date_joined=rfc3339(member.joined),
        is_active=member.active,
        is_admin=member.admin or member.owner,
        is_owner=member.owner,
        has_forensic_access=member.forensic or member.owner,
        has_billing_access=member.billing or member.owner,
        sso_ready=who.user.provider is not None,
        identity_provider=who.user.provider,
        has_2fa_enabled=who.user.totp,
        last_login=None if member.last_login is None else rfc3339(member.last_login),
        last_login_sso=who.last_login_sso,
        settings=json.loads(member.settings),
        api_token_shown=member.token_shown,
    )
