"""The resolver that the routes of this function share."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from shared.edge.http import Api

app = Api()

GroupParam = Annotated[
    str, Path(description="`grp_7`, or `7`; `grp_1` is the default group.", examples=["grp_7"])
]
