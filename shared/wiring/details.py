"""Where detail reports rest. Apart from what works on them: who reads them has no databases of addresses."""

from __future__ import annotations

from functools import cache

from shared import settings
from shared.adapters.detail.shelf import S3DetailShelf
from shared.core.detail.results import DetailShelf
from shared.wiring import clients
from shared.wiring.environment import required


@cache
def shelf() -> DetailShelf:
    return S3DetailShelf(clients.s3(), required(settings.DATA_BUCKET))
