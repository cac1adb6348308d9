"""What can be said about a domain's MX records."""

from __future__ import annotations

from typing import Final

from shared.mailauth.findings import Flaw, Severity

DNS_ERROR: Final = Flaw(
    "dns_error",
    Severity.WARNING,
    "The DNS gave no usable answer for {subject} ({reason}): nothing is known about it.",
    "Try again; if it stays so, check the name servers of the domain.",
    "RFC 5321 section 5.1",
)
NO_MX: Final = Flaw(
    "mx_missing",
    Severity.INFO,
    "{subject} has neither an MX record nor an address: it receives no mail.",
    "A domain that never receives mail says so with a null MX: MX 0 . (and nothing else).",
    "RFC 5321 section 5.1",
)
IMPLICIT_MX: Final = Flaw(
    "mx_implicit",
    Severity.WARNING,
    "{subject} has no MX record; senders deliver to its own address.",
    "Publish the MX hosts that take its mail, or a null MX (MX 0 .) if it receives none.",
    "RFC 5321 section 5.1",
)
NULL_MX_AMONG_OTHERS: Final = Flaw(
    "mx_null_among_others",
    Severity.ERROR,
    "{subject} publishes a null MX together with other MX records.",
    "Keep either the null MX alone, or the hosts.",
    "RFC 7505 section 3",
)
UNREADABLE: Final = Flaw(
    "mx_unreadable",
    Severity.ERROR,
    "The MX record {subject!r} is not a preference and a host.",
    "Publish a number and the name of a host.",
    "RFC 1035 section 3.3.9",
)
TWICE: Final = Flaw(
    "mx_repeated",
    Severity.WARNING,
    "{subject} is named by more than one MX record.",
    "Keep one record for each host.",
    "RFC 5321 section 5.1",
)
ADDRESS: Final = Flaw(
    "mx_is_address",
    Severity.ERROR,
    "The MX {subject} is an IP address, not the name of a host.",
    "Give the address a name with an A or AAAA record, and name that.",
    "RFC 1035 section 3.3.9",
)
BAD_NAME: Final = Flaw(
    "mx_bad_name",
    Severity.ERROR,
    "The MX {subject!r} is not the name of a host.",
    "Name a host that has an A or AAAA record.",
    "RFC 5321 section 2.3.5",
)
NO_ADDRESS: Final = Flaw(
    "mx_without_address",
    Severity.ERROR,
    "The MX host {subject} has no address.",
    "Publish its A or AAAA record, or remove it from the MX records.",
    "RFC 5321 section 5.1",
)
ALIAS: Final = Flaw(
    "mx_is_alias",
    Severity.WARNING,
    "The MX host {subject} is an alias (CNAME) of {target}; some senders do not follow it.",
    "Name {target} itself in the MX record.",
    "RFC 2181 section 10.3",
)
MANY_HOSTS: Final = Flaw(
    "mx_many_hosts",
    Severity.WARNING,
    "{subject} has {count} MX hosts; the addresses of the first {most} were looked up.",
    "SPF's mx mechanism fails with more than 10 hosts, and senders try only some of them.",
    "RFC 7208 section 4.6.4",
)
