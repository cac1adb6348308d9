"""How the customers of a sender make its mail pass DMARC: what the catalogue says of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DkimMeans(StrEnum):
    """How a signature with the customer's domain comes about.

    ``CNAME`` and ``TXT``: what the customer publishes. ``HANDED_OUT``: records of the one kind or the
    other, as the sender shows them to each customer. ``AUTOMATIC``: the sender publishes the key itself.
    ``NONE``: not at all.
    """

    CNAME = "cname"
    TXT = "txt"
    HANDED_OUT = "handed_out"
    AUTOMATIC = "automatic"
    NONE = "none"


class SpfMeans(StrEnum):
    """How a return-path with the customer's domain comes about, and passes.

    ``CUSTOM_RETURN_PATH``: the customer names a subdomain for bounces. ``INCLUDE``: the return-path is the
    customer's address, and its SPF record includes the sender. ``NONE``: the return-path is the sender's.
    """

    CUSTOM_RETURN_PATH = "custom_return_path"
    INCLUDE = "include"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Alignment:
    """``how`` says in a sentence what a customer does; ``docs`` is the sender's own page about it."""

    dkim: DkimMeans
    spf: SpfMeans
    how: str
    docs: str | None = None

    @property
    def signs(self) -> bool:
        return self.dkim is not DkimMeans.NONE

    @property
    def capable(self) -> bool:
        """Whether a customer can make its mail pass DMARC at all."""
        return self.signs or self.spf is not SpfMeans.NONE
