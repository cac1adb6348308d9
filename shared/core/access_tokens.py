"""Access tokens: what a user gets from the user pool for signing in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from shared.core.ids import UserId


@dataclass(frozen=True, slots=True)
class SignedIn:
    """``at`` is when the sign-in was, in epoch seconds."""

    user: UserId
    at: int


class AccessTokens(Protocol):
    def verify(self, token: str, now: float) -> SignedIn:
        """``InvalidToken`` for any that the pool did not give for access to this deployment, or that is not
        valid now. ``Unverifiable`` while the pool's keys cannot be had."""
