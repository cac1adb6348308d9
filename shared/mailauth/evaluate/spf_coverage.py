"""Which addresses an SPF tree lets through, and the same record without its includes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final

from shared.mailauth.evaluate.address_sets import EVERYTHING, AddressSet
from shared.mailauth.evaluate.spf_branches import Branch, Component, Trouble

_PASSES: Final = ("+", "")
"""Qualifiers under which what is below passes; redirect has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpfNetwork:
    """``result`` is what the tree says of mail from it (pass, fail, softfail, neutral); ``term`` names it, in
    the record of ``domain``. ``messages`` are those that reports counted from there, where that was asked."""

    network: str
    result: str
    domain: str
    term: str
    messages: int | None = None


_RESULTS: Final = {"+": "pass", "": "pass", "-": "fail", "~": "softfail", "?": "neutral"}


def networks_of(tree: Branch, qualifier: str = "+") -> Iterator[SpfNetwork]:
    """Every network that a term names. Below an include only passes count: they are what makes it match."""
    for component in tree.components:
        for network in component.networks:
            yield SpfNetwork(
                network=network,
                result=_RESULTS[component.qualifier if qualifier in _PASSES else qualifier],
                domain=tree.domain,
                term=component.text,
            )
        if component.result is None:
            continue
        if component.type == "redirect":
            yield from networks_of(component.result, qualifier)
        else:
            outer = component.qualifier if qualifier in _PASSES else qualifier
            yield from (
                _as(found, outer) for found in networks_of(component.result) if found.result == "pass"
            )


def passing(tree: Branch) -> AddressSet:
    """The addresses that pass, the first term that matches deciding as it does for a receiver."""
    passed, decided = AddressSet(), AddressSet()
    for qualifier, covered in _directives(tree):
        if qualifier in _PASSES:
            passed |= covered - decided
        decided |= covered
    return passed


def default_qualifier(tree: Branch) -> str | None:
    """Of the ``all`` that ends the evaluation, behind a redirect or not; None where there is none."""
    if tree.all is not None:
        return tree.all
    last = tree.components[-1] if tree.components else None
    if last is not None and last.type == "redirect" and last.result is not None:
        return default_qualifier(last.result)
    return None


def repeated(networks: list[SpfNetwork]) -> tuple[str, ...]:
    """Networks that pass by more than one term, in the order of their addresses."""
    counted = Counter(found.network for found in networks if found.result == "pass")
    again = [network for network, times in counted.items() if times > 1]
    return tuple(sorted(again, key=lambda text: (":" in text, ip_network(text).network_address.packed)))


@dataclass(frozen=True, slots=True)
class Flattened:
    record: str
    lookups: int


def flattened(tree: Branch) -> Flattened | None:
    """The record with addresses in the place of what they are looked up by, and the same result for every
    address. Terms that depend on the delivery stay as they are, and includes that hold such terms.

    None where any part of the tree is unknown or broken: a record that lacks a sender is worse than none.
    """
    if any(branch.trouble not in (Trouble.NONE, Trouble.DYNAMIC) for branch in tree.walk()):
        return None
    if any(component.reason for branch in tree.walk() for component in branch.components):
        return None
    terms, lookups = _flat(tree)
    return Flattened(" ".join(["v=spf1", *dict.fromkeys(terms)]), lookups)


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


def _directives(tree: Branch) -> Iterator[tuple[str, AddressSet]]:
    for component in tree.components:
        if component.type == "redirect" and component.result is not None:
            yield from _directives(component.result)
        else:
            yield component.qualifier, _covered(component)


def _covered(component: Component) -> AddressSet:
    if component.type == "all":
        return EVERYTHING
    if component.result is not None:
        return passing(component.result)
    return AddressSet.of(ip_network(network) for network in component.networks)


def _as(found: SpfNetwork, qualifier: str) -> SpfNetwork:
    return SpfNetwork(network=found.network, result=_RESULTS[qualifier], domain=found.domain, term=found.term)


def _short(network: str) -> str:
    """A single address needs no prefix length."""
    return network.removesuffix("/128" if ":" in network else "/32")
