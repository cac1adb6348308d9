"""How the tree of an SPF record is made of what the DNS said.

The tree is a pure function of the answers that are there; what it lacks is asked for all at once, and it is
built again. So it takes as many rounds as it is deep, however broad it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

from shared.mailauth.evaluate.questions import Answer, Asking, Question, Type, ask_all
from shared.mailauth.evaluate.spf_branch import Branch, Component, Trouble
from shared.mailauth.evaluate.spf_check import MOST_MX, is_domain, mx_hosts
from shared.mailauth.evaluate.spf_macros import settled_domain
from shared.mailauth.records.macros import is_dynamic
from shared.mailauth.records.spf import Mechanism, SpfRecord, is_spf, parse

MOST_NODES: Final = 100
MOST_TERMS: Final = 3_000
LONGEST_RECORD: Final = 8_192
"""Records in a tree, terms in all of them, octets of one; what is larger is cut off, and said to be."""

MOST_NETWORKS: Final = 10_000
"""That a and mx lead to, in the whole tree; where there are more, what a term covers is not known."""

_NOWHERE: Final = "domain.invalid"
MOST_QUESTIONS: Final = 400
DEEPEST: Final = 20


def tree_of(domain: str) -> Asking[Branch]:
    return (yield from _grown(lambda known: _Builder(known).branch(domain, ())))


def tree_of_record(domain: str, text: str) -> Asking[Branch]:
    """As if ``domain`` published this record."""
    return (yield from _grown(lambda known: _Builder(known).recorded(domain, text, (), (text,), None)))


def tree_of_text(domain: str, text: str) -> Branch:
    """What the text alone shows of that tree: no record below it, no address that would have to be asked
    for. ``domain`` may be empty."""
    builder = _Builder(_Known({}, {}, {}, {}))
    return replace(builder.recorded(domain or _NOWHERE, text, (), (text,), None), domain=domain)


def _grown(build: Callable[[_Known], Branch]) -> Asking[Branch]:
    answers: dict[Question, Answer] = {}
    parsed: dict[str, SpfRecord] = {}
    ranked: dict[str, tuple[str, ...]] = {}
    while True:
        missing: dict[Question, None] = {}
        tree = build(_Known(answers, missing, parsed, ranked))
        room = MOST_QUESTIONS - len(answers)
        wanted = list(missing)[: max(room, 0)]
        if not wanted:
            return tree
        answers.update((yield from ask_all(wanted)))


@dataclass(slots=True)
class _Known:
    answers: Mapping[Question, Answer]
    missing: dict[Question, None]
    parsed: dict[str, SpfRecord]
    ranked: dict[str, tuple[str, ...]]

    def record(self, text: str) -> SpfRecord:
        if text not in self.parsed:
            self.parsed[text] = parse(text)
        return self.parsed[text]

    def hosts(self, target: str, exchangers: Answer | None) -> tuple[str, ...]:
        """No more of them than show that there are too many."""
        if exchangers is not None and target not in self.ranked:
            self.ranked[target] = mx_hosts(exchangers)[: MOST_MX + 1]
        return self.ranked.get(target, ())

    def get(self, name: str, type_: Type) -> Answer | None:
        question = Question(name, type_)
        answer = self.answers.get(question)
        if answer is None:
            self.missing[question] = None
        return answer


@dataclass(slots=True)
class _Builder:
    known: _Known
    nodes: int = 0
    terms: int = 0
    networks: int = 0

    def branch(self, domain: str, above: tuple[str, ...]) -> Branch:
        domain = domain.lower().removesuffix(".")
        trouble = self._without_asking(domain, above)
        if trouble is not None:
            return Branch(domain=domain, record=None, trouble=trouble)
        self.nodes += 1
        answer = self.known.get(domain, Type.TXT)
        if answer is None:
            return Branch(domain=domain, record=None, trouble=Trouble.CUT)
        if answer.failed:
            return Branch(domain=domain, record=None, trouble=Trouble.DNS, reason=_reason(answer))
        records = tuple(text for text in answer.records if is_spf(text))
        if len(records) != 1:
            trouble = Trouble.SEVERAL if records else Trouble.NOT_FOUND
            return Branch(
                domain=domain,
                record=None,
                records=records,
                trouble=trouble,
                ttl=answer.ttl,
                aliases=answer.aliases,
            )
        recorded = self.recorded(domain, records[0], above, records, answer.ttl)
        return replace(recorded, aliases=answer.aliases)

    def recorded(
        self, domain: str, text: str, above: tuple[str, ...], records: tuple[str, ...], ttl: int | None
    ) -> Branch:
        if len(text) > LONGEST_RECORD:
            return Branch(domain=domain, record=None, records=(text[:LONGEST_RECORD],), trouble=Trouble.CUT)
        record = self.known.record(text)
        self.terms += len(record.mechanisms)
        branch = Branch(domain=domain, record=text, records=records, ttl=ttl)
        if not record.valid:
            return replace(branch, trouble=Trouble.SYNTAX, reason=record.findings[0].message.rstrip("."))
        components = tuple(self._components(record, domain, (*above, domain)))
        return replace(
            branch,
            all=record.all.qualifier if record.all is not None else None,
            components=components,
            lookups=sum(component.lookups for component in components),
        )

    def _without_asking(self, domain: str, above: tuple[str, ...]) -> Trouble | None:
        if not is_domain(domain):
            return Trouble.NAME
        if domain in above:
            return Trouble.LOOP
        if self.nodes >= MOST_NODES or self.terms >= MOST_TERMS or len(above) >= DEEPEST:
            return Trouble.CUT
        return None

    def _components(self, record: SpfRecord, domain: str, above: tuple[str, ...]) -> Iterator[Component]:
        """Of the terms that a receiver looks at: nothing behind all, no redirect beside it."""
        for mechanism in record.mechanisms:
            yield self._component(mechanism, domain, above)
            if mechanism.name == "all":
                return
        redirect = record.redirect
        if redirect is not None:
            result = self._below(redirect.value, domain, above)
            yield Component(
                qualifier="",
                type="redirect",
                value=redirect.value,
                text=redirect.text,
                lookups=1 + result.lookups,
                dynamic=result.trouble is Trouble.DYNAMIC,
                result=result,
            )

    def _below(self, value: str, domain: str, above: tuple[str, ...]) -> Branch:
        if is_dynamic(value):
            return Branch(domain=value, record=None, trouble=Trouble.DYNAMIC)
        return self.branch(settled_domain(value, domain), above)

    def _component(self, mechanism: Mechanism, domain: str, above: tuple[str, ...]) -> Component:
        plain = Component(
            qualifier=mechanism.qualifier,
            type=mechanism.name,
            value=mechanism.value,
            text=mechanism.text,
            lookups=1 if mechanism.queries else 0,
            dynamic=mechanism.is_dynamic,
        )
        match mechanism.name:
            case "ip4" | "ip6":
                return replace(plain, networks=(_network(mechanism.value, mechanism),))
            case "include":
                result = self._below(mechanism.value, domain, above)
                return replace(plain, lookups=1 + result.lookups, result=result)
            case "a" | "mx" | "exists" if not is_dynamic(mechanism.value):
                return self._asked(plain, mechanism, settled_domain(mechanism.value, domain) or domain)
            case _:
                return plain

    def _asked(self, plain: Component, mechanism: Mechanism, target: str) -> Component:
        if not is_domain(target, least_labels=1):
            return replace(plain, reason="bad name")
        match mechanism.name:
            case "exists":
                found = [self.known.get(target, Type.A)]
                return _judged(plain, found, found)
            case "a":
                addresses = self._addresses([target])
                return _judged(self._covering(plain, addresses, mechanism), addresses, addresses)
            case _:
                exchangers = self.known.get(target, Type.MX)
                hosts = self.known.hosts(target, exchangers)
                addresses = self._addresses(hosts[:MOST_MX])
                covering = self._covering(replace(plain, hosts=hosts), addresses, mechanism)
                return _judged(covering, [exchangers], [exchangers, *addresses])

    def _addresses(self, hosts: Sequence[str]) -> list[Answer | None]:
        asked = [host for host in hosts if is_domain(host, least_labels=1)]
        return [self.known.get(host, type_) for host in asked for type_ in (Type.A, Type.AAAA)]

    def _covering(
        self, plain: Component, answers: Sequence[Answer | None], mechanism: Mechanism
    ) -> Component:
        self.networks += sum(len(answer.records) for answer in answers if answer is not None)
        if self.networks > MOST_NETWORKS:
            return replace(plain, reason="too many addresses")
        return replace(plain, networks=_covered(answers, mechanism))


def _judged(
    component: Component, decisive: Sequence[Answer | None], answers: Sequence[Answer | None]
) -> Component:
    """Void when all of ``decisive`` say that there is nothing."""
    given = [answer for answer in answers if answer is not None]
    unknown = [_reason(answer) for answer in given if answer.failed]
    if len(given) < len(answers):
        unknown.append("not asked")
    return replace(
        component,
        void=all(answer is not None and answer.is_void for answer in decisive),
        reason=component.reason or (unknown[0] if unknown else ""),
        ttl=min((answer.ttl for answer in given if not answer.failed), default=None),
    )


def _reason(answer: Answer) -> str:
    return answer.reason or "no answer"


def _covered(answers: Sequence[Answer | None], mechanism: Mechanism) -> tuple[str, ...]:
    texts = [text for answer in answers if answer is not None for text in answer.records]
    return tuple(dict.fromkeys(network for text in texts if (network := _network(text, mechanism))))


def _network(address: str, mechanism: Mechanism) -> str:
    """Empty for what is no address."""
    try:
        if ":" in address:
            return str(IPv6Network((int(IPv6Address(address)), mechanism.prefix6), strict=False))
        return str(IPv4Network((int(IPv4Address(address)), mechanism.prefix4), strict=False))
    except ValueError:
        return ""
