"""Where people of this deployment sign in."""

from __future__ import annotations

from dataclasses import dataclass

from shared import settings
from shared.wiring.environment import optional, required


@dataclass(frozen=True, slots=True)
class SignIn:
    """``url`` is the base of the hosted sign-in, ``pool_url`` that of Cognito's own API."""

    url: str
    client: str
    pool_url: str
    providers: tuple[str, ...]


def sign_in() -> SignIn:
    listed = optional(settings.IDENTITY_PROVIDERS)
    return SignIn(
        required(settings.SIGN_IN_URL),
        required(settings.USER_POOL_CLIENT),
        required(settings.POOL_URL),
        tuple(listed.split(",")) if listed else (),
    )
