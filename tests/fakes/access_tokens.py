from __future__ import annotations

from shared.core.access_tokens import SignedIn
from shared.core.errors import InvalidToken


class FakeAccessTokens:
    """``given`` are the good ones."""

    def __init__(self) -> None:
        self.given: dict[str, SignedIn] = {}

    def verify(self, token: str, now: float) -> SignedIn:
        if token not in self.given:
            raise InvalidToken("Invalid access token")
        return self.given[token]
