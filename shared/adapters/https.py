"""HTTPS requests to URLs that strangers choose: one host, one look-up, one bounded answer.

The host's name is resolved once, and the connection goes to one of the addresses of that answer, so that
a second answer of the DNS cannot lead elsewhere. Redirects are told, not followed.
"""

from __future__ import annotations

import asyncio
import os
import re
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import cached_property
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from shared.adapters.https_exchange import Broken, Request, TooLarge, exchange
from shared.adapters.public_addresses import public_only
from shared.mailauth.evaluate.questions import Answer, Fetch, Fetched, Fetching, Question, Type
from shared.mailauth.names import BadName, normalised

Resolve = Callable[[Question], Awaitable[Answer]]

_PORT: Final = 443
_MOST_TRIED: Final = 3
"""Addresses of one host that are tried, if the first ones do not answer."""
_LONGEST_URL: Final = 2_048
_PRINTABLE: Final = re.compile(r"[!-~]+", re.ASCII)
_LOOPBACK: Final = "127.0.0.1"
_LOCAL: Final = re.compile(r"http://127\.0\.0\.1:([1-9][0-9]{0,4})(/[!-~]*)?", re.ASCII)
_NUMBER: Final = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)", re.ASCII)
_REASONS: Final = {
    9: "not yet valid",
    10: "expired",
    18: "untrusted: self-signed",
    19: "untrusted: self-signed certificate in the chain",
    20: "untrusted: unknown authority or incomplete chain",
    21: "untrusted: unknown authority or incomplete chain",
    62: "wrong name",
}
"""OpenSSL's numbers of what can be wrong with a certificate (X509_V_ERR_...)."""


class BadUrl(ValueError):
    """Not a URL that is fetched; the text says why."""


@dataclass(frozen=True, slots=True)
class _Target:
    """``port`` where it is one of this machine, asked without TLS."""

    host: str
    path: str
    port: int | None = None


class HttpsFetcher:
    """``gateway`` (host, port) takes every connection in place of the address found, once that has been
    found public. ``authority`` is a root to trust beside the system's: a path, or PEM text. With ``loopback``
    ``http://127.0.0.1:<port>`` is asked too: never where strangers choose URLs."""

    def __init__(
        self, *, gateway: tuple[str, int] | None = None, authority: str = "", loopback: bool = False
    ) -> None:
        self._gateway = gateway
        self._authority = authority
        self._loopback = loopback

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """Made when first needed: to read the system's authorities takes longer than most look-ups."""
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.hostname_checks_common_name = False
        context.set_alpn_protocols(["http/1.1"])
        if "-----BEGIN" in self._authority:
            context.load_verify_locations(cadata=self._authority)
        elif self._authority:
            context.load_verify_locations(cafile=self._authority)
        return context

    async def fetch(self, wanted: Fetch, resolve: Resolve) -> Fetched:
        """``resolve`` answers for the host's A and AAAA; each is asked once. Never raises for what the
        URL, the DNS or the web server does."""
        try:
            target = _local_target_of(wanted.url) if self._loopback else None
            target = target or _target_of(wanted.url)
        except BadUrl as bad:
            return Fetched(Fetching.REFUSED, reason=str(bad))
        addresses: tuple[str, ...] = ()
        try:
            async with asyncio.timeout(wanted.timeout):
                if target.port is not None:
                    return await self._ask_each(target, (_LOOPBACK,), wanted)
                found = await _addresses(target.host, resolve)
                if isinstance(found, Fetched):
                    return found
                addresses = found
                return await self._ask(target, addresses, wanted)
        except TimeoutError:
            return Fetched(Fetching.FAILED, reason="timeout", addresses=addresses)

    async def _ask(self, target: _Target, addresses: tuple[str, ...], wanted: Fetch) -> Fetched:
        usable = public_only(addresses)[:_MOST_TRIED]
        if not usable:
            reason = f"{target.host} has no public address"
            return Fetched(Fetching.REFUSED, reason=reason, addresses=addresses)
        return replace(await self._ask_each(target, usable, wanted), addresses=addresses)

    async def _ask_each(self, target: _Target, usable: tuple[str, ...], wanted: Fetch) -> Fetched:
        """The first of them that can be connected to."""
        if not wanted.ask:
            return Fetched(Fetching.FETCHED)
        context, reason = None if target.port is not None else self._context, ""
        for address in usable:
            try:
                async with asyncio.timeout(wanted.timeout / len(usable)):
                    reader, writer = await self._connected(target, address, context)
            except ssl.SSLCertVerificationError as trouble:
                reason = _REASONS.get(trouble.verify_code, f"untrusted: {trouble.verify_message}")
                return Fetched(Fetching.BAD_CERTIFICATE, reason=reason)
            except ssl.SSLError as trouble:
                return Fetched(Fetching.FAILED, reason=_tls_reason(trouble))
            except OSError as trouble:
                reason = f"no connection: {_network_reason(trouble)}"
                continue
            try:
                request = Request(target.host, target.path, wanted.largest, wanted.post, wanted.headers)
                return await _told(reader, writer, request)
            finally:
                writer.transport.abort()
        return Fetched(Fetching.FAILED, reason=reason)

    async def _connected(
        self, target: _Target, address: str, context: ssl.SSLContext | None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if context is None:
            return await asyncio.open_connection(address, target.port)
        where, port = self._gateway or (address, _PORT)
        return await asyncio.open_connection(where, port, ssl=context, server_hostname=target.host)


async def _told(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request) -> Fetched:
    ends = _certificate_ends(writer)
    outcome, reason = Fetching.FAILED, ""
    try:
        reply = await exchange(reader, writer, request)
    except TooLarge as trouble:
        outcome, reason = Fetching.TOO_LARGE, str(trouble)
    except Broken as trouble:
        reason = str(trouble)
    except ssl.SSLError as trouble:
        reason = _tls_reason(trouble)
    except OSError:
        reason = "connection lost"
    else:
        return Fetched(
            Fetching.FETCHED,
            status=reply.status,
            content_type=reply.content_type,
            body=reply.body,
            location=reply.location,
            certificate_ends=ends,
        )
    return Fetched(outcome, reason=reason, certificate_ends=ends)


def _certificate_ends(writer: asyncio.StreamWriter) -> int | None:
    certificate = writer.get_extra_info("peercert") or {}
    ends = certificate.get("notAfter")
    return int(ssl.cert_time_to_seconds(ends)) if isinstance(ends, str) else None


def _network_reason(trouble: OSError) -> str:
    if isinstance(trouble, TimeoutError):
        return "timeout"
    return os.strerror(trouble.errno).lower() if trouble.errno else "closed before TLS was agreed on"


def _tls_reason(trouble: ssl.SSLError) -> str:
    text = (trouble.reason or "no TLS").replace("_", " ").lower()
    return f"TLS: {text}"


async def _addresses(host: str, resolve: Resolve) -> tuple[str, ...] | Fetched:
    """IPv4 first: not every place this runs in reaches IPv6."""
    four, six = await asyncio.gather(resolve(Question(host, Type.A)), resolve(Question(host, Type.AAAA)))
    found = (four.records if four.found else ()) + (six.records if six.found else ())
    if found:
        return found
    if four.failed or six.failed:
        return Fetched(Fetching.FAILED, reason=f"DNS: {four.reason or six.reason}")
    return Fetched(Fetching.NO_ADDRESS, reason=f"{host} has no address")


def _target_of(url: str) -> _Target:
    if len(url) > _LONGEST_URL or not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise BadUrl("the URL is too long or holds characters that no URL has")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadUrl("not a URL") from None
    if parts.scheme != "https":
        raise BadUrl("only https URLs are fetched")
    if "@" in parts.netloc:
        raise BadUrl("the URL names a user")
    if port not in (None, _PORT):
        raise BadUrl(f"only port {_PORT} is asked")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Target(_host_of(parts), path)


def _local_target_of(url: str) -> _Target | None:
    """Of a URL of this very machine, None for any other."""
    match = _LOCAL.fullmatch(url)
    return None if match is None else _Target(_LOOPBACK, match.group(2) or "/", int(match.group(1)))


def _host_of(parts: SplitResult) -> str:
    try:
        host = normalised(parts.hostname or "")
    except BadName:
        host = ""
    if _is_address(parts.hostname or "") or _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise BadUrl("the URL names an address in place of a host")
    if not host:
        raise BadUrl("the URL names no host")
    return host


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
