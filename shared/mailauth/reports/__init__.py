"""Reports of DMARC and TLS-RPT: ``read_delivery`` takes a mail or a file and yields what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.mailauth.reports.envelope import read_delivery

__all__ = ["read_delivery"]


def __getattr__(name: str) -> object:
    """Load the readers on first use: most functions want the values of this package and read nothing."""
    if name == "read_delivery":
        from shared.mailauth.reports.envelope import read_delivery

        return read_delivery
    raise AttributeError(name)
