"""From what a request says to the question it asks."""

from __future__ import annotations

from datetime import date
from ipaddress import IPv6Address, ip_address

from shared.core.access import Readable
from shared.core.errors import Malformed
from shared.core.failures.jobs import Question
from shared.core.failures.marks import sought_address
from shared.core.ids import DomainId
from shared.wiring import table


def question_of(  # noqa: PLR0913 (each is a field of the question)
    *,
    first: date | None,
    last: date | None,
    domains: tuple[DomainId, ...] = (),
    domain_part: str = "",
    subject: str,
    address: str,
    source_ip: str,
    feedback_type: str,
    provider: str,
) -> Question:
    return Question(
        first=first,
        last=last,
        domains=domains,
        domain_part=domain_part,
        subject=subject.strip(),
        address=sought_address(address, table.redaction_key()) if address.strip() else "",
        source_ip=_canonical(source_ip.strip()),
        feedback_type=feedback_type.lower(),
        provider=provider.strip(),
    )


def named(right: Readable, asked: list[str]) -> tuple[DomainId, ...]:
    """The domains that a question names, in one order however they were named."""
    return tuple(sorted(right.within or ())) if asked else ()


def _canonical(text: str) -> str:
    if not text:
        return ""
    try:
        address = ip_address(text)
    except ValueError:
        raise Malformed("report_source_ip is an IPv4 or IPv6 address", param="report_source_ip") from None
    return str(address.ipv4_mapped or address) if isinstance(address, IPv6Address) else str(address)
