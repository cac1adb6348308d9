"""What can be said of an SPF record by itself."""

from __future__ import annotations

from typing import Final

from shared.mailauth.findings import Flaw, Severity

_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

NOT_A_RECORD: Final = Flaw(
    "not_an_spf_record",
    _ERROR,
    "This is not an SPF record: it does not begin with v=spf1 and a space.",
    "Begin the record with v=spf1.",
    "RFC 7208 section 4.5",
)
UNKNOWN_MECHANISM: Final = Flaw(
    "spf_unknown_mechanism",
    _ERROR,
    "{subject!r} is neither a mechanism nor a modifier: receivers give up on the whole record.",
    "The mechanisms are all, include, a, mx, ptr, ip4, ip6 and exists; terms are separated by spaces.",
    "RFC 7208 section 4.6.1",
)
BAD_ARGUMENT: Final = Flaw(
    "spf_bad_argument",
    _ERROR,
    "{subject!r} is not how {name} is written: receivers give up on the whole record.",
    "See that its domain or address is complete, and its prefix length within bounds.",
    "RFC 7208 section 12",
)
BAD_MODIFIER: Final = Flaw(
    "spf_bad_modifier",
    _ERROR,
    "{subject!r} has a value that it may not have: receivers give up on the whole record.",
    "redirect and exp take the name of a domain; a percent sign is written %%.",
    "RFC 7208 section 6",
)
REPEATED: Final = Flaw(
    "spf_repeated_modifier",
    _ERROR,
    "{subject!r} is there a second time: receivers give up on the whole record.",
    "Keep one of them.",
    "RFC 7208 section 6",
)
PASS_ALL: Final = Flaw(
    "spf_pass_all",
    _ERROR,
    "{subject} lets the whole world send as the domain.",
    "End the record with ~all or -all.",
    "RFC 7208 section 5.1",
)
NEUTRAL_ALL: Final = Flaw(
    "spf_neutral_all",
    _WARNING,
    "?all says nothing about mail from elsewhere.",
    "End the record with ~all or -all.",
    "RFC 7208 section 5.1",
)
NO_ALL: Final = Flaw(
    "spf_no_all",
    _WARNING,
    "There is neither all nor redirect: mail from elsewhere is neutral.",
    "End the record with ~all or -all.",
    "RFC 7208 section 4.7",
)
AFTER_ALL: Final = Flaw(
    "spf_after_all",
    _WARNING,
    "{subject!r} stands behind all: it is never looked at.",
    "Move it before all, or remove it.",
    "RFC 7208 section 5.1",
)
VOID_REDIRECT: Final = Flaw(
    "spf_void_redirect",
    _WARNING,
    "{subject!r} is ignored, for there is an all.",
    "Remove one of the two.",
    "RFC 7208 section 6.1",
)
PTR: Final = Flaw(
    "spf_ptr",
    _WARNING,
    "{subject!r}: ptr is slow and unreliable and should not be used.",
    "Use ip4, ip6, a or include instead.",
    "RFC 7208 section 5.5",
)
UNKNOWN_MODIFIER: Final = Flaw(
    "spf_unknown_modifier",
    _INFO,
    "{subject!r} is not known; receivers ignore it.",
    "Remove it if it is a slip of the pen.",
    "RFC 7208 section 6",
)
LONG: Final = Flaw(
    "spf_long_record",
    _INFO,
    "The record has {subject} octets; the answer may not fit into a small datagram.",
    "Keep it below 450 octets; above 255 it is several strings.",
    "RFC 7208 section 3.4",
)
