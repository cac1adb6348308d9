"""What can be wrong with a domain's MTA-STS beyond the texts of its record and its policy."""

from __future__ import annotations

from typing import Final

from shared.mailauth.findings import Flaw, Severity

_ERROR: Final = Severity.ERROR
_WARNING: Final = Severity.WARNING
_INFO: Final = Severity.INFO
_RECORD: Final = "RFC 8461 section 3.1"
_POLICY: Final = "RFC 8461 section 3.2"
FETCHING: Final = "RFC 8461 section 3.3"
_MATCHING: Final = "RFC 8461 section 4.1"
_APPLYING: Final = "RFC 8461 section 5"

DNS_ERROR: Final = Flaw(
    "dns_error",
    _WARNING,
    "The DNS gave no usable answer for {subject}: {reason}.",
    "Ask again; if it lasts, see whether the name servers of the domain answer.",
    _RECORD,
)
MISSING: Final = Flaw(
    "mta_sts_missing",
    _INFO,
    "There is no MTA-STS record at {subject}.",
    "Publish a policy in mode testing, then the record; those of a parent domain do not apply.",
    _RECORD,
)
SEVERAL: Final = Flaw(
    "mta_sts_several_records",
    _ERROR,
    "There are {count} MTA-STS records at {subject}, so senders take it that there is no policy.",
    "Keep one of them.",
    _RECORD,
)
OTHER_TEXT: Final = Flaw(
    "mta_sts_other_text",
    _INFO,
    "There is a TXT record at {subject} that is no MTA-STS record; senders ignore it.",
    "Remove it, or begin it with v=STSv1; if it was meant to be one.",
    _RECORD,
)
DANGLING: Final = Flaw(
    "mta_sts_alias_dangling",
    _ERROR,
    "{subject} is an alias (CNAME) of {target}, where there is no MTA-STS record.",
    "Publish the record there, or remove the CNAME.",
    _RECORD,
)
RECORD_WITHOUT_POLICY: Final = Flaw(
    "mta_sts_record_without_policy",
    _ERROR,
    "There is an MTA-STS record, but no policy that senders can get at {subject}.",
    "Serve the policy there; senders that hold an older one go on applying it.",
    FETCHING,
)
POLICY_WITHOUT_RECORD: Final = Flaw(
    "mta_sts_policy_without_record",
    _ERROR,
    "There is a policy, but no MTA-STS record at {subject}: senders do not look for the policy.",
    "Publish the record, such as v=STSv1; id=20260101T000000Z;.",
    _RECORD,
)
NO_POLICY: Final = Flaw(
    "mta_sts_policy_missing",
    _INFO,
    "There is no MTA-STS record at _mta-sts.{subject}, and no policy was found.",
    "Publish a policy in mode testing, then the record.",
    _POLICY,
)
WEB_PAGE: Final = Flaw(
    "mta_sts_policy_is_web_page",
    _ERROR,
    "{subject} answers with a web page.",
    "Serve the policy as text/plain, with no log-in, challenge or error page before it.",
    _POLICY,
)
MEDIA_TYPE: Final = Flaw(
    "mta_sts_policy_media_type",
    _WARNING,
    "The policy is served as {subject!r}, not as text/plain.",
    "Have the web server send Content-Type: text/plain.",
    _POLICY,
)
NOT_COVERED_ENFORCE: Final = Flaw(
    "mta_sts_mx_not_covered",
    _ERROR,
    "The mail host {subject} is not in the policy: senders that apply it do not deliver there.",
    "Add mx: {subject} to the policy, then change the id of the record.",
    _APPLYING,
)
NOT_COVERED_TESTING: Final = Flaw(
    "mta_sts_mx_not_covered_in_testing",
    _WARNING,
    "The mail host {subject} is not in the policy: senders deliver there, and report it.",
    "Add mx: {subject} to the policy before it is enforced, then change the id of the record.",
    _APPLYING,
)
UNUSED: Final = Flaw(
    "mta_sts_mx_unused",
    _INFO,
    "No mail host of the domain is covered by mx: {subject}.",
    "Remove it, unless mail is about to move there or has just moved away.",
    _MATCHING,
)
TLS_NOT_TESTED: Final = Flaw(
    "mta_sts_mx_tls_not_tested",
    _INFO,
    "Whether the mail hosts have good certificates was not tested: that takes connections to port 25.",
    "Read the TLS reports of senders, or test from a machine that may connect to port 25.",
    _APPLYING,
)
