"""Standing: which of four kinds of mail a row is, as dmarcian tells them apart.

- ``CAPABLE``: from a sender that can be made to pass DMARC for this domain; it may or may not do so yet.
- ``NON_COMPLIANT``: from a sender that has no way to pass for the domains of its customers.
- ``FORWARDER``: on its way through somebody who passes mail on.
- ``THREAT``: all else, for want of proof that it is anything better.

The rule, first match wins. *Own* is what belongs to the organizational domain of the header-from; whatever
is called passed did so in the reporter's results, aligned or not.

1. SPF passed for an own domain: the domain let this address send. Capable.
2. The receiver overrode its policy as forwarded, trusted forwarder or mailing list, or says in a comment that
   an ARC chain passed. Forwarder.
3. A signature of an own domain passed: the message is the domain's, and the question is who brought it.
   Capable if the address is an own one (``_is_own_host``) or that of a sender for its customers
   (``_is_direct``); else forwarder.
4. The confirmed host name is an own one, that is, the domain's DNS leads to the address. Capable: it is the
   domain's server, and sends without a signature or an entry in SPF.
5. Nothing passed that belongs to a known sender, or what did belongs to one that lets machines to anybody, or
   only the network tells of a sender. Threat: header-from, failing signatures and rented hosts are had by
   everybody.
6. The sender is a forwarder or a gateway, which hand on what others sent. Forwarder.
7. Capable or non-compliant, as the catalogue says of the sender.

Known limits: whoever has an account with a capable sender, and is let use any header-from there, counts as
capable, as that sender's other customers do. A domain's server that signs and is in neither SPF nor its DNS
counts as a forwarder.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from itertools import product
from typing import Final

from shared.core.domain_names import organizational_domain
from shared.core.senders.identification import Evidence, Identified, Proof
from shared.core.senders.sender import Sender, SenderCategory
from shared.mailauth.reports.values import Evaluated, Override

FORWARDED: Final = frozenset({"forwarded", "trusted_forwarder", "mailing_list"})
"""Override types by which a receiver says that it knows why authentication failed."""

_ARC: Final = re.compile(r"\barc\s*=\s*pass\b", re.IGNORECASE)
_RELAYS: Final = frozenset({SenderCategory.FORWARDING, SenderCategory.GATEWAY})
_OPEN: Final = _RELAYS | {SenderCategory.MAILBOX, SenderCategory.HOSTING}
"""Categories whose addresses bring mail that others signed: that of any customer's correspondents."""


class Standing(StrEnum):
    CAPABLE = "dmarc_capable"
    NON_COMPLIANT = "non_compliant"
    FORWARDER = "forwarders"
    THREAT = "threat_unknown"


_JUDGED: Final = {
    (dkim, spf, forwarded): Evaluated(
        None,
        "pass" if dkim else "fail",
        "pass" if spf else "fail",
        (Override("forwarded"),) if forwarded else (),
    )
    for dkim, spf, forwarded in product((False, True), repeat=3)
}


def what_bears(evaluated: Evaluated) -> Evaluated:
    """What of it bears on the standing: rows that differ in nothing else have the same."""
    return _JUDGED[
        evaluated.dkim == "pass", evaluated.spf == "pass", any(map(_is_forwarding, evaluated.overrides))
    ]


def standing_of(evaluated: Evaluated, evidence: Evidence, identified: Identified | None) -> Standing:
    """The standing of one row; ``identified`` is what ``identify`` said of its evidence."""
    own = _organizational(evidence.header_from)
    if evaluated.spf == "pass" or any(_organizational(domain) == own for domain in _returned(evidence)):
        return Standing.CAPABLE
    if any(_is_forwarding(override) for override in evaluated.overrides):
        return Standing.FORWARDER
    if evaluated.dkim == "pass" or any(_organizational(domain) == own for domain in _signed(evidence)):
        direct = _is_own_host(evidence, own) or (identified is not None and _is_direct(evidence, identified))
        return Standing.CAPABLE if direct else Standing.FORWARDER
    if _is_own_host(evidence, own):
        return Standing.CAPABLE
    return _of_sender(identified)


def _of_sender(identified: Identified | None) -> Standing:
    """Of a row in which nothing is the domain's own."""
    if identified is None or identified.proof is Proof.NETWORK:
        return Standing.THREAT
    sender = identified.sender
    if sender.category is SenderCategory.HOSTING:
        return Standing.THREAT
    if sender.category in _RELAYS:
        return Standing.FORWARDER
    return Standing.CAPABLE if sender.capable else Standing.NON_COMPLIANT


def _is_forwarding(override: Override) -> bool:
    return override.type in FORWARDED or _ARC.search(override.comment or "") is not None


def _is_own_host(evidence: Evidence, own: str) -> bool:
    host = evidence.host
    if host is None or not host.confirmed or host.name is None:
        return False
    return _organizational(host.name) == own


def _is_direct(evidence: Evidence, identified: Identified) -> bool:
    """Whether a message with the domain's signature comes from where it was signed.

    It does from the address, or in the envelope, of a sender that signs for its customers and brings nobody
    else's mail. Mailbox providers, gateways, hosting companies and forwarders bring everybody's: there it
    does if the selector is one that they hand out, and the envelope is not another customer's.
    """
    if any(_signs_for_customers(sender) for sender in (identified.address, identified.returned)):
        return True
    if identified.selected is None or identified.address is not identified.selected:
        return False
    return identified.returned is identified.selected or not any(_returned(evidence))


def _signs_for_customers(sender: Sender | None) -> bool:
    return sender is not None and sender.category not in _OPEN and sender.signs


def _signed(evidence: Evidence) -> list[str]:
    return [signature.domain for signature in evidence.auth.dkim if signature.result == "pass"]


def _returned(evidence: Evidence) -> list[str]:
    return [check.domain for check in evidence.auth.spf if check.result == "pass" and check.domain]


@lru_cache(maxsize=16_384)
def _organizational(name: str) -> str:
    return organizational_domain(name)
