"""Which addresses an SPF tree lets through, and the same record without its includes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_network
from itertools import groupby
from operator import itemgetter

from shared.mailauth.evaluate.address_sets import EVERYTHING, AddressSet, union
from shared.mailauth.evaluate.spf_branch import Branch, Component, Trouble
from shared.mailauth.evaluate.spf_branches import LONGEST_RECORD
from shared.mailauth.evaluate.spf_check import MOST_MX
from shared.mailauth.records.spf import QUALIFIERS, Result, parse


@dataclass(frozen=True, slots=True, kw_only=True)
class SpfNetwork:
    """``result`` is what the tree says of mail from it (pass, fail, softfail, neutral); ``term`` names it, in
    the record of ``domain``. ``messages`` are those that reports counted from there, where that was asked."""

    network: str
    result: str
    domain: str
    term: str
    messages: int | None = None


def networks_of(tree: Branch) -> Iterator[SpfNetwork]:
    """Every network that a term names. Below an include only passes count: they are what makes it match."""
    for component in tree.components:
        for network in component.networks:
            yield SpfNetwork(
                network=network,
                result=str(QUALIFIERS[component.qualifier]),
                domain=tree.domain,
                term=component.text,
            )
        if component.type == "redirect" and component.result is not None:
            yield from networks_of(component.result)
        elif component.result is not None:
            result = str(QUALIFIERS[component.qualifier])
            below = networks_of(component.result)
            yield from (replace(found, result=result) for found in below if found.result == Result.PASS)


def passing(tree: Branch) -> AddressSet:
    """The addresses that pass, the first term that matches deciding as it does for a receiver."""
    passed, decided = AddressSet(), AddressSet()
    for passes, group in groupby(_directives(tree), key=itemgetter(0)):
        covered = union(covered for _, covered in group)
        if passes:
            passed |= covered - decided
        decided |= covered
    return passed


def default_result(tree: Branch) -> str | None:
    """What becomes of mail that no other term matches; None where that is not known: a redirect leads to
    nothing that can be used."""
    if tree.trouble is not Trouble.NONE:
        return None
    if tree.all is not None:
        return str(QUALIFIERS[tree.all])
    last = tree.components[-1] if tree.components else None
    if last is not None and last.type == "redirect" and last.result is not None:
        return default_result(last.result)
    return str(Result.NEUTRAL)


def repeated(networks: list[SpfNetwork]) -> tuple[str, ...]:
    """Networks that pass by more than one term, in the order of their addresses."""
    counted = Counter(found.network for found in networks if found.result == Result.PASS)
    again = [network for network, times in counted.items() if times > 1]
    return tuple(sorted(again, key=lambda text: (":" in text, ip_network(text).network_address.packed)))


@dataclass(frozen=True, slots=True)
class Flattened:
    """It is out of date once ``ttl`` seconds have passed: the smallest of all answers it was made of."""

    record: str
    lookups: int
    ttl: int | None


def flattened(tree: Branch) -> Flattened | None:
    """The record with addresses in the place of what they are looked up by, and the same result for every
    address. Terms that depend on the delivery stay as they are, and includes that hold such terms.

    None where any part of the tree is unknown or broken: a record that lacks a sender is worse than none. So
    it is where the list is too long to be published.
    """
    if any(branch.trouble not in (Trouble.NONE, Trouble.DYNAMIC) for branch in tree.walk()):
        return None
    components = [component for branch in tree.walk() for component in branch.components]
    if any(component.reason or len(component.hosts) > MOST_MX for component in components):
        return None
    terms, lookups = _flat(tree)
    record = " ".join(["v=spf1", *dict.fromkeys(terms), *_explanation(tree)])
    lives = [branch.ttl for branch in tree.walk()] + [component.ttl for component in components]
    least = min((ttl for ttl in lives if ttl is not None), default=None)
    return Flattened(record, lookups, least) if len(record) <= LONGEST_RECORD else None


def _explanation(tree: Branch) -> Iterator[str]:
    """Its text is looked up for failures only, and counts for nothing. That of a redirect's target is about
    the target, and left out."""
    if tree.record is not None and all(component.type != "redirect" for component in tree.components):
        modifier = parse(tree.record).modifier("exp")
        yield from () if modifier is None else (modifier.text,)


def _flat(tree: Branch) -> tuple[list[str], int]:
    terms: list[str] = []
    lookups = 0
    for component in tree.components:
        below = component.result
        stays = component.dynamic or (below is not None and _is_dynamic(below))
        if component.type == "redirect" and below is not None and not stays:
            inner, more = _flat(below)
            terms += inner
            lookups += more
        elif stays or component.type == "all":
            terms.append(component.text)
            lookups += component.lookups
        else:
            sign = component.qualifier.removeprefix("+")
            terms += (f"{sign}ip{net.version}:{_short(str(net))}" for net in _covered(component).networks())
    return terms, lookups


def _is_dynamic(tree: Branch) -> bool:
    return any(
        branch.trouble is Trouble.DYNAMIC or any(component.dynamic for component in branch.components)
        for branch in tree.walk()
    )


def _directives(tree: Branch) -> Iterator[tuple[bool, AddressSet]]:
    """Whether a match passes, and what matches."""
    for component in tree.components:
        if component.type == "redirect" and component.result is not None:
            yield from _directives(component.result)
        else:
            yield component.qualifier == "+", _covered(component)


def _covered(component: Component) -> AddressSet:
    if component.type == "all":
        return EVERYTHING
    if component.result is not None:
        return passing(component.result)
    return AddressSet.of(ip_network(network) for network in component.networks)


def _short(network: str) -> str:
    """A single address needs no prefix length."""
    return network.removesuffix("/128" if ":" in network else "/32")
