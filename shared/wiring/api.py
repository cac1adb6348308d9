"""The functions of the API as they run: who is admitted, and what their middleware works on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared import settings
from shared.core.access import require_subscription
from shared.core.errors import SubscriptionRequired
from shared.core.idempotency import Answers
from shared.edge import caller
from shared.edge.caller import Admission
from shared.edge.http import Api, serve
from shared.edge.idempotency import once
from shared.edge.lists import Middleware
from shared.edge.recording import Trail
from shared.wiring import entropy, table
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
    app: Api, event: Mapping[str, Any], context: LambdaContext, *, subscribed: bool = True
) -> dict[str, Any]:
    """Answer callers with an API key, whose account has a subscription unless told otherwise."""
    now = entropy.now()
    return serve(app, event, context, partial(_admit, now=now, subscribed=subscribed), now, _trail())


def serve_with_or_without_key(app: Api, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer whomever: at the rate of the API key that comes with the request, else at its address's."""
    now = entropy.now()
    stores = (table.api_keys(), table.accounts(), table.address_limits())
    return serve(
        app, event, context, lambda event: caller.with_or_without_key(event, *stores, now), now, _trail()
    )


def serve_anyone(
    app: Api, event: Mapping[str, Any], context: LambdaContext, *, bucket: str, per_minute: int
) -> dict[str, Any]:
    """Answer whomever, so many times a minute for one address."""
    now = entropy.now()
    limits = table.address_limits()
    admit = partial(caller.anyone, limits=limits, bucket=bucket, per_minute=per_minute, now=now)
    return serve(app, event, context, admit, now, _trail())


def _admit(event: Mapping[str, Any], *, now: float, subscribed: bool) -> Admission:
    admission = caller.with_key(event, table.api_keys(), table.accounts(), table.address_limits(), now)
    if admission.caller is not None and subscribed:
        try:
            require_subscription(admission.caller)
        except SubscriptionRequired as refusal:
            return Admission(admission.allowance, refusal=refusal)
    return admission
