"""API keys on the wire."""

from __future__ import annotations

from pydantic import Field

from shared.edge.schemas import Timestamp, Wire


class ApiKey(Wire):
    id: str = Field(examples=["key_5823"])
    name: str = Field(examples=["Nightly export"])
    prefix: str = Field(examples=["ps_live_dWx0"], description="The first 12 characters of the key.")
    requests_per_minute: int
    created_at: Timestamp
    last_used_at: Timestamp | None


class NewApiKey(ApiKey):
    key: str | None = Field(
        description="The key itself, shown this once: null when the same request is answered again."
    )


class CreateApiKey(Wire):
    name: str = Field(
        examples=["Nightly export"], description="What it is for: 1 to 100 printable characters."
    )
