"""What is to be said about an SPF record, and about what it leads to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Final

from shared.mailauth.evaluate import spf_tree_flaws as flaws
from shared.mailauth.evaluate.address_sets import AddressSet, Network
from shared.mailauth.evaluate.spf_branch import Branch, Trouble
from shared.mailauth.evaluate.spf_check import MOST_LOOKUPS, MOST_MX, MOST_VOID
from shared.mailauth.evaluate.spf_coverage import networks_of, repeated
from shared.mailauth.findings import Finding
from shared.mailauth.records.spf import parse

_SMALLEST_PREFIX: Final = {4: 16, 6: 32}
"""Networks larger than these are worth a word."""

_SPECIAL: Final = AddressSet.of(
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/3"),
        *("::/3", "2001::/23", "2001:db8::/32", "3fff::/20", "4000::/2", "8000::/1"),
    )
)
"""Addresses that no mail comes from (the IANA registries of special-purpose addresses; of IPv6 only 2000::/3
is given out)."""

_UNNAMED: Final = "the domain"
_UNASKED: Final = frozenset({flaws.TROUBLES[Trouble.CUT].code, flaws.UNANSWERED.code})


def void_count(tree: Branch) -> int:
    return sum(component.void for branch in tree.walk() for component in branch.components)


def findings_by_text(tree: Branch) -> Iterator[Finding]:
    """Those that need no answer, of a tree that nothing was asked for."""
    unasked = _UNASKED if tree.record is not None else frozenset()
    return (finding for finding in findings_of(tree) if finding.code not in unasked)


def findings_of(tree: Branch) -> Iterator[Finding]:
    if tree.trouble is Trouble.NOT_FOUND:
        yield flaws.MISSING.found(tree.domain)
        return
    if tree.record is not None:
        yield from parse(tree.record).findings
    yield from _on_limits(tree)
    seen: set[tuple[str, Trouble]] = set()
    for branch in tree.walk():
        told = (branch.domain, branch.trouble)
        if branch.trouble is Trouble.NONE or told in seen or (branch is tree and branch.record is not None):
            continue
        seen.add(told)
        yield flaws.TROUBLES[branch.trouble].found(branch.domain[:300], reason=branch.reason)
    yield from _on_repetition(tree)
    yield from _on_terms(tree)
    yield from _on_networks(tree)


def _on_limits(tree: Branch) -> Iterator[Finding]:
    if tree.lookups > MOST_LOOKUPS:
        yield flaws.TOO_MANY_LOOKUPS.found(str(tree.lookups))
    void = void_count(tree)
    if void > MOST_VOID:
        yield flaws.TOO_MANY_VOID.found(str(void))


def _on_repetition(tree: Branch) -> Iterator[Finding]:
    again = (Trouble.LOOP, Trouble.DYNAMIC)
    included = Counter(
        branch.domain for branch in tree.walk() if branch is not tree and branch.trouble not in again
    )
    for domain, times in included.items():
        if times > 1:
            yield flaws.REPEATED_INCLUDE.found(domain[:300], times=times)
    networks = repeated(list(networks_of(tree)))
    if networks:
        yield flaws.REPEATED_NETWORKS.found(networks[0], count=len(networks))


def _on_terms(tree: Branch) -> Iterator[Finding]:
    for domain in dict.fromkeys(_let_through(tree)):
        yield flaws.INCLUDED_PASS_ALL.found(domain)
    for branch in _once(tree):
        for component in branch.components:
            subject = component.text[:200]
            if component.void:
                yield flaws.VOID.found(subject, domain=branch.domain)
            if component.reason and not component.void:
                yield flaws.UNANSWERED.found(subject, domain=branch.domain, reason=component.reason)
            if len(component.hosts) > MOST_MX:
                yield flaws.TOO_MANY_MX.found(subject)


def _on_networks(tree: Branch) -> Iterator[Finding]:
    told: set[str] = set()
    for found in networks_of(tree):
        if found.result != "pass" or found.network in told:
            continue
        told.add(found.network)
        network, domain = ip_network(found.network), found.domain or _UNNAMED
        if network.prefixlen == 0:
            yield flaws.WHOLE_WORLD.found(found.term[:200], domain=domain)
        elif _is_special(network):
            yield flaws.PRIVATE.found(found.term[:200], domain=domain)
        elif network.prefixlen < _SMALLEST_PREFIX[network.version]:
            yield flaws.LARGE.found(found.term[:200], domain=domain, count=network.num_addresses)


def _is_special(network: Network) -> bool:
    return not AddressSet.of([network]) - _SPECIAL


def _once(tree: Branch) -> Iterator[Branch]:
    """Each record once, however often it is included."""
    seen: set[str] = set()
    for branch in tree.walk():
        if branch.domain not in seen and branch.record is not None:
            seen.add(branch.domain)
            yield branch


def _let_through(tree: Branch) -> Iterator[str]:
    """Domains below whose record ends in +all, as far as a match there passes here."""
    for component in tree.components:
        below: Branch | None = component.result
        if below is None or component.qualifier not in ("+", ""):
            continue
        if below.all == "+":
            yield below.domain
        yield from _let_through(below)
