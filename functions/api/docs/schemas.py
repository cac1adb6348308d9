"""Wire shapes of signing in."""

from __future__ import annotations

from pydantic import Field

from shared import settings
from shared.edge.schemas import Wire
from shared.wiring.sign_in import SignIn as Found


class SignIn(Wire):
    authorization_url: str = Field(description="Where a browser is led to.")
    token_url: str = Field(
        description="Where the code, and later the refresh token, becomes an access token."
    )
    client_id: str
    scopes: list[str]
    redirect_uris: list[str] = Field(description="Addresses of this machine that a sign-in may end at.")
    pool_url: str = Field(description="Cognito's API. Its `RevokeToken` takes a refresh token back.")
    identity_providers: list[str] = Field(
        description="Names for `identity_provider` of the authorization URL, which then leads straight there."
    )

    @classmethod
    def of(cls, found: Found) -> SignIn:
        return cls(
            authorization_url=f"{found.url}/oauth2/authorize",
            token_url=f"{found.url}/oauth2/token",
            client_id=found.client,
            scopes=list(settings.SIGN_IN_SCOPES),
            redirect_uris=list(settings.LOOPBACK_ADDRESSES),
            pool_url=found.pool_url,
            identity_providers=list(found.providers),
        )
