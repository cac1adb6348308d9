"""What only shows where several records of a domain are seen together."""

from __future__ import annotations

from typing import Final

from shared.mailauth.findings import Flaw, Severity

_WARNING, _INFO = Severity.WARNING, Severity.INFO

STS_WITHOUT_REPORTS: Final = Flaw(
    "mta_sts_without_tls_rpt",
    _WARNING,
    "{subject} has an MTA-STS policy, but nobody reports when senders fail to apply it.",
    'Publish a TLS-RPT record at _smtp._tls.{subject}: "v=TLSRPTv1; rua=mailto:...".',
    "RFC 8461 section 8.1",
)
REPORTS_TO_NOWHERE: Final = Flaw(
    "reports_undeliverable",
    _WARNING,
    "Reports go to {subject}, but {host} receives no mail.",
    "Send them to an address at a domain that receives mail.",
    "RFC 9990 section 4",
)
REJECT_WITHOUT_DKIM: Final = Flaw(
    "dmarc_reject_without_dkim",
    _WARNING,
    "{subject} asks receivers to reject mail, but no DKIM key was found: forwarded mail, which fails SPF, is"
    " lost.",
    "Sign all mail with DKIM. If it is signed, look the key up by its selector.",
    "RFC 9989 section 5.1.7",
)
PARKED: Final = Flaw(
    "domain_parked",
    _INFO,
    "{subject} says by SPF, DMARC and MX that it has no mail.",
    "Nothing is to be done; keep rua, which shows who tries to use the name.",
    "M3AAWG parked domains best practices",
)
KEYS_NOT_REVOKED: Final = Flaw(
    "domain_parked_keys_not_revoked",
    _INFO,
    "{subject} sends no mail, but does not revoke every DKIM key that it may have had.",
    'Publish a TXT record at *._domainkey.{subject}: "v=DKIM1; p=".',
    "M3AAWG parked domains best practices",
)
PARKED_IN_PART: Final = Flaw(
    "domain_parked_incomplete",
    _WARNING,
    "{subject} says that it sends no mail, but not in every way: {lacking}.",
    'For a domain without mail publish "v=spf1 -all", a null MX, and DMARC with reject in p, sp and np.',
    "M3AAWG parked domains best practices",
)
NULL_MX_BUT_SENDS: Final = Flaw(
    "null_mx_but_sends",
    _WARNING,
    "{subject} receives no mail (null MX), but its SPF record lets hosts send: receivers may refuse it.",
    'Publish "v=spf1 -all", or MX hosts that take the answers.',
    "RFC 7505 section 4.2",
)
