"""What can keep reports from a destination."""

from __future__ import annotations

from typing import Final

from shared.mailauth.findings import Flaw, Severity

_RFC: Final = "RFC 9990 section 4"

UNSUPPORTED: Final = Flaw(
    "destination_unsupported",
    Severity.WARNING,
    "{subject} is no address that reporters mail to; they ignore it.",
    "Use a mailto: URI.",
    "RFC 9989 section 4.7",
)
IMPOSSIBLE: Final = Flaw(
    "destination_cannot_consent",
    Severity.ERROR,
    "The name of the record by which {subject} would consent is longer than {most} octets.",
    "Send the reports to an address of the same organization.",
    _RFC,
)
UNAUTHORIZED: Final = Flaw(
    "destination_not_authorized",
    Severity.ERROR,
    "Reports do not reach {subject}: {host} does not consent to receive them.",
    'Have {host} publish a TXT record "v=DMARC1" at {name}.',
    _RFC,
)
WILDCARD_HIDDEN: Final = Flaw(
    "destination_wildcard_hidden",
    Severity.ERROR,
    "Reports do not reach {subject}: {host} consents by a wildcard, but it does not act at {name}.",
    "A more specific name below _report._dmarc.{host} hides the wildcard from its siblings: have {host}"
    ' remove it, or publish "v=DMARC1" at {name}, too.',
    "RFC 4592 section 3.3.1",
)
REDIRECTED: Final = Flaw(
    "destination_redirected",
    Severity.INFO,
    "Reports for {subject} go to {other}: the destination's own record says so.",
    "Nothing is to be done if that is meant.",
    _RFC,
)
CONTRADICTED: Final = Flaw(
    "destination_contradicted",
    Severity.ERROR,
    "Nobody receives the reports for {subject}: the destination's record names {other}, not at {host}.",
    "Have {host} remove the address from its record, or name one at {host}.",
    _RFC,
)
UNKNOWN: Final = Flaw(
    "dns_error",
    Severity.WARNING,
    "Whether reports reach {subject} is not known: the DNS gave no usable answer for {name} ({reason}).",
    "Try again; if it stays so, check the name servers of {name}.",
    _RFC,
)
TOO_MANY: Final = Flaw(
    "destination_not_examined",
    Severity.WARNING,
    "Whether reports reach {subject} was not looked up: the record names more than {most} foreign hosts.",
    "Name fewer destinations; reporters serve only some of many.",
    "RFC 9989 section 4.7",
)
