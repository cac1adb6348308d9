"""How a delivery reached us, and how it authenticated."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Protocol


class Door(StrEnum):
    """The three ways in."""

    MAIL = "mail"
    UPLOAD = "upload"
    HTTPS = "https"


class Trust(StrEnum):
    """What the authentication of a report's mail is worth (RFC 9990 section 3.5.1).

    ``FAILED`` mail claims a sender that disowns it. It is stored and shown, and can be excluded.
    """

    AUTHENTICATED = "authenticated"
    UNVERIFIED = "unverified"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What SES found, in its words: ``PASS``, ``FAIL``, ``GRAY``, ``PROCESSING_FAILED`` or ``""``."""

    spam: str = ""
    virus: str = ""
    spf: str = ""
    dkim: str = ""
    dmarc: str = ""

    @property
    def trust(self) -> Trust:
        """DMARC decides. Without its answer (GRAY: the sender publishes no policy) a mail is disowned only
        where both SPF and DKIM failed, and owned never."""
        if self.dmarc == "PASS":
            return Trust.AUTHENTICATED
        if self.dmarc == "FAIL" or (self.spf == "FAIL" and self.dkim == "FAIL"):
            return Trust.FAILED
        return Trust.UNVERIFIED

    @property
    def trust_of_signed(self) -> Trust:
        """As ``trust``, for what has to be signed: an SPF pass alone makes nothing authentic."""
        is_signed = self.dkim == "PASS" or self.trust is not Trust.AUTHENTICATED
        return self.trust if is_signed else Trust.UNVERIFIED


@dataclass(frozen=True, slots=True)
class Delivery:
    """One object to open: its key in the mail bucket, and for whom it came.

    ``recipients`` are envelope recipients. ``account`` is set instead where the door already knows it
    (uploads). ``received`` in epoch seconds.
    """

    key: str
    door: Door
    received: int
    recipients: tuple[str, ...] = ()
    account: int | None = None
    verdicts: Verdicts = Verdicts()
    sender: str = ""
    subject: str = ""
    replay: bool = False
    """Asked for again by a user: what it left in quarantine is looked at once more."""


class Mailbox(Protocol):
    """The raw deliveries, as they came."""

    def open(self, key: str) -> BinaryIO:
        """A stream of the bytes; ``NotFound`` when they are gone."""

    def put(self, key: str, data: bytes) -> None: ...

    def seclude(self, key: str) -> None:
        """Move a delivery that holds a failure report to a prefix, encryption key and lifetime of its
        own. It keeps its name: every method finds it by the first key. Doing it again is harmless;
        ``NotFound`` when it is gone."""

    def is_secluded(self, key: str) -> bool:
        """``NotFound`` when it is gone."""

    def remove(self, key: str) -> None:
        """Remove it; no error when it is gone already."""

    def link(self, key: str, *, seconds: int, filename: str) -> str:
        """A presigned URL that downloads it for so long; ``NotFound`` when it is gone."""

    def upload_link(self, key: str, *, seconds: int) -> str:
        """A presigned URL that takes one PUT of it for so long."""
