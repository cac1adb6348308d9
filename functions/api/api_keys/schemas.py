"""API keys on the wire."""

from __future__ import annotations

from pydantic import Field

from shared.core.key_issuing import LONGEST_OVERLAP, OVERLAP_SECONDS
from shared.core.rights import Scope
from shared.edge.schemas import Timestamp, Wire

_NAME = "What it is for: 1 to 100 printable characters."


class ApiKey(Wire):
    id: str = Field(examples=["key_5823"])
    name: str = Field(examples=["Nightly export"])
    prefix: str = Field(examples=["ps_live_dWx0"], description="The first 12 characters of the key.")
    scopes: list[Scope] = Field(examples=[["forensic", "read"]])
    group_id: str | None = Field(
        examples=["grp_42"], description="The group whose domains it opens; null for every domain."
    )
    requests_per_minute: int
    created_at: Timestamp
    last_used_at: Timestamp | None = Field(description="To the minute.")
    expires_at: Timestamp | None
    successor_id: str | None = Field(
        examples=["key_5824"], description="The key that it was rotated to; it expires soon or has expired."
    )


class NewApiKey(ApiKey):
    key: str | None = Field(
        description="The key itself, shown this once: null when the same request is answered again."
    )


class CreateApiKey(Wire):
    name: str = Field(examples=["Nightly export"], description=_NAME)
    scopes: list[Scope] | None = Field(
        default=None,
        examples=[["read"]],
        description=(
            "`read`, `write` (domains and what is theirs), `forensic` (failure reports), `billing` and "
            "`admin` (people, groups, keys, the account). `write` and `forensic` include `read`. Left out: "
            "all that you have; of a key of one group without `billing` and `admin`, which reach beyond it."
        ),
    )
    group_id: str | None = Field(
        default=None, examples=["grp_42"], description="Opens the domains of this group only."
    )
    expires_at: Timestamp | None = Field(
        default=None, description="From then on it is refused. Within ten years; left out: never."
    )


class RenameApiKey(Wire):
    name: str = Field(examples=["Nightly export"], description=_NAME)


class RotateApiKey(Wire):
    overlap_seconds: int = Field(
        default=OVERLAP_SECONDS,
        strict=True,
        examples=[3600],
        description=f"How long the old key still works: 0 to {LONGEST_OVERLAP}.",
    )
