"""Asking strangers' receivers: the URL is theirs, so where it leads is looked at each time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.core.errors import Invalid
from shared.core.lookups import Lookups
from shared.mailauth.evaluate.questions import Asked, Asking, Fetch, Fetched, Fetching

TIMEOUT: Final = 12.0
"""Seconds for a request as a whole, the look-up of its host included."""

LONGEST_URL: Final = 1_000
_CHECK_TIMEOUT: Final = 6.0


@dataclass(frozen=True, slots=True)
class Response:
    """``status`` is None where there was no answer; ``trouble`` says why, or is empty where it was taken."""

    status: int | None
    trouble: str = ""

    @property
    def taken(self) -> bool:
        return not self.trouble

    @property
    def is_gone(self) -> bool:
        """The receiver wants no more, ever."""
        return self.status == 410


def post(lookups: Lookups, url: str, headers: tuple[tuple[str, str], ...], body: bytes) -> Response:
    """Only a status of 2xx says that it was taken; a redirect is an answer like any other."""
    fetched = lookups.run(_one(Fetch(url, 0, TIMEOUT, body, headers)), within=TIMEOUT)
    if fetched.outcome is not Fetching.FETCHED:
        return Response(None, fetched.reason or fetched.outcome.name.lower().replace("_", " "))
    if not 200 <= fetched.status < 300:
        return Response(fetched.status, f"The receiver answered {fetched.status}")
    return Response(fetched.status)


def require_postable(lookups: Lookups, url: str) -> str:
    """The URL, if it is one that would be asked now. ``Invalid`` with the reason if not."""
    wanted = url.strip()
    if len(wanted) > LONGEST_URL:
        raise Invalid(f"A URL may have {LONGEST_URL} characters", param="url")
    asked = Fetch(wanted, 0, _CHECK_TIMEOUT, post=b"", ask=False)
    fetched = lookups.run(_one(asked), within=_CHECK_TIMEOUT)
    if fetched.outcome is not Fetching.FETCHED:
        raise Invalid(f"Nothing can be sent to this URL: {fetched.reason}", param="url")
    return wanted


def _one(fetch: Fetch) -> Asking[Fetched]:
    batch: tuple[Asked, ...] = (fetch,)
    replies: Mapping[Any, Any] = yield batch
    fetched: Fetched = replies[fetch]
    return fetched
