"""What can be wrong with the evidence document of a BIMI record."""

from __future__ import annotations

from typing import Final

from shared.mailauth.findings import Flaw, Severity

_RULE: Final = "BIMI draft, evidence document; Mark Certificate requirements"
_ERROR: Final = Severity.ERROR
_WARNING: Final = Severity.WARNING

UNREADABLE: Final = Flaw(
    "certificate_unreadable",
    _ERROR,
    "The evidence document is no chain of certificates in PEM form: {why}.",
    "Publish the certificate and its intermediates as one PEM file.",
    _RULE,
)
NOT_LEAF_FIRST: Final = Flaw(
    "certificate_order",
    _ERROR,
    "The mark certificate is not the first one of the file.",
    "Order the file: mark certificate, then each issuer behind what it issued.",
    _RULE,
)
BROKEN_CHAIN: Final = Flaw(
    "certificate_chain",
    _ERROR,
    "{subject} was not issued by the certificate behind it.",
    "Publish the chain that the mark-verifying authority delivered, in its order.",
    _RULE,
)
INCOMPLETE: Final = Flaw(
    "certificate_chain_incomplete",
    _WARNING,
    "The file holds the mark certificate only, without that of its issuer.",
    "Append the intermediate certificate; receivers need not fetch it.",
    _RULE,
)
NOT_AUTHORITY: Final = Flaw(
    "certificate_issuer_no_authority",
    _ERROR,
    "{subject} issued a certificate of the chain, but is not an authority's certificate.",
    "Publish the chain that the mark-verifying authority delivered.",
    _RULE,
)
NO_USAGE: Final = Flaw(
    "certificate_not_for_marks",
    _ERROR,
    "The certificate is not for brand indicators (extended key usage 1.3.6.1.5.5.7.3.31).",
    "Use a Verified or Common Mark Certificate; those of web servers do not count.",
    _RULE,
)
OTHER_NAME: Final = Flaw(
    "certificate_other_name",
    _ERROR,
    "The certificate is for {names}, not for {subject}.",
    "Have the certificate issued for the domain or its organizational domain.",
    _RULE,
)
NO_LOGOTYPE: Final = Flaw(
    "certificate_no_logotype",
    _ERROR,
    "The certificate has no logotype extension (1.3.6.1.5.5.7.1.12).",
    "Use a Verified or Common Mark Certificate.",
    _RULE,
)
BAD_LOGOTYPE: Final = Flaw(
    "certificate_bad_logotype",
    _ERROR,
    "The logotype of the certificate cannot be used: {why}.",
    "Ask the authority to issue the certificate anew.",
    _RULE,
)
WRONG_HASH: Final = Flaw(
    "certificate_logotype_hash",
    _ERROR,
    "The hash in the logotype extension is not that of the image in it.",
    "Ask the authority to issue the certificate anew.",
    _RULE,
)
OTHER_IMAGE: Final = Flaw(
    "certificate_other_image",
    _ERROR,
    "The image at l= is not the one in the certificate.",
    "Publish at l= octet by octet the SVG that the certificate was issued for.",
    _RULE,
)
UNKNOWN_ISSUER: Final = Flaw(
    "certificate_unknown_authority",
    _ERROR,
    "{subject} is not a known mark-verifying authority.",
    "Receivers show images on certificates of DigiCert, Entrust, GlobalSign, Sectigo or SSL.com.",
    _RULE,
)
NO_MARK_TYPE: Final = Flaw(
    "certificate_no_mark_type",
    _WARNING,
    "The certificate does not say which type of mark it is for.",
    "Ask the authority for a certificate with the mark type in its subject; older ones lack it.",
    _RULE,
)
UNKNOWN_MARK_TYPE: Final = Flaw(
    "certificate_unknown_mark_type",
    _WARNING,
    "{subject!r} is no known type of mark.",
    "Ask the authority what the certificate stands for.",
    _RULE,
)
EXPIRED: Final = Flaw(
    "certificate_expired",
    _ERROR,
    "{subject} expired on {day}.",
    "Renew it and publish the new chain.",
    _RULE,
)
NOT_YET: Final = Flaw(
    "certificate_not_yet_valid",
    _ERROR,
    "{subject} is not valid before {day}.",
    "Publish it when it is valid.",
    _RULE,
)
EXPIRES_SOON: Final = Flaw(
    "certificate_expires_soon",
    _WARNING,
    "{subject} expires on {day}, in {days} days.",
    "Renew it now: checking the mark takes the authority days to weeks.",
    _RULE,
)
