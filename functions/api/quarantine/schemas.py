"""Quarantine on the wire."""

from __future__ import annotations

from pydantic import Field

from shared.core.mail import Trust
from shared.edge.schemas import Timestamp, Wire


class QuarantineEntry(Wire):
    id: str = Field(examples=["qua_2790561325481984"])
    reason: str = Field(examples=["unknown_domain"], description="For programs.")
    detail: str = Field(description="For people.")
    path: str = Field(description="Which part of the delivery it is; empty for all of it.")
    door: str = Field(description="How it came: `mail`, `upload` or `https`.")
    received_at: Timestamp
    expires_at: Timestamp
    replayed_at: Timestamp | None
    trust: Trust = Field(description="How the mail authenticated.")
    recipients: list[str]
    sender: str
    subject: str
    domain: str = Field(description="The domain it is about, as far as known.")
    reporter: str
    report_id: str
    nobodys: bool = Field(description="It belongs to no account; operators alone see it.")


class Replay(Wire):
    reason: str | None = Field(default=None, max_length=100, description="Only entries with this reason.")
    cursor: str | None = Field(default=None, max_length=200, description="`next_cursor` of the call before.")


class Replayed(Wire):
    replayed: int = Field(description="Entries whose delivery is being read again.")
    has_more: bool
    next_cursor: str | None
