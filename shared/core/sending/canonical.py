"""One address in one form, however it is written."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from shared.core.errors import NotFound


def canonical(text: str) -> str | None:
    """The form that reports are stored with: lower case, shortest, IPv4-mapped IPv6 as IPv4. None for what
    is no address, and for one with a zone."""
    try:
        parsed = ip_address(text.strip().strip("[]"))
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address):
        if parsed.scope_id is not None:
            return None
        return str(parsed.ipv4_mapped or parsed)
    return str(parsed)


def required_address(text: str) -> str:
    """``NotFound`` for what is no address: nothing was ever sent from there."""
    address = canonical(text)
    if address is None:
        raise NotFound("This is no IP address", param="ip")
    return address
