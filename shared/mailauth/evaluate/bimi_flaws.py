"""What can be wrong with a domain's BIMI beyond the text of its record."""

from __future__ import annotations

from typing import Final

from shared.mailauth.findings import Flaw, Severity

RULE: Final = "BIMI draft"
_DISCOVERY: Final = "BIMI draft, assertion record discovery"
_DMARC: Final = "BIMI draft, requirements on DMARC"
_ERROR: Final = Severity.ERROR
_WARNING: Final = Severity.WARNING

DNS_ERROR: Final = Flaw(
    "dns_error",
    _WARNING,
    "The DNS gave no usable answer for {subject}: {reason}.",
    "Ask again; if it lasts, see whether the name servers of the domain answer.",
    _DISCOVERY,
)
BAD_SELECTOR: Final = Flaw(
    "bimi_bad_selector",
    _ERROR,
    "{subject!r} cannot be a selector: with the domain it makes no name.",
    "Use letters, digits and hyphens; the usual selector is default.",
    _DISCOVERY,
)
MISSING: Final = Flaw(
    "bimi_missing",
    Severity.INFO,
    "There is no BIMI record at {subject}.",
    "Publish one when the domain's DMARC policy is enforced and the image is ready.",
    _DISCOVERY,
)
SEVERAL: Final = Flaw(
    "bimi_several_records",
    _ERROR,
    "There are {count} BIMI records at {subject}, so none counts.",
    "Keep one of them.",
    _DISCOVERY,
)
IMAGE_TYPE: Final = Flaw(
    "bimi_image_media_type",
    _ERROR,
    "The image is served as {subject!r}, not as image/svg+xml.",
    "Have the web server send Content-Type: image/svg+xml for .svg and .svgz.",
    RULE,
)
DMARC_UNKNOWN: Final = Flaw(
    "bimi_dmarc_unknown",
    _WARNING,
    "Whether DMARC is enforced is not known: {subject}.",
    "Ask again; the DNS did not answer.",
    _DMARC,
)
NO_DMARC: Final = Flaw(
    "bimi_no_dmarc",
    _ERROR,
    "{subject} has no DMARC policy that takes effect.",
    "Publish a DMARC record, and raise it to quarantine or reject once all mail passes.",
    _DMARC,
)
NOT_ENFORCED: Final = Flaw(
    "bimi_dmarc_not_enforced",
    _ERROR,
    "The DMARC policy for {subject} is {policy}.",
    "BIMI needs quarantine or reject, for the domain and its organizational domain.",
    _DMARC,
)
SUBDOMAINS_NOT_ENFORCED: Final = Flaw(
    "bimi_dmarc_subdomains_not_enforced",
    _ERROR,
    "The DMARC record of {subject} has sp=none.",
    "BIMI needs a subdomain policy of quarantine or reject; remove sp to let p hold for them.",
    _DMARC,
)
PARTLY_ENFORCED: Final = Flaw(
    "bimi_dmarc_partly_enforced",
    _ERROR,
    "The DMARC record of {subject} has p=quarantine with pct={pct}.",
    "Remove pct: receivers show no image for a policy that holds for a part of the mail.",
    _DMARC,
)
TESTING: Final = Flaw(
    "bimi_dmarc_testing",
    _WARNING,
    "The DMARC record of {subject} has t=y: receivers may take the policy for not enforced.",
    "Remove t=y once all mail passes.",
    _DMARC,
)
