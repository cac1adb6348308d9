"""The resolver that the routes of this function share."""

from __future__ import annotations

from shared.edge.http import Api

app = Api()
TAGS = ["Failure reports"]
