"""What can be said of a DMARC record by itself."""

from __future__ import annotations

from typing import Final

from shared.mailauth.findings import Flaw, Severity

_RECORD: Final = "RFC 9989 section 4.7"
_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

NOT_A_RECORD: Final = Flaw(
    "not_a_dmarc_record",
    _ERROR,
    "This is not a DMARC record: it does not begin with v=DMARC1.",
    "Begin the record with v=DMARC1; (the value in capitals).",
    _RECORD,
)
VERSION_CASE: Final = Flaw(
    "dmarc_version_case",
    _ERROR,
    "The version {subject} is not DMARC1: receivers ignore the whole record.",
    "Write v=DMARC1 exactly so: the value is case-sensitive.",
    _RECORD,
)
SYNTAX: Final = Flaw(
    "dmarc_syntax",
    _WARNING,
    "{subject!r} is not a tag (name=value); receivers ignore it.",
    "Remove it, or write it as name=value between semicolons.",
    "RFC 9989 section 4.8",
)
BAD_CHARACTER: Final = Flaw(
    "dmarc_bad_character",
    _WARNING,
    "The tag {subject} holds a character that a value may not have.",
    "Use printable ASCII only; names of domains as A-labels.",
    "RFC 9989 section 4.8",
)
REPEATED: Final = Flaw(
    "dmarc_repeated_tag",
    _WARNING,
    "The tag {subject} is there more than once; which one receivers take is not defined.",
    "Keep one of them.",
    "RFC 9989 section 4.8",
)
UNKNOWN: Final = Flaw(
    "dmarc_unknown_tag",
    _INFO,
    "The tag {subject} is not known; receivers ignore it.",
    "Remove it if it is a slip of the pen.",
    _RECORD,
)
OBSOLETE: Final = Flaw(
    "dmarc_obsolete_tag",
    _WARNING,
    "The tag {subject} is obsolete; receivers that follow RFC 9989 ignore it.",
    "Remove {subject}.",
    "RFC 9989 appendix A.6",
)
PCT: Final = Flaw(
    "dmarc_pct",
    _WARNING,
    "pct={value} is obsolete: receivers that follow RFC 9989 apply the policy to all mail.",
    "{instead}.",
    "RFC 9989 appendix A.6",
)
NO_POLICY: Final = Flaw(
    "dmarc_no_policy",
    _WARNING,
    "There is no p tag; receivers act as if it said p=none.",
    "Publish p=none, p=quarantine or p=reject.",
    _RECORD,
)
BAD_POLICY: Final = Flaw(
    "dmarc_bad_policy",
    _ERROR,
    "{subject} is not a policy; receivers act as if the record said p=none.",
    "Use none, quarantine or reject.",
    "RFC 9989 section 4.10.1",
)
NO_EFFECT: Final = Flaw(
    "dmarc_no_effect",
    _ERROR,
    "Without a policy and without a usable rua the record has no effect at all.",
    "Publish a policy, and an address for reports.",
    "RFC 9989 section 4.10.1",
)
BAD_VALUE: Final = Flaw(
    "dmarc_bad_value",
    _WARNING,
    "{subject} is not a value of its tag; receivers take the default {default}.",
    "Use one of: {allowed}.",
    _RECORD,
)
NOT_SECOND: Final = Flaw(
    "dmarc_policy_not_second",
    _INFO,
    "p is not the second tag; some receivers that follow RFC 7489 want it there.",
    "Write p right after v=DMARC1.",
    "RFC 7489 section 6.3",
)
MONITORING: Final = Flaw(
    "dmarc_policy_none",
    _INFO,
    "p=none asks receivers to do nothing about mail that fails.",
    "Once every sender of yours is aligned, move to quarantine; that may be where to stay.",
    "RFC 9989 section 5.1.7",
)
REJECT: Final = Flaw(
    "dmarc_policy_reject",
    _INFO,
    "p=reject: mail that your users post to mailing lists may be refused.",
    "Sign everything with DKIM. Where people write to mailing lists, quarantine is the policy to stay at.",
    "RFC 9989 section 7.4",
)
TESTING: Final = Flaw(
    "dmarc_testing",
    _WARNING,
    "t=y: receivers apply a policy one step weaker than published.",
    "Remove t=y when the rehearsal is over.",
    _RECORD,
)
WEAKER_SUBDOMAINS: Final = Flaw(
    "dmarc_weaker_subdomain_policy",
    _WARNING,
    "{subject} is weaker than p={policy}: {whose} can be used to pass as you.",
    "Make it as strict as p, or leave it out.",
    _RECORD,
)
NO_RUA: Final = Flaw(
    "dmarc_no_rua",
    _WARNING,
    "There is no usable rua: nobody will be sent reports.",
    "Add rua=mailto: with the address of your reports.",
    _RECORD,
)
BAD_URI: Final = Flaw(
    "dmarc_bad_uri",
    _WARNING,
    "{subject!r} is not the URI of a mailbox; reporters ignore it.",
    "Write mailto:name@domain; a comma or an exclamation mark inside is written %2C or %21.",
    _RECORD,
)
SCHEME: Final = Flaw(
    "dmarc_unsupported_scheme",
    _WARNING,
    "Reporters send nothing to {subject}: mailto is the scheme that all of them know.",
    "Use a mailto URI.",
    _RECORD,
)
SIZE_LIMIT: Final = Flaw(
    "dmarc_size_limit",
    _WARNING,
    "The size limit !{limit} of {subject} is obsolete.",
    "Remove it.",
    _RECORD,
)
MANY_URIS: Final = Flaw(
    "dmarc_many_uris",
    _INFO,
    "{subject} names more than two destinations; reporters that follow RFC 7489 promise two.",
    "Put the ones that matter most first.",
    _RECORD,
)
FO_WITHOUT_RUF: Final = Flaw(
    "dmarc_fo_without_ruf",
    _INFO,
    "fo says when failure reports are wanted, but there is no ruf: it is ignored.",
    "Remove fo, or add ruf.",
    _RECORD,
)
SUFFIX_RUF: Final = Flaw(
    "dmarc_suffix_ruf",
    _WARNING,
    "psd=y with ruf: failure reports of other organisations would come here.",
    "Remove ruf where several organisations register names below this one.",
    "RFC 9989 section 5.2",
)
LONG_STRING: Final = Flaw(
    "dmarc_long_record",
    _INFO,
    "The record has {length} octets; answers stay small below 450.",
    "Above 255 octets publish it as several strings, which are joined with nothing between them.",
    "RFC 1035 section 3.3.14",
)
