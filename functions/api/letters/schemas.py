"""What is sent with the token of a letter."""

from __future__ import annotations

from pydantic import Field

from shared.edge.schemas import Wire

_LAST_PART = "What the link of the letter ends with."


class TakeUp(Wire):
    token: str = Field(description=_LAST_PART)
    password: str | None = Field(
        default=None, description="For who has no sign-in yet; to be left out by everybody else."
    )


class TakenUp(Wire):
    id: str = Field(examples=["user_19"])
    email: str = Field(examples=["anna@orchard.example"])
    account_id: str = Field(examples=["usr_7"])
    password_set: bool = Field(description="False for who had a sign-in already.")


class AskReset(Wire):
    email: str = Field(examples=["anna@orchard.example"], max_length=1_000)


class ConfirmReset(Wire):
    token: str = Field(description=_LAST_PART)
    password: str


class EndDigests(Wire):
    token: str = Field(description=_LAST_PART)


class ConfirmAddress(Wire):
    token: str = Field(description=_LAST_PART)


class Confirmed(Wire):
    email: str = Field(examples=["anna@orchard.example"])
