"""The catalogue of senders, as the deployment and each account have it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from shared import settings
from shared.core.senders.catalogue import Catalogue, builtin
from shared.core.senders.own import Catalogues
from shared.wiring import table
from shared.wiring.environment import optional

ROOT: Final = Path(__file__).parents[2]
"""Of the code: a path that is not absolute is below it."""


@cache
def catalogue() -> Catalogue:
    path = optional(settings.SENDER_CATALOGUE)
    return builtin().extended((ROOT / path).read_text(encoding="utf-8"), path) if path else builtin()


@cache
def catalogues() -> Catalogues:
    return Catalogues(catalogue(), table.sender_extensions())
