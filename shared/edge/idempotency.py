"""Middleware of requests that create: with an ``Idempotency-Key`` they do so once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.core.idempotency import PARAM, Answers, Kept, begin, fingerprint, own_key
from shared.edge.http import Api
from shared.edge.lists import Middleware
from shared.edge.recording import REPLAYED


def once(answers: Callable[[], Answers], *, conceal: tuple[str, ...] = ()) -> Middleware:
    """Give the first answer again to the same request. Refusals are not kept: they changed nothing.

    ``conceal`` names fields of ``data`` that are shown once only, and are null when given again."""

    def middleware(app: Api, following: Callable[[Api], Response[Any]]) -> Response[Any]:
        sent = app.current_event.headers.get(PARAM.lower())
        if sent is None:
            return following(app)
        key = own_key(app.caller, sent)
        store, account = answers(), app.caller.account_id
        same = fingerprint(app.current_event.http_method, app.context["_path"], app.body)
        kept = begin(store, account, key, same, app.now)
        if kept is not None:
            return _again(kept)
        response: Response[Any] | None = None
        try:
            response = following(app)
        finally:
            if response is None:
                store.release(account, key, same)
        store.keep(account, key, same, _kept(response, conceal), int(app.now))
        return response

    return middleware


def _kept(response: Response[Any], conceal: tuple[str, ...]) -> Kept:
    body: Any = response.body
    if conceal:
        body = {**body, "data": {**body["data"], **dict.fromkeys(conceal)}}
    return Kept(response.status_code, json.dumps(body, separators=(",", ":")))


def _again(kept: Kept) -> Response[Any]:
    """An answer without a body stays one."""
    body: Any = json.loads(kept.body)
    return Response(
        status_code=kept.status,
        content_type=None if body is None else "application/json",
        body=body,
        headers={REPLAYED: "true"},
    )
