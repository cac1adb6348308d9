"""Refusals: what the product says no to, by name.

Core knows no HTTP. The edge and each dialect render these in their own form; ``code`` is what clients
switch on and ``param`` names the parameter at fault.
"""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """Base of everything the product refuses on purpose."""

    code: ClassVar[str] = "bad_request"

    def __init__(self, message: str, *, param: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param


class Malformed(Refusal):
    """The request cannot be understood: wrong type, unknown value, bad cursor."""


class Invalid(Refusal):
    """The request is understood and breaks a rule."""

    code = "unprocessable_entity"


class PlanLimit(Invalid):
    """The account's plan allows no more of it, or does not allow it at all."""

    code = "plan_limit_reached"


class Unauthenticated(Refusal):
    code = "invalid_api_key"


class InvalidToken(Unauthenticated):
    """An access token that opens nothing here."""

    code = "invalid_token"


class Unverifiable(Unauthenticated):
    """Nobody can say now whether the access token is good."""

    code = "temporarily_unavailable"


class NotFound(Refusal):
    """It does not exist, or it is somebody else's: the two are not told apart."""

    code = "not_found"


class Forbidden(Refusal):
    code = "forbidden"


class SubscriptionRequired(Forbidden):
    code = "subscription_required"


class AccountSuspended(Forbidden):
    code = "account_suspended"


class AccountClosing(Forbidden):
    code = "account_closing"


class RetentionExceeded(Forbidden):
    code = "retention_exceeded"


class Conflict(Refusal):
    code = "conflict"


class Outdated(Refusal):
    """The caller changes something on the strength of what it no longer is."""

    code = "precondition_failed"


class TooLarge(Refusal):
    code = "too_large"


class Limited(Refusal):
    """Too many requests; ``retry_after`` in seconds."""

    code = "rate_limit_exceeded"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
