"""Zones that programs of this checkout give the local DNS server to serve, as files in the user's folder."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import dns.exception
import dns.message
import dns.query

from infra.local import layout
from infra.local.stack_error import StackError
from infra.local.stack_file import Listener

_HEAD: Final = """\
$ORIGIN {origin}.
$TTL 60
@ IN SOA ns.postseal.test. hostmaster.postseal.test. 1 3600 600 86400 1
@ IN NS ns.postseal.test.
"""
_PATIENCE: Final = 10.0
_LONGEST_STRING: Final = 255


def write_zone(origin: str, records: Iterable[str], *, folder: Path = layout.USER_ZONES) -> Path:
    """Serve a zone with these records (lines of a master file, names relative to ``origin``), in place of
    what was served for the same origin; the server sees it within a second."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{origin}.zone"
    unfinished = path.with_suffix(".new")
    unfinished.write_text(_HEAD.format(origin=origin) + "".join(f"{record}\n" for record in records))
    unfinished.replace(path)
    return path


def remove_zone(origin: str, *, folder: Path = layout.USER_ZONES) -> None:
    (folder / f"{origin}.zone").unlink(missing_ok=True)


def txt(value: str) -> str:
    """The data of a TXT record in a master file."""
    starts = range(0, max(len(value), 1), _LONGEST_STRING)
    return " ".join(_quoted(value[start : start + _LONGEST_STRING]) for start in starts)


def publish_txt(name: str, value: str, server: Listener, *, folder: Path = layout.USER_ZONES) -> None:
    """Serve one TXT record as a zone of its own, whatever holds the rest of its domain, and wait until
    the DNS server answers with it."""
    write_zone(name, [f"@ IN TXT {txt(value)}"], folder=folder)
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if value in _texts(name, server):
            return
        time.sleep(0.1)
    raise StackError(f"the DNS server does not answer with the TXT record {name}")


def _texts(name: str, server: Listener) -> list[str]:
    try:
        answer = dns.query.udp(dns.message.make_query(name, "TXT"), server.host, 1.0, server.port)
    except (dns.exception.DNSException, OSError):
        return []
    return ["".join(part.decode() for part in data.strings) for rrset in answer.answer for data in rrset]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
