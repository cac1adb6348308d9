"""Where reports go: the URI lists of ``rua`` and ``ruf`` (RFC 9989 section 4.7, RFC 8460 section 3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from shared.mailauth.names import BadName, normalised

_SPACE: Final = " \t\r\n"
_SIZE: Final = re.compile(r"!([0-9]{1,20}[kmgtKMGT]?)\Z", re.ASCII)
_URI: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):([!-~]+)", re.ASCII)
_MAILBOX: Final = re.compile(r"[!-?A-~]{1,64}@[!-~]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class ReportUri:
    """One destination. ``uri`` is without the obsolete size limit (``!10m``), which is ``size_limit``;
    ``address`` the mailbox of a mailto, ``host`` its domain or that of an https URI, as A-labels.
    ``start`` and ``end`` are its place in the record."""

    uri: str
    scheme: str
    address: str
    host: str
    size_limit: str
    valid: bool
    start: int
    end: int

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end


def read_uris(value: str, offset: int) -> tuple[ReportUri, ...]:
    """The URIs of a comma-separated list that begins at ``offset`` of its record. Commas and exclamation
    marks that belong to a URI are percent-encoded in it, so nothing is decoded before it is split."""
    found = []
    place = offset
    for piece in value.split(","):
        text = piece.strip(_SPACE)
        start = place + len(piece) - len(piece.lstrip(_SPACE))
        found.append(_uri(text, start))
        place += len(piece) + 1
    return tuple(found)


def _uri(text: str, start: int) -> ReportUri:
    size = _SIZE.search(text)
    uri = text[: size.start()] if size else text
    match = _URI.fullmatch(uri)
    scheme = match[1].lower() if match else ""
    address = unquote(match[2].partition("?")[0]) if match and scheme == "mailto" else ""
    host = _host(scheme, address, match[2] if match else "")
    valid = match is not None and (scheme not in ("mailto", "https") or bool(host))
    return ReportUri(uri, scheme, address, host, size[1] if size else "", valid, start, start + len(text))


def _host(scheme: str, address: str, rest: str) -> str:
    if scheme == "mailto":
        name = address.rpartition("@")[2] if _MAILBOX.fullmatch(address) else ""
    elif scheme == "https" and rest.startswith("//"):
        authority = re.split(r"[/?#]", rest[2:], maxsplit=1)[0]
        name = authority.rpartition("@")[2].partition(":")[0]
    else:
        return ""
    try:
        return normalised(name)
    except BadName:
        return ""
