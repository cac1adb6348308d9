"""What can be wrong with a DKIM key record."""

from __future__ import annotations

from typing import Final

from shared.mailauth.findings import Flaw, Severity

_RFC: Final = "RFC 6376 section 3.6.1"
_ERROR: Final = Severity.ERROR
_WARNING: Final = Severity.WARNING
_INFO: Final = Severity.INFO

NOT_A_RECORD: Final = Flaw(
    "dkim_not_a_key_record",
    _ERROR,
    "The text is no DKIM key record.",
    "Publish v=DKIM1; k=rsa; p= and the public key. A wildcard TXT record may be what answers here.",
    _RFC,
)
VERSION: Final = Flaw(
    "dkim_bad_version",
    _ERROR,
    "The version is {subject!r}, verifiers accept only DKIM1.",
    "Write v=DKIM1, in capitals, as the first tag, or leave the tag out.",
    _RFC,
)
VERSION_NOT_FIRST: Final = Flaw(
    "dkim_version_not_first",
    _ERROR,
    "The tag v is not the first of the record; verifiers discard the record.",
    "Move v=DKIM1 to the beginning.",
    _RFC,
)
REPEATED: Final = Flaw(
    "dkim_repeated_tag",
    _ERROR,
    "The tag {subject} stands there more than once; verifiers may reject the record.",
    "Keep one of them.",
    "RFC 6376 section 3.2",
)
MALFORMED: Final = Flaw(
    "dkim_malformed_tag",
    _ERROR,
    "{subject!r} is not a tag of the form name=value.",
    "Remove it, or complete it.",
    "RFC 6376 section 3.2",
)
TAG_CASE: Final = Flaw(
    "dkim_tag_case",
    _WARNING,
    "The tag {subject} is in capitals; names of DKIM tags are case-sensitive, and verifiers ignore it.",
    "Write the name of the tag in lower case.",
    "RFC 6376 section 3.2",
)
UNKNOWN_TAG: Final = Flaw(
    "dkim_unknown_tag",
    _INFO,
    "The tag {subject} is not known; verifiers ignore it.",
    "Remove it if it has no purpose.",
    _RFC,
)
OBSOLETE_G: Final = Flaw(
    "dkim_obsolete_g",
    _WARNING,
    "The tag g is obsolete; some old verifiers still apply it.",
    "Remove it.",
    "RFC 6376 appendix C",
)
ESCAPED: Final = Flaw(
    "dkim_escaped",
    _ERROR,
    "The record holds a backslash: the escape of a zone file has become a part of the text.",
    "Publish the record without backslashes.",
    _RFC,
)
QUOTED: Final = Flaw(
    "dkim_quoted",
    _ERROR,
    "The record holds quotation marks: those of a zone file have become a part of the text.",
    "Publish the record without quotation marks; long text is split into strings by the name server.",
    _RFC,
)
NO_KEY: Final = Flaw(
    "dkim_without_key",
    _ERROR,
    "The record has no tag p.",
    "Add p= and the public key in base64; an empty p= revokes the key.",
    _RFC,
)
REVOKED: Final = Flaw(
    "dkim_revoked",
    _INFO,
    "The key is revoked (p is empty): no signature with this selector verifies.",
    "Nothing is to be done unless mail is still signed with it.",
    _RFC,
)
UNKNOWN_KEY_TYPE: Final = Flaw(
    "dkim_unknown_key_type",
    _ERROR,
    "The key type {subject!r} is unknown; verifiers that do not know it ignore the key.",
    "Use k=rsa (also the default) or k=ed25519.",
    "RFC 8463 section 4",
)
NOT_BASE64: Final = Flaw(
    "dkim_key_not_base64",
    _ERROR,
    "The value of p is not base64.",
    "Copy the public key again, without quotation marks, headers or other text.",
    _RFC,
)
CUT_SHORT: Final = Flaw(
    "dkim_key_cut_short",
    _ERROR,
    "The key ends too early: a part of it was not published.",
    "Publish the whole key; what exceeds 255 characters goes into further strings of the same TXT record.",
    _RFC,
)
NOT_A_KEY: Final = Flaw(
    "dkim_key_unreadable",
    _ERROR,
    "The value of p is no {subject} public key.",
    "Publish the key that belongs to the signer's private key.",
    _RFC,
)
ED25519_AS_DER: Final = Flaw(
    "dkim_ed25519_not_raw",
    _ERROR,
    "An Ed25519 key is published as 32 octets, but p holds {count}.",
    "Publish the raw public key in base64 (44 characters), not its DER or PEM form.",
    "RFC 8463 section 4",
)
WRONG_ALGORITHM: Final = Flaw(
    "dkim_key_of_other_type",
    _ERROR,
    "The key in p is not of the type that k names ({subject}).",
    "Let k name the type of the key.",
    _RFC,
)
WEAK_EXPONENT: Final = Flaw(
    "dkim_weak_exponent",
    _ERROR,
    "The RSA key has an exponent that protects nothing.",
    "Create a new key pair, with the exponent 65537.",
    "RFC 8017 section 3.1",
)
PKCS1: Final = Flaw(
    "dkim_key_pkcs1",
    _WARNING,
    "The key is a bare RSAPublicKey, not a SubjectPublicKeyInfo; some verifiers do not take it.",
    "Publish the SubjectPublicKeyInfo form (openssl rsa -pubout).",
    _RFC,
)
KEY_TOO_SHORT: Final = Flaw(
    "dkim_key_too_short",
    _ERROR,
    "The RSA key has {bits} bits; verifiers must not accept fewer than 1024.",
    "Create a key of 2048 bits.",
    "RFC 8301 section 3.2",
)
KEY_SHORT: Final = Flaw(
    "dkim_key_short",
    _WARNING,
    "The RSA key has {bits} bits; signers should use at least 2048.",
    "Create a key of 2048 bits under a new selector.",
    "RFC 8301 section 3.2",
)
KEY_LONG: Final = Flaw(
    "dkim_key_long",
    _WARNING,
    "The RSA key has {bits} bits; verifiers need not accept more than 4096.",
    "Use a key of 2048 or 4096 bits.",
    "RFC 8301 section 3.2",
)
ED25519_ALONE: Final = Flaw(
    "dkim_ed25519",
    _INFO,
    "Not every verifier knows Ed25519.",
    "Sign with an RSA key, too, under another selector.",
    "RFC 8463 section 3",
)
SHA1_ONLY: Final = Flaw(
    "dkim_sha1_only",
    _ERROR,
    "The tag h allows only SHA-1, which verifiers must not accept.",
    "Remove the tag h, or set h=sha256.",
    "RFC 8301 section 3.1",
)
NO_KNOWN_HASH: Final = Flaw(
    "dkim_unknown_hashes",
    _ERROR,
    "The tag h allows no hash that verifiers know.",
    "Remove the tag h, or set h=sha256.",
    _RFC,
)
NOT_FOR_MAIL: Final = Flaw(
    "dkim_not_for_email",
    _WARNING,
    "The tag s allows this key only for {subject}, not for mail.",
    "Remove the tag s if mail is signed with this key.",
    _RFC,
)
TESTING: Final = Flaw(
    "dkim_testing",
    _WARNING,
    "The flag t=y says that the domain only tests DKIM; verifiers may ignore its signatures.",
    "Remove y from the tag t once signatures verify.",
    _RFC,
)
SEVERAL: Final = Flaw(
    "dkim_several_records",
    _ERROR,
    "There are {count} TXT records at {subject}; which of them a verifier uses is undefined.",
    "Keep one, and give each further key a selector of its own.",
    "RFC 6376 section 3.6.2.2",
)
MISSING: Final = Flaw(
    "dkim_no_record_at_selector",
    _WARNING,
    "There is no key at {subject}.",
    "Check the selector against the s= of a signature. Other selectors may have keys: they cannot be listed.",
    "RFC 6376 section 3.6.2.1",
)
DANGLING: Final = Flaw(
    "dkim_dangling_alias",
    _ERROR,
    "{subject} is an alias of {target}, where there is no key.",
    "Remove the CNAME, or let the provider publish the key again.",
    "RFC 6376 section 3.6.2",
)
DNS_ERROR: Final = Flaw(
    "dns_error",
    _WARNING,
    "The DNS gave no usable answer for {subject} ({reason}): nothing is known about it.",
    "Try again; if it stays so, check the name servers of the domain.",
    "RFC 6376 section 6.1.2",
)
BAD_SELECTOR: Final = Flaw(
    "dkim_bad_selector",
    _ERROR,
    "{subject!r} cannot be a selector of this domain.",
    "A selector is one or more labels of letters, digits and hyphens.",
    "RFC 6376 section 3.1",
)
NONE_FOUND: Final = Flaw(
    "dkim_no_known_selector",
    _INFO,
    "None of the {count} selectors that were tried has a key. That does not mean that mail is not signed:"
    " selectors cannot be listed.",
    "Take the selectors from aggregate reports, or from the DKIM-Signature field of a message.",
    "RFC 6376 section 3.1",
)
WILDCARD: Final = Flaw(
    "dkim_wildcard",
    _INFO,
    "A wildcard answers for every selector below {subject}.",
    "That is right for a domain that sends no mail (p= is empty there).",
    "RFC 6376 section 3.6.1",
)
EMPTY_SUBTREE: Final = Flaw(
    "dkim_nothing_below_domainkey",
    _INFO,
    "{subject} does not exist, so it seems that no key is published.",
    "Name servers are not always right about that: look at the DKIM-Signature field of a message.",
    "RFC 8020 section 2",
)
