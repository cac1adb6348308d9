"""People on the wire."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from shared.edge.schemas import Timestamp, Wire

_EMAIL = ["anna@orchard.example"]
_SETTINGS = (
    "Any JSON, 16 KiB at most: the user's own, for programs to keep what they like. `digest` of an "
    "object says how often a digest of the account is mailed: `daily`, `weekly` or `off`."
)


class User(Wire):
    id: str = Field(examples=["user_19"])
    email: str = Field(examples=_EMAIL)
    username: str = Field(examples=_EMAIL, description="What the user signs in with: the address.")
    date_joined: Timestamp
    is_active: bool = Field(description="False until the invitation is taken up.")
    is_admin: bool
    is_owner: bool
    has_forensic_access: bool
    has_billing_access: bool
    sso_ready: bool = Field(description="Whether the user signs in at an identity provider.")
    identity_provider: str | None
    has_2fa_enabled: bool
    last_login: Timestamp | None
    last_login_sso: bool
    settings: Any = Field(description=_SETTINGS)
    api_token_shown: str | None = Field(
        examples=["ps_user_7_19_dWx0"], description="What the API token begins with; null without one."
    )


class _Roles(Wire):
    """What is left out, or null, stays as it is."""

    is_admin: bool | None = None
    has_forensic_access: bool | None = None
    has_billing_access: bool | None = None


class InviteUser(_Roles):
    email: str = Field(examples=_EMAIL, max_length=1_000)


class ReplaceUser(_Roles):
    email: str = Field(examples=_EMAIL, max_length=1_000)
    settings: Any = Field(default=None, description=f"{_SETTINGS} Left out, they stay.")


class ChangeUser(_Roles):
    email: str | None = Field(default=None, examples=_EMAIL, max_length=1_000)
    settings: Any = Field(default=None, description=f"{_SETTINGS} Left out, they stay.")


class ConvertToSso(Wire):
    provider: str | None = Field(
        default=None,
        examples=["Corp"],
        description="One of `identity_providers` of `GET /v1/sign-in`; may be left out where that is one.",
    )


class ChangePassword(Wire):
    password_old: str
    password: str
    password_confirm: str = Field(description="The same as `password`.")


class Totp(Wire):
    secret: str | None = Field(description="In base32, to be typed into an authenticator app.")
    uri: str | None = Field(description="The same as a link, to be shown as a QR code.")


class VerifyTotp(Wire):
    code: str = Field(examples=["123456"], description="What the app shows now.")


class ApiToken(Wire):
    api_token: str | None = Field(
        description="The token itself, shown this once: null when the same request is answered again."
    )
    api_token_shown: str | None = Field(
        examples=["ps_user_7_19_dWx0"], description="What it begins with, to tell it apart by."
    )
