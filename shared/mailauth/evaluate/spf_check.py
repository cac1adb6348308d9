"""``check_host`` of RFC 7208: may this address send for this domain?"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final, NoReturn

from shared.mailauth.evaluate.questions import Answer, Asking, Question, Type, ask, ask_all
from shared.mailauth.evaluate.spf_macros import MOST_NAMES, Delivery, Expansions, leads_to, never_matches
from shared.mailauth.names import LONGEST, BadName, normalised
from shared.mailauth.records.spf import Mechanism, Result, SpfRecord, is_spf, parse

MOST_LOOKUPS: Final = 10
"""Terms that cause questions, over the whole evaluation (section 4.6.4)."""

MOST_VOID: Final = 2
"""Of these terms, how many may be answered with nothing (section 4.6.4)."""

MOST_MX: Final = 10
_DEFAULT_SENDER: Final = "postmaster"
_PLAIN: Final = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)
"""Characters of the domains that mail comes from; what macros make up may hold others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpfCheck:
    """``domain`` is the one that was checked, ``mechanism`` the term that decided, as published.

    ``explanation`` is the text that the domain publishes for its failures, if there is any; ``problem`` says
    in words why the result is none, temperror or permerror.
    """

    ip: str
    mail_from: str
    helo: str
    domain: str
    result: Result
    mechanism: str
    explanation: str
    problem: str
    lookups: int
    void_lookups: int


class _Ends(Exception):
    """The evaluation ends here, whatever it was in the middle of."""

    def __init__(self, result: Result, problem: str) -> None:
        super().__init__(problem)
        self.result = result
        self.problem = problem


@dataclass(slots=True)
class _Spent:
    lookups: int = 0
    void: int = 0


@dataclass(frozen=True, slots=True)
class _Verdict:
    result: Result
    mechanism: str = ""
    problem: str = ""
    domain: str = ""
    """Whose record decided, and whose explanation counts."""
    record: SpfRecord | None = None


@dataclass(slots=True)
class _Evaluation:
    delivery: Delivery
    expansions: Expansions
    spent: _Spent = field(default_factory=_Spent)

    def check_host(self, domain: str) -> Asking[_Verdict]:
        if not is_domain(domain):
            return _Verdict(Result.NONE, problem="there is no domain name of two labels or more to check")
        record = yield from _published(domain)
        if record is None:
            return _Verdict(Result.NONE, problem=f"{domain} publishes no SPF record")
        if not record.valid:
            _fail(f"the record of {domain} breaks the syntax: {record.findings[0].subject}")
        for mechanism in record.mechanisms:
            matches = yield from self._matches(mechanism, domain)
            if matches:
                return _Verdict(mechanism.result, mechanism.text, domain=domain, record=record)
        if record.redirect is not None:
            return (yield from self._redirected(record.redirect.value, domain))
        return _Verdict(Result.NEUTRAL, domain=domain, record=record)

    def _redirected(self, value: str, domain: str) -> Asking[_Verdict]:
        self._count_lookup(f"redirect={value}")
        target = yield from self.expansions.target(value, domain)
        verdict = yield from self.check_host(target)
        if verdict.result is Result.NONE:
            _fail(f"redirect={value}: {verdict.problem}")
        return verdict

    def _matches(self, mechanism: Mechanism, domain: str) -> Asking[bool]:
        if mechanism.queries:
            self._count_lookup(mechanism.text)
        match mechanism.name:
            case "all":
                return True
            case "ip4" | "ip6":
                return self._within(mechanism.value, mechanism)
        if never_matches(mechanism.value, self.delivery):
            return False
        target = yield from self.expansions.target(mechanism.value, domain)
        if mechanism.name == "include":
            return (yield from self._included(mechanism, target))
        if not is_domain(target, least_labels=1):
            return False
        return (yield from _ASKING[mechanism.name](self, mechanism, target))

    def _included(self, mechanism: Mechanism, target: str) -> Asking[bool]:
        verdict = yield from self.check_host(target)
        if verdict.result is Result.NONE:
            _fail(f"{mechanism.text}: {verdict.problem}")
        return verdict.result is Result.PASS

    def _address(self, mechanism: Mechanism, target: str) -> Asking[bool]:
        answer = yield from ask(target, self.delivery.address_type)
        self._judge(answer, mechanism.text)
        return any(self._within(address, mechanism) for address in answer.records)

    def _exchangers(self, mechanism: Mechanism, target: str) -> Asking[bool]:
        answer = yield from ask(target, Type.MX)
        self._judge(answer, mechanism.text)
        hosts = mx_hosts(answer)
        if len(hosts) > MOST_MX:
            _fail(f"{mechanism.text}: {target} has more than {MOST_MX} mail exchangers")
        questions = [Question(host, self.delivery.address_type) for host in hosts if is_domain(host, 1)]
        answers = yield from ask_all(questions)
        for question in questions:
            found = answers[question]
            if found.failed:
                _defer(f"{mechanism.text}: no answer for {question.name} ({found.reason})")
            if any(self._within(address, mechanism) for address in found.records):
                return True
        return False

    def _exists(self, mechanism: Mechanism, target: str) -> Asking[bool]:
        answer = yield from ask(target, Type.A)
        self._judge(answer, mechanism.text)
        return answer.found

    def _pointer(self, mechanism: Mechanism, target: str) -> Asking[bool]:
        answer = yield from ask(self.delivery.ip.reverse_pointer, Type.PTR)
        if answer.is_void:
            self._count_void(mechanism.text)
        names = tuple(dict.fromkeys(name.lower() for name in answer.records if name))[:MOST_NAMES]
        fitting = [name for name in names if name == target or name.endswith(f".{target}")]
        questions = [Question(name, self.delivery.address_type) for name in fitting]
        answers = yield from ask_all(questions)
        return any(leads_to(answers[question].records, self.delivery) for question in questions)

    def explanation(self, verdict: _Verdict) -> Asking[str]:
        """Whatever goes wrong, there is just no explanation (section 6.2)."""
        modifier = verdict.record.modifier("exp") if verdict.record is not None else None
        if modifier is None:
            return ""
        target = yield from self.expansions.target(modifier.value, verdict.domain)
        if not is_domain(target, least_labels=1):
            return ""
        answer = yield from ask(target, Type.TXT)
        if len(answer.records) != 1 or not answer.records[0].isascii():
            return ""
        return (yield from self.expansions.explanation(answer.records[0], verdict.domain))

    def _within(self, address: str, mechanism: Mechanism) -> bool:
        try:
            network = ip_address(address)
        except ValueError:
            return False
        if network.version != self.delivery.ip.version:
            return False
        prefix = mechanism.prefix4 if network.version == 4 else mechanism.prefix6
        return self.delivery.ip in ip_network(f"{network}/{prefix}", strict=False)

    def _judge(self, answer: Answer, term: str) -> None:
        if answer.failed:
            _defer(f"{term}: no answer ({answer.reason})")
        if answer.is_void:
            self._count_void(term)

    def _count_lookup(self, term: str) -> None:
        self.spent.lookups += 1
        if self.spent.lookups > MOST_LOOKUPS:
            _fail(f"{term}: more than {MOST_LOOKUPS} terms need questions to the DNS")

    def _count_void(self, term: str) -> None:
        self.spent.void += 1
        if self.spent.void > MOST_VOID:
            _fail(f"{term}: more than {MOST_VOID} questions were answered with nothing")


_ASKING: Final = {
    "a": _Evaluation._address,  # noqa: SLF001 (a table of its own methods)
    "mx": _Evaluation._exchangers,  # noqa: SLF001
    "exists": _Evaluation._exists,  # noqa: SLF001
    "ptr": _Evaluation._pointer,  # noqa: SLF001
}


def check(ip: str, mail_from: str, helo: str, *, receiver: str = "unknown", now: int = 0) -> Asking[SpfCheck]:
    """The check of one delivery. An empty ``mail_from`` (the null sender) stands for postmaster at ``helo``
    (section 2.4), a missing local part for postmaster (section 4.3); U-labels become A-labels (RFC 8616
    section 4). ``ValueError`` when ``ip`` is no address; an IPv4 address mapped into IPv6 is IPv4."""
    address = _unmapped(ip)
    helo = _in_a_labels(helo.strip())
    sender = mail_from.strip().strip("<>")
    local, _, domain = sender.rpartition("@")
    domain = _in_a_labels(domain.removesuffix(".") if sender else helo.removesuffix("."))
    sender = f"{local or _DEFAULT_SENDER}@{domain}"
    return _checked(
        Delivery(ip=address, sender=sender, helo=helo, receiver=receiver, now=now), mail_from, domain
    )


def _checked(delivery: Delivery, mail_from: str, domain: str) -> Asking[SpfCheck]:
    evaluation = _Evaluation(delivery, Expansions(delivery))
    explanation = ""
    try:
        verdict = yield from evaluation.check_host(domain.lower() if _PLAIN.fullmatch(domain) else "")
    except _Ends as end:
        verdict = _Verdict(end.result, problem=end.problem)
    if verdict.result is Result.FAIL:
        explanation = yield from evaluation.explanation(verdict)
    return SpfCheck(
        ip=str(delivery.ip),
        mail_from=mail_from,
        helo=delivery.helo,
        domain=domain.lower(),
        result=verdict.result,
        mechanism=verdict.mechanism,
        explanation=explanation,
        problem=verdict.problem,
        lookups=evaluation.spent.lookups,
        void_lookups=evaluation.spent.void,
    )


def is_domain(name: str, least_labels: int = 2) -> bool:
    """Whether a name, without a final dot, can be asked for: labels of 1 to 63 octets, 253 in all."""
    labels = name.split(".")
    fits = all(0 < len(label) <= 63 for label in labels)
    return fits and len(labels) >= least_labels and len(name) <= LONGEST and name.isascii()


def mx_hosts(answer: Answer) -> tuple[str, ...]:
    """The mail exchangers of an answer, the preferred first; without the root of a null MX."""
    pairs = [record.partition(" ") for record in answer.records]
    ranked = sorted((int(preference), host) for preference, _, host in pairs if preference.isdigit())
    return tuple(dict.fromkeys(host for _, host in ranked if host not in ("", ".")))


def _published(domain: str) -> Asking[SpfRecord | None]:
    answer = yield from ask(domain, Type.TXT)
    if answer.failed:
        _defer(f"no answer for {domain} ({answer.reason})")
    records = [text for text in answer.records if is_spf(text)]
    if len(records) > 1:
        _fail(f"{domain} publishes {len(records)} SPF records")
    return parse(records[0]) if records else None


def _unmapped(text: str) -> IPv4Address | IPv6Address:
    """The interface of a link-local address (RFC 4007) says nothing elsewhere."""
    address = ip_address(text.strip())
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or IPv6Address(int(address))
    return address


def _in_a_labels(name: str) -> str:
    """What is no name stays as it is, and is found out as malformed."""
    if name.isascii():
        return name
    try:
        return normalised(name)
    except BadName:
        return name


def _fail(problem: str) -> NoReturn:
    raise _Ends(Result.PERMERROR, problem)


def _defer(problem: str) -> NoReturn:
    raise _Ends(Result.TEMPERROR, problem)
