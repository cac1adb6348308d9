"""The functions of the API as they run: who is admitted, and what their middleware works on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared import settings
from shared.core.callers import require_subscription
from shared.core.errors import Forbidden
from shared.core.idempotency import Answers
from shared.core.standing import require_standing
from shared.edge import caller
from shared.edge.caller import Admission, Doors
from shared.edge.http import Api, serve
from shared.edge.idempotency import once
from shared.edge.lists import Middleware
from shared.edge.recording import READING, Trail
from shared.wiring import entropy, table, tokens
from shared.wiring.environment import required


def report_domain() -> str:
    return required(settings.REPORT_DOMAIN)


def idempotent(*, conceal: tuple[str, ...] = ()) -> Middleware:
    return once(_answers, conceal=conceal)


def _trail() -> Trail:
    return Trail(table.audit, table.domains, entropy.random_bits)


def _answers() -> Answers:
    return table.answers()


def serve_with_key(
    app: Api,
    event: Mapping[str, Any],
    context: LambdaContext,
    *,
    subscribed: bool = True,
    closing: bool = False,
) -> dict[str, Any]:
    """Answer callers with an API key or token, whose account has a subscription unless told otherwise.
    Changes of an account that is to be deleted are refused, unless told otherwise by ``closing``."""
    now = entropy.now()
    admit = partial(_admit, now=now, subscribed=subscribed, closing=closing)
    return serve(app, event, context, admit, now, _trail())


def serve_with_or_without_key(app: Api, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer whomever: at the rate of the key or token that comes with the request, else at its address's."""
    now = entropy.now()
    admit = partial(caller.admit_or_anyone, doors=doors(), now=now)
    return serve(app, event, context, admit, now, _trail())


def serve_anyone(
    app: Api, event: Mapping[str, Any], context: LambdaContext, *, bucket: str, per_minute: int
) -> dict[str, Any]:
    """Answer whomever, so many times a minute for one address."""
    now = entropy.now()
    limits = table.address_limits()
    admit = partial(caller.anyone, limits=limits, bucket=bucket, per_minute=per_minute, now=now)
    return serve(app, event, context, admit, now, _trail())


def doors() -> Doors:
    return Doors(
        table.api_keys(), table.accounts(), table.members(), table.address_limits(), tokens.access_tokens
    )


def _admit(event: Mapping[str, Any], *, now: float, subscribed: bool, closing: bool) -> Admission:
    admission = caller.admit(event, doors(), now)
    if admission.caller is None:
        return admission
    try:
        writing = event["requestContext"]["http"]["method"] not in READING
        require_standing(admission.caller.account, writing=writing and not closing)
        if subscribed:
            require_subscription(admission.caller)
    except Forbidden as refusal:
        return Admission(admission.allowance, refusal=refusal)
    return admission
