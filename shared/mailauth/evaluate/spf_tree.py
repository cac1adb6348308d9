"""The inspection of an SPF record: what it costs, whom it lets through, what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network
from typing import Final

from shared.mailauth.evaluate.inspection import Inspection, State
from shared.mailauth.evaluate.questions import Asking
from shared.mailauth.evaluate.spf_branch import Branch, Trouble
from shared.mailauth.evaluate.spf_branches import tree_of, tree_of_record, tree_of_text
from shared.mailauth.evaluate.spf_coverage import (
    SpfNetwork,
    default_result,
    flattened,
    networks_of,
    passing,
    repeated,
)
from shared.mailauth.evaluate.spf_findings import findings_by_text, findings_of, void_count
from shared.mailauth.findings import Finding, bounded, has_errors
from shared.mailauth.records.spf import Result, SpfRecord, parse

_MOST_NETWORKS: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SpfInspection(Inspection):
    """``lookups`` and ``void_lookups`` are those of the worst case, when no term matches. ``aliases`` are the
    CNAMEs that led to the record.

    ``pass_network_count`` counts networks under a + all the way down, equal ones once; the address counts are
    those of their union, as the terms decide in their order. ``networks`` are the first 2,000 of
    ``network_count``. ``dynamic_terms`` cover what is known in a delivery only.

    ``flattened`` is None where some part of the tree is unknown or broken, and out of date after
    ``flattened_ttl`` seconds. ``uncovered_messages`` are those that reports of ``volume_days`` days counted
    from addresses that no network covers; None where that was not asked, or not all networks are listed.
    """

    aliases: tuple[str, ...] = ()
    lookups: int = 0
    void_lookups: int = 0
    default_result: str | None = None
    all_mechanism: str | None = None
    network_count: int = 0
    pass_network_count: int = 0
    pass_ip4_count: int = 0
    pass_ip6_count: int = 0
    networks: tuple[SpfNetwork, ...] = ()
    pass_duplicate_ip4_networks: tuple[str, ...] = ()
    pass_duplicate_ip6_networks: tuple[str, ...] = ()
    dynamic_terms: tuple[str, ...] = ()
    flattened: str | None = None
    flattened_lookups: int | None = None
    flattened_ttl: int | None = None
    volume_days: int | None = None
    uncovered_messages: int | None = None
    tree: Branch | None = None


def inspect_spf(domain: str) -> Asking[SpfInspection]:
    tree = yield from tree_of(domain)
    return inspection_of(domain, tree)


def validate_spf(text: str, domain: str = "") -> SpfInspection:
    """A record by itself: nothing that it includes is looked at. One that needs no questions is inspected as
    if it were published."""
    record = parse(text)
    tree = tree_of_text(domain, text)
    if record.valid and not _own_lookups(record):
        return inspection_of(domain, tree)
    findings = bounded(findings_by_text(tree))
    everything = record.all
    return SpfInspection(
        domain=domain,
        query=domain,
        state=State.INVALID if has_errors(findings) else State.VALID,
        records=(text,),
        findings=findings,
        all_mechanism=f"{everything.qualifier}all" if everything is not None else None,
        default_result=_default_of(record),
        lookups=_own_lookups(record),
    )


def _default_of(record: SpfRecord) -> str | None:
    if not record.valid or record.redirect is not None:
        return None
    return str(record.all.result if record.all is not None else Result.NEUTRAL)


def _own_lookups(record: SpfRecord) -> int:
    """Of the terms that a receiver looks at: nothing behind all."""
    end = record.all.start if record.all is not None else len(record.text)
    asking = sum(each.queries for each in record.mechanisms if each.start < end)
    return asking + (record.redirect is not None)


def inspect_spf_record(text: str, domain: str) -> Asking[SpfInspection]:
    """A record that is not published yet, with all that it includes."""
    tree = yield from tree_of_record(domain, text)
    return inspection_of(domain, tree)


def inspection_of(domain: str, tree: Branch) -> SpfInspection:
    findings = bounded(findings_of(tree))
    common = SpfInspection(
        domain=domain,
        query=domain,
        state=_state(tree, findings),
        records=tree.records,
        ttl=tree.ttl,
        aliases=tree.aliases,
        findings=findings,
        lookups=tree.lookups,
        void_lookups=void_count(tree),
        tree=tree if tree.record is not None else None,
    )
    if tree.record is None or tree.trouble is Trouble.SYNTAX:
        return common
    networks = list(networks_of(tree))
    addresses, flat = passing(tree), flattened(tree)
    duplicates = repeated(networks)
    return replace(
        common,
        default_result=default_result(tree),
        all_mechanism=f"{tree.all}all" if tree.all is not None else None,
        network_count=len(networks),
        pass_network_count=len({found.network for found in networks if found.result == "pass"}),
        pass_ip4_count=addresses.count4,
        pass_ip6_count=addresses.count6,
        networks=tuple(networks[:_MOST_NETWORKS]),
        pass_duplicate_ip4_networks=tuple(network for network in duplicates if ":" not in network),
        pass_duplicate_ip6_networks=tuple(network for network in duplicates if ":" in network),
        dynamic_terms=tuple(dict.fromkeys(_dynamic_terms(tree))),
        flattened=flat.record if flat is not None else None,
        flattened_lookups=flat.lookups if flat is not None else None,
        flattened_ttl=flat.ttl if flat is not None else None,
    )


def with_volumes(
    inspection: SpfInspection, counted: Iterable[tuple[str, int]], *, days: int
) -> SpfInspection:
    """The inspection with the messages of each network, from (address, messages) as the reports of so many
    days counted them. An address counts for the smallest network that holds it, and for one term only."""
    holders = {
        (network.version, network.prefixlen, int(network.network_address)): place
        for place, network in reversed(
            [*enumerate(ip_network(found.network) for found in inspection.networks)]
        )
    }
    prefixes = sorted({(version, prefix) for version, prefix, _ in holders}, key=lambda each: -each[1])
    messages = [0] * len(inspection.networks)
    uncovered = 0
    for text, count in counted:
        address = ip_address(text)
        keys = (
            (version, prefix, _cut(int(address), version, prefix))
            for version, prefix in prefixes
            if version == address.version
        )
        holder = next((holders[key] for key in keys if key in holders), None)
        if holder is None:
            uncovered += count
        else:
            messages[holder] += count
    counted_networks = tuple(
        replace(found, messages=number) for found, number in zip(inspection.networks, messages, strict=True)
    )
    complete = len(inspection.networks) == inspection.network_count
    return replace(
        inspection,
        networks=counted_networks,
        volume_days=days,
        uncovered_messages=uncovered if complete else None,
    )


def _cut(address: int, version: int, prefix: int) -> int:
    bits = (32 if version == 4 else 128) - prefix
    return address >> bits << bits


def _state(tree: Branch, findings: tuple[Finding, ...]) -> State:
    if tree.trouble is Trouble.DNS:
        return State.ERROR
    if tree.trouble is Trouble.NOT_FOUND:
        return State.MISSING
    if has_errors(findings):
        return State.INVALID
    return State.ERROR if _unknown(tree) else State.VALID


def _unknown(tree: Branch) -> bool:
    """Whether the DNS left something open, at the record or below."""
    branches = list(tree.walk())
    failed = any(branch.trouble is Trouble.DNS for branch in branches)
    return failed or any(each.reason and not each.void for branch in branches for each in branch.components)


def _dynamic_terms(tree: Branch) -> Iterator[str]:
    for branch in tree.walk():
        yield from (component.text for component in branch.components if component.dynamic)
