"""The answer to a TLS report."""

from __future__ import annotations

from typing import Literal

from shared.edge.schemas import Wire


class Accepted(Wire):
    status: Literal["accepted"] = "accepted"
