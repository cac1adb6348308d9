"""What can be said of an SPF record with all that it includes."""

from __future__ import annotations

from typing import Final

from shared.mailauth.evaluate.spf_branch import Trouble
from shared.mailauth.findings import Flaw, Severity

_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
_LIMITS: Final = "RFC 7208 section 4.6.4"
_INCLUDE: Final = "RFC 7208 section 5.2"

MISSING: Final = Flaw(
    "spf_missing",
    _WARNING,
    "{subject} publishes no SPF record.",
    "Publish one that names who sends as the domain; v=spf1 -all if nobody does.",
    "RFC 7208 section 4.5",
)
DNS_ERROR: Final = Flaw(
    "dns_error",
    _WARNING,
    "The DNS gave no usable answer for {subject}: {reason}.",
    "Ask again; if it lasts, see whether the name servers answer.",
    "RFC 7208 section 4.4",
)
TOO_MANY_LOOKUPS: Final = Flaw(
    "spf_too_many_lookups",
    _ERROR,
    "{subject} terms need questions to the DNS, 10 are allowed: receivers may give up on the record.",
    "Remove senders that are no longer used, or name their networks with ip4 and ip6.",
    _LIMITS,
)
TOO_MANY_VOID: Final = Flaw(
    "spf_too_many_void_lookups",
    _ERROR,
    "{subject} terms are answered with nothing, 2 are allowed: receivers may give up on the record.",
    "Remove the terms whose names do not exist any more.",
    _LIMITS,
)
VOID: Final = Flaw(
    "spf_void_lookup",
    _WARNING,
    "{subject!r} in the record of {domain} leads to nothing.",
    "Remove it: whoever comes to own the name could send as the domain.",
    _LIMITS,
)
TOO_MANY_MX: Final = Flaw(
    "spf_too_many_mx",
    _ERROR,
    "{subject!r} leads to more than 10 mail exchangers: receivers give up on the record.",
    "Name the networks with ip4 and ip6.",
    _LIMITS,
)
UNANSWERED: Final = Flaw(
    "spf_unanswered_term",
    _WARNING,
    "What {subject!r} in the record of {domain} covers is unknown: {reason}.",
    "Ask again; if it lasts, see whether the name servers answer.",
    "RFC 7208 section 4.4",
)
REPEATED_INCLUDE: Final = Flaw(
    "spf_repeated_include",
    _WARNING,
    "The record of {subject} is included {times} times; each time counts towards the limit.",
    "Include it once.",
    _LIMITS,
)
REPEATED_NETWORKS: Final = Flaw(
    "spf_repeated_networks",
    _INFO,
    "{count} networks are named more than once, such as {subject}.",
    "It does no harm; what is named twice can be left out once.",
    "RFC 7208 section 5.6",
)
WHOLE_WORLD: Final = Flaw(
    "spf_whole_world",
    _ERROR,
    "{subject!r} in the record of {domain} lets the whole world send as the domain.",
    "Remove it.",
    "RFC 7208 section 5.6",
)
INCLUDED_PASS_ALL: Final = Flaw(
    "spf_include_passes_all",
    _ERROR,
    "The record of {subject}, to which this one leads, ends in +all: the whole world can send as the domain.",
    "Remove the term that leads there.",
    _INCLUDE,
)
LARGE: Final = Flaw(
    "spf_large_network",
    _WARNING,
    "{subject!r} in the record of {domain} covers {count:,} addresses.",
    "Name the networks that really send.",
    "RFC 7208 section 5.6",
)
PRIVATE: Final = Flaw(
    "spf_private_network",
    _WARNING,
    "{subject!r} in the record of {domain} is not a network of the public Internet.",
    "Remove it: no receiver sees mail from there.",
    "RFC 7208 section 5.6",
)

TROUBLES: Final = {
    Trouble.NOT_FOUND: Flaw(
        "spf_include_without_record",
        _ERROR,
        "{subject} has no SPF record: receivers give up on the whole record.",
        "Remove the term that leads there, or have the record published.",
        _INCLUDE,
    ),
    Trouble.SEVERAL: Flaw(
        "spf_several_records",
        _ERROR,
        "{subject} publishes several SPF records: receivers take that for an error.",
        "Make one of them.",
        "RFC 7208 section 4.5",
    ),
    Trouble.SYNTAX: Flaw(
        "spf_broken_record",
        _ERROR,
        "The record of {subject} breaks the syntax: {reason}.",
        "Correct it, or remove the term that leads there.",
        "RFC 7208 section 4.6",
    ),
    Trouble.LOOP: Flaw(
        "spf_loop",
        _ERROR,
        "The record of {subject} leads back to itself: receivers give up.",
        "Remove the term that closes the circle.",
        _LIMITS,
    ),
    Trouble.DNS: DNS_ERROR,
    Trouble.NAME: Flaw(
        "spf_bad_name",
        _ERROR,
        "{subject!r} is no name that the DNS could hold: receivers give up on the whole record.",
        "Correct the name.",
        "RFC 7208 section 4.3",
    ),
    Trouble.DYNAMIC: Flaw(
        "spf_dynamic",
        _INFO,
        "{subject!r} differs from mail to mail: what it covers cannot be listed.",
        "Nothing needs to be done; the networks listed are without it.",
        "RFC 7208 section 7",
    ),
    Trouble.CUT: Flaw(
        "spf_too_large",
        _ERROR,
        "The tree of records is too large: {subject} and what is below was not looked at.",
        "Include less.",
        _LIMITS,
    ),
}
