"""Who owns a domain: what proves that an account may have its reports, and what to publish as proof.

Every proof holds something in the domain's own DNS that nobody else can know: a token made for this domain in
this account, as a text or in the name that a CNAME leads to, or a reporting address. So one account's proof
is none for another.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.core.access import Writable
from shared.core.domains import Domain, Domains, Proof
from shared.core.errors import Invalid
from shared.core.lookups import Lookups
from shared.mailauth.evaluate.questions import Answer, Asking, Question, Type, ask_all

LABEL: Final = "_postseal"
_PREFIX: Final = "postseal-verification="
_ALIASED: Final = "verify"
"""Below our name, and above the names that CNAMEs lead to. Nothing is there, and nothing needs to be."""

_REPORTED: Final = (("_dmarc", "v=DMARC1"), ("_smtp._tls", "v=TLSRPTv1"))
_REPORT_TAGS: Final = frozenset({"rua", "ruf"})
PATIENCE: Final = 5.0
"""Seconds that somebody who asks to verify a domain waits for the DNS."""


@dataclass(frozen=True, slots=True)
class PublishedRecord:
    name: str
    type: str
    value: str


class Seen(StrEnum):
    FOUND = "found"
    MISSING = "missing"
    ERROR = "error"
    """The DNS gave no usable answer: it may be there or not."""


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of proof: where it was looked for, and what of it was seen."""

    proof: Proof
    name: str
    seen: Seen
    detail: str


@dataclass(frozen=True, slots=True)
class Secrets:
    """What only the DNS of the domain's owner can hold beside the domain's token: ``tokens`` of reporting
    addresses."""

    tokens: frozenset[str]


@dataclass(frozen=True, slots=True)
class Verification:
    """The domain as it is now, and what this look at the DNS found."""

    domain: Domain
    checks: tuple[Check, ...]

    @property
    def unsure(self) -> bool:
        """Nothing was proved, and not everything was answered."""
        return self.domain.verified is None and any(check.seen is Seen.ERROR for check in self.checks)


def record_to_publish(domain: Domain) -> PublishedRecord:
    """Derived from the domain's own token, so that domains of every age have one; it gives that token away
    to nobody, and a domain added anew gets another."""
    return PublishedRecord(f"{LABEL}.{domain.name}", "TXT", f"{_PREFIX}{_token_of(domain)}")


def alias_to_publish(domain: Domain, our_name: str) -> PublishedRecord:
    """Proves the same, where somebody would rather make a CNAME."""
    return PublishedRecord(f"{LABEL}.{domain.name}", "CNAME", f"{_token_of(domain)}.{_ALIASED}.{our_name}")


def _token_of(domain: Domain) -> str:
    text = f"postseal ownership {domain.id} {domain.token}"
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def secrets_of(domain: Domain, account_token: str) -> Secrets:
    return Secrets(frozenset({domain.token, account_token}))


def look_for_proof(domain: Domain, secrets: Secrets) -> Asking[tuple[Check, ...]]:
    """Looks in every place where a proof may be, all at once."""
    own = Question(record_to_publish(domain).name, Type.TXT)
    # By itself: what the alias leads to need not be there, and its servers need not answer.
    alias = Question(own.name, Type.CNAME)
    texts = {label: Question(f"{label}.{domain.name}", Type.TXT) for label, _ in _REPORTED}
    answers = yield from ask_all([own, alias, *texts.values()])
    by_label = {label: answers[question] for label, question in texts.items()}
    return (
        _own_record(domain, answers[own]),
        _own_alias(domain, answers[alias]),
        _reporting(domain, by_label, secrets.tokens),
    )


def owner_above(domains: Domains, domain: Domain) -> Domain | None:
    """The nearest verified domain of the same account that this one lies below."""
    name = domain.name
    while True:
        parent = domains.covering(domain.account, name.partition(".")[2]) if "." in name else None
        if parent is None or parent.verified is not None:
            return parent
        name = parent.name


def is_owned(domains: Domains, domain: Domain) -> bool:
    return domain.verified is not None or owner_above(domains, domain) is not None


def verify(
    domains: Domains, lookups: Lookups, right: Writable, secrets: Secrets, *, now: float
) -> Verification:
    """Look for proof, and remember that there was some. What was proved once stays so, whatever the DNS
    says later or fails to say."""
    checks = lookups.run(look_for_proof(right.domain, secrets), within=PATIENCE)
    return conclude(domains, right, checks, now=now)


def conclude(domains: Domains, right: Writable, checks: tuple[Check, ...], *, now: float) -> Verification:
    """What follows from a look that was taken."""
    domain = right.domain
    found = next((check.proof for check in checks if check.seen is Seen.FOUND), None)
    above = owner_above(domains, domain)
    if above is not None:
        detail = f"{above.name} is a verified domain of this account"
        checks = (*checks, Check(Proof.PARENT_DOMAIN, above.name, Seen.FOUND, detail))
        found = found or Proof.PARENT_DOMAIN
    if found is not None and domain.verified is None:
        domain = domains.verify(domain, found, now=int(now))
    return Verification(domain, checks)


def require_owned(
    domains: Domains, lookups: Lookups, right: Writable, secrets: Secrets, *, now: float
) -> Writable:
    """The domain, verified; ``Invalid`` says what to publish. Looks only if nothing is known yet."""
    domain = right.domain
    if domain.verified is not None:
        return right
    verified = verify(domains, lookups, right, secrets, now=now)
    if verified.domain.verified is not None:
        return right.after(verified.domain)
    record = record_to_publish(domain)
    wanted = f"Publish the TXT record {record.name} with the value {record.value} and try again"
    if verified.unsure:
        raise Invalid(f"The DNS of {domain.name} gave no answer to whose it is. {wanted}", param="id")
    raise Invalid(f"{domain.name} is not verified yet. {wanted}", param="id")


def trust_operator(domains: Domains, right: Writable, *, now: float) -> Domain:
    """Verified on the operator's word, for domains that come from another deployment."""
    domain = right.domain
    return domain if domain.verified is not None else domains.verify(domain, Proof.OPERATOR, now=int(now))


def _own_record(domain: Domain, answer: Answer) -> Check:
    wanted = record_to_publish(domain)
    if any(text.strip() == wanted.value for text in answer.records):
        return Check(Proof.TXT_RECORD, wanted.name, Seen.FOUND, wanted.value)
    ours = [text for text in answer.records if text.strip().startswith(_PREFIX)]
    missing = f"holds another value: {ours[0][:100]}" if ours else f"no TXT record {wanted.value}"
    return _not_found(Proof.TXT_RECORD, wanted.name, (answer,), missing)


def _own_alias(domain: Domain, answer: Answer) -> Check:
    name = record_to_publish(domain).name
    start = f"{_token_of(domain)}.{_ALIASED}."
    found = next((alias for alias in answer.records if alias.lower().startswith(start)), None)
    if found is not None:
        return Check(Proof.CNAME_RECORD, name, Seen.FOUND, f"leads to {found}")
    return _not_found(Proof.CNAME_RECORD, name, (answer,), "no CNAME to the name that is this domain's own")


def _reporting(domain: Domain, answers: Mapping[str, Answer], tokens: frozenset[str]) -> Check:
    for label, version in _REPORTED:
        for text in answers[label].records:
            if text.strip().startswith(version) and any(_names(uri, tokens) for uri in _report_uris(text)):
                place = f"{label}.{domain.name}"
                return Check(Proof.REPORTING_ADDRESS, place, Seen.FOUND, "reports go to this account")
    asked = tuple(answers[label] for label, _ in _REPORTED)
    missing = "no record asks for reports to this account's or this domain's address"
    return _not_found(Proof.REPORTING_ADDRESS, f"_dmarc.{domain.name}", asked, missing)


def _not_found(proof: Proof, name: str, asked: tuple[Answer, ...], missing: str) -> Check:
    failed = next((answer for answer in asked if answer.failed), None)
    if failed is not None:
        return Check(proof, name, Seen.ERROR, f"no usable answer: {failed.reason or 'failed'}")
    return Check(proof, name, Seen.MISSING, missing)


def _report_uris(record: str) -> Iterator[str]:
    for tag in record.split(";"):
        name, _, value = tag.partition("=")
        if name.strip().lower() in _REPORT_TAGS:
            yield from value.split(",")


def _names(uri: str, tokens: frozenset[str]) -> bool:
    """Whether a token is the mailbox of a mail address, or the last part of a web address."""
    address = uri.strip().partition("!")[0]
    scheme, _, rest = address.partition(":")
    if scheme.lower() == "mailto":
        mailbox = rest.partition("@")[0].partition("+")[0].lower()
        return mailbox in tokens
    return scheme.lower() == "https" and re.sub(r".*/", "", rest).lower() in tokens
