"""The resolver that the routes of this function share."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.alerts import schemas
from shared.core.paging import Cursor
from shared.edge.http import Api

app = Api()

AlertPath = Annotated[str, Path(description="`alr_2853241`, or `2853241`.", examples=["alr_2853241"])]
WebhookPath = Annotated[str, Path(description="`whk_7`, or `7`.", examples=["whk_7"])]
DeliveryPath = Annotated[str, Path(description="`dlv_7`, or `7`.", examples=["dlv_7"])]


def page_meta(after: int | None) -> schemas.AlertMeta:
    """``after`` is where the next page goes on."""
    following = None if after is None else Cursor(after).encode()
    return schemas.AlertMeta(request_id=app.request_id, has_more=following is not None, next_cursor=following)
