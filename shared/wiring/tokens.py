"""What verifies access tokens, with the keys of this deployment's user pool."""

from __future__ import annotations

from functools import cache

from shared import settings
from shared.core.access_tokens import AccessTokens
from shared.wiring.environment import required


@cache
def access_tokens() -> AccessTokens:
    """Imported with the first access token: callers with API keys do not wait for it."""
    from shared.adapters.token_keys import KeysByUrl
    from shared.adapters.tokens import PoolTokens

    client = required(settings.USER_POOL_CLIENT)
    return PoolTokens(required(settings.TOKEN_ISSUER), client, KeysByUrl(required(settings.TOKEN_KEYS)))
