"""A sender: an organisation that sends mail for others, and by what it is recognised."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.core.senders.alignment import Alignment


class SenderCategory(StrEnum):
    """What the organisation does for those who send through it."""

    MAILBOX = "mailbox"
    HOSTING = "hosting"
    TRANSACTIONAL = "transactional"
    GATEWAY = "gateway"
    FORWARDING = "forwarding"
    MARKETING = "marketing"
    CRM = "crm"
    HELPDESK = "helpdesk"
    COMMERCE = "commerce"
    FINANCE = "finance"
    PEOPLE = "people"
    PRODUCTIVITY = "productivity"


CARRIERS: Final = frozenset(
    {
        SenderCategory.MAILBOX,
        SenderCategory.HOSTING,
        SenderCategory.TRANSACTIONAL,
        SenderCategory.GATEWAY,
        SenderCategory.FORWARDING,
    }
)
"""Categories that carry what others compose. Of two signatures, theirs tells less about who sends."""


@dataclass(frozen=True, slots=True)
class Sender:
    id: str
    name: str
    domain: str
    category: SenderCategory
    domains: tuple[str, ...] = ()
    dkim: tuple[str, ...] = ()
    return_path: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    selectors: tuple[str, ...] = ()
    networks: tuple[int, ...] = ()
    network_names: tuple[str, ...] = ()
    spf: tuple[str, ...] = ()
    alignment: Alignment | None = None

    @property
    def signs(self) -> bool:
        """Whether it can sign as its customers. Of whom nothing is said, that is believed."""
        return self.alignment is None or self.alignment.signs

    @property
    def capable(self) -> bool:
        """Whether its customers can make its mail pass DMARC."""
        return self.alignment is None or self.alignment.capable
