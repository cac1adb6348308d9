"""What can be said about a DMARC record at its place in the DNS."""

from __future__ import annotations

from typing import Final

from shared.mailauth.findings import Flaw, Severity

_RECORD: Final = "RFC 9989 section 4.7"
_DISCOVERY: Final = "RFC 9989 section 4.10"
_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

DNS_ERROR: Final = Flaw(
    "dns_error",
    _WARNING,
    "The DNS gave no usable answer for {subject} ({reason}): nothing is known about it.",
    "Try again; if it stays so, check the name servers of the domain.",
    _DISCOVERY,
)
ORGANIZATION_OPEN: Final = Flaw(
    "dmarc_organization_unknown",
    _WARNING,
    "The Organizational Domain is not known: the DNS gave no usable answer for {subject} ({reason}).",
    "Try again; alignment in relaxed mode depends on it.",
    _DISCOVERY,
)
EXISTENCE_OPEN: Final = Flaw(
    "dmarc_existence_unknown",
    _WARNING,
    "Whether {subject} exists is not known, so it is open which of sp and np applies to it.",
    "Try again; if it stays so, check the name servers of the domain.",
    _DISCOVERY,
)
MISSING: Final = Flaw(
    "dmarc_missing",
    _ERROR,
    "No DMARC record applies to {subject}.",
    'Publish a TXT record at _dmarc.{subject}: "v=DMARC1; p=none; rua=mailto:..." to begin with.',
    "RFC 9989 section 5.1",
)
INHERITED: Final = Flaw(
    "dmarc_inherited",
    _INFO,
    "{subject} has no DMARC record of its own; that of {policy_domain} applies.",
    "Nothing is to be done unless it needs a policy of its own.",
    _DISCOVERY,
)
SEVERAL: Final = Flaw(
    "dmarc_multiple_records",
    _ERROR,
    "There are {count} DMARC records at {subject}; receivers discard all of them.",
    "Keep one.",
    _DISCOVERY,
)
OTHER_TEXT: Final = Flaw(
    "dmarc_other_text",
    _INFO,
    "There is a TXT record at {subject} that is no DMARC record; receivers ignore it.",
    "Remove it.",
    _DISCOVERY,
)
WILDCARD_SPF: Final = Flaw(
    "dmarc_wildcard_text",
    _INFO,
    "SPF text answers at {subject}: a wildcard TXT record, it seems. With a wildcard every name exists, so"
    " that np never applies.",
    "Publish SPF at the names that need it, not at a wildcard.",
    "RFC 9989 section 3.2.13",
)
ALIAS_DANGLING: Final = Flaw(
    "dmarc_alias_dangling",
    _ERROR,
    "{subject} is an alias (CNAME) of {target}, where there is nothing.",
    "Publish the record there, or replace the CNAME by a TXT record.",
    _RECORD,
)
ALIAS_WITHOUT_RECORD: Final = Flaw(
    "dmarc_alias_without_record",
    _ERROR,
    "{subject} is an alias (CNAME) of {target}, where there is no DMARC record.",
    "Publish the record there, or replace the CNAME by a TXT record.",
    _RECORD,
)
ALIAS_AND_TEXT: Final = Flaw(
    "dmarc_alias_beside_text",
    _ERROR,
    "{subject} holds a CNAME and a TXT record: name servers answer with either of them.",
    "Keep one. Beside a CNAME there may be nothing else.",
    "RFC 1034 section 3.6.2",
)
SUBDOMAIN_TAG_IDLE: Final = Flaw(
    "dmarc_subdomain_policy_idle",
    _WARNING,
    "{subject} has no effect in the record of {domain}: receivers look for it at {organization}.",
    "Publish {subject} at _dmarc.{organization}, or records of their own for the names below {domain}.",
    _DISCOVERY,
)
NP_IDLE: Final = Flaw(
    "dmarc_np_idle",
    _INFO,
    "np has no effect here: the DNS answers for names below {subject} as if all of them existed (a wildcard,"
    " or denials that are made up on demand).",
    "Set sp as strict as np should be.",
    "RFC 9989 section 3.2.13",
)
NP_ABSENT: Final = Flaw(
    "dmarc_np_absent",
    _INFO,
    "Names below {subject} that do not exist are under the policy {policy}.",
    "np=reject refuses mail from them; no mail of yours can be affected.",
    _RECORD,
)
TOO_DEEP: Final = Flaw(
    "dmarc_deep_name",
    _WARNING,
    "{subject} has more than eight labels: receivers skip some of the names above it.",
    "Publish a record for the name itself.",
    "RFC 9989 section 5.1.8",
)
SUFFIX_WITHOUT_PSD: Final = Flaw(
    "dmarc_suffix_without_psd",
    _WARNING,
    "{subject} is a public suffix, but its record does not say so: it makes one organization of all domains"
    " below it.",
    "Add psd=y.",
    "RFC 9989 section 5.2",
)
CLAIMED_BY_PARENT: Final = Flaw(
    "dmarc_claimed_by_parent",
    _WARNING,
    "By its DMARC record {organization} is the Organizational Domain of {subject}: domains of strangers there"
    " are aligned with it.",
    "Add psd=n to the record at _dmarc.{owner}: it says that the organization ends there.",
    "RFC 9989 section 11.8",
)
SEEN_OTHERWISE: Final = Flaw(
    "dmarc_suffix_list_differs",
    _INFO,
    "Receivers that follow RFC 7489 see it otherwise: {differences}.",
    "Both kinds of receivers are in use; publish so that you can live with both.",
    "RFC 7489 section 6.6.3",
)
