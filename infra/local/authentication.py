"""Verdicts on a mail whose sender says none: DKIM and DMARC by what the local DNS server holds.

SPF stays GRAY: every peer is a loopback address here, which says nothing about who sent a mail.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.utils import getaddresses
from functools import cache
from typing import Final

import dns.exception
import dns.message
import dns.query
import dns.rdatatype
from publicsuffixlist import PublicSuffixList

from infra.local.dkim import FindText, Outcome, verify
from infra.local.ports import HOST
from infra.local.verdicts import Verdicts

DNS_SECONDS: Final = 2.0
_POLICY: Final = re.compile(rb"(?:^|;)\s*p\s*=\s*(none|quarantine|reject)\s*(?:;|$)", re.IGNORECASE)


class Judge:
    """Judges mail by the DNS server on a loopback port."""

    def __init__(self, dns_port: int) -> None:
        self._port = dns_port

    def __call__(self, message: bytes) -> Verdicts:
        return judge(message, self._find_text, time.time())

    def _find_text(self, name: str) -> Sequence[bytes]:
        try:
            response, _ = dns.query.udp_with_fallback(
                dns.message.make_query(name, dns.rdatatype.TXT), HOST, timeout=DNS_SECONDS, port=self._port
            )
        except dns.exception.DNSException as error:
            raise OSError(f"no answer for {name}") from error
        sets = [rrset for rrset in response.answer if rrset.rdtype == dns.rdatatype.TXT]
        return [b"".join(data.strings) for rrset in sets for data in rrset]


def judge(message: bytes, find_text: FindText, now: float) -> Verdicts:
    """The verdicts on a message, spam and virus always PASS."""
    outcomes = verify(message, find_text, now)
    author = header_from_domain(message)
    try:
        published = _published_policy(author, find_text) if author else None
    except OSError:
        return Verdicts(dkim=_dkim(outcomes), dmarc="PROCESSING_FAILED")
    passing = {outcome.domain for outcome in outcomes if outcome.status == "PASS"}
    if published is not None and any(aligned(domain, author) for domain in passing):
        return Verdicts(dkim=_dkim(outcomes), dmarc="PASS")
    if published in (None, "none"):
        return Verdicts(dkim=_dkim(outcomes), dmarc="GRAY")
    return Verdicts(dkim=_dkim(outcomes), dmarc="FAIL", dmarc_policy=published)


def header_from_domain(message: bytes) -> str:
    """Domain of the author's address; empty when there is not exactly one author."""
    fields = message_from_bytes(message, policy=policy.compat32).get_all("From", [])
    addresses = [address for _, address in getaddresses([str(field) for field in fields])]
    if len(addresses) != 1 or "@" not in addresses[0]:
        return ""
    return addresses[0].rpartition("@")[2].strip().rstrip(".").lower()


def aligned(domain: str, author: str) -> bool:
    """Relaxed alignment: both have one organizational domain."""
    return _organizational(domain) == _organizational(author)


def _dkim(outcomes: list[Outcome]) -> str:
    """One good signature is enough; without any there is nothing to judge."""
    for status in ("PASS", "PROCESSING_FAILED", "FAIL"):
        if any(outcome.status == status for outcome in outcomes):
            return status
    return "GRAY"


def _published_policy(author: str, find_text: FindText) -> str | None:
    """``p=`` of the author domain's record, or else of its organizational domain's."""
    for domain in dict.fromkeys((author, _organizational(author))):
        records = [text for text in find_text(f"_dmarc.{domain}.") if text.startswith(b"v=DMARC1")]
        if len(records) == 1:
            found = _POLICY.search(records[0])
            return found[1].decode().lower() if found else "none"
    return None


def _organizational(domain: str) -> str:
    return str(_suffixes().privatesuffix(domain) or domain)


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
