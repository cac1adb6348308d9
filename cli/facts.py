"""What an inspection found, in a few lines for people; ``--json`` has all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from cli.tables import text_of

Inspected = Mapping[str, Any]

_MOST: Final = 12
"""Items of a list that are shown."""
_MOST_BRANCHES: Final = 60
_CONSENT: Final = {"not_needed": "of the same organization", "unknown": "authorization unknown"}
_LOOKUPS: Final = 10
_VOID_LOOKUPS: Final = 2


def facts_of(kind: str, inspected: Inspected) -> list[str]:
    """Lines without indent; none where there is nothing to be said beyond the record itself."""
    return list(_FACTS[kind](inspected))


def delivery_facts(check: Inspected) -> list[str]:
    """Of one delivery checked by SPF."""
    told = {
        "domain": check["domain"],
        "decided by": check["mechanism"],
        "because": check["problem"],
        "explanation": check["explanation"],
        "lookups": f"{check['lookups']} of {_LOOKUPS}, {check['void_lookups']} of {_VOID_LOOKUPS} void",
    }
    return [f"{name}: {text_of(value)}" for name, value in told.items() if value]


def _dmarc(found: Inspected) -> Iterator[str]:
    if found["effective_policy"]:
        rehearsed = " (t=y: a rehearsal)" if found["testing"] else ""
        yield f"applied to {found['domain'] or 'the domain'}: {found['effective_policy']}{rehearsed}"
        yield (
            f"policy: {found['policy']}, of subdomains {found['subdomain_policy']}, "
            f"of names that do not exist {found['nonexistent_policy']}"
        )
    if found["walk"]:
        yield f"Organizational Domain: {text_of(found['organizational_domain'])}"
    if found["walk"] and found["policy_domain"]:
        yield f"policy of: {found['policy_domain']} ({found['policy_source']})"
    for step in found["walk"]:
        yield f"asked: {step['query']}: {step['record'] or step['reason'] or step['outcome']}"
    for destination in found["destinations"]:
        told = _CONSENT.get(destination["authorization"], destination["authorization"])
        yield f"{destination['tag']} {destination['uri']}: {told}"
    view = found["suffix_list"]
    if view and view["differences"]:
        yield (
            f"receivers that follow RFC 7489: {text_of(view['policy'])} of {text_of(view['policy_domain'])} "
            f"(Organizational Domain {view['organizational_domain']})"
        )


def _spf(found: Inspected) -> Iterator[str]:
    if found["default_result"] is None:
        return
    yield f"lookups: {found['lookups']} of {_LOOKUPS}, {found['void_lookups']} of {_VOID_LOOKUPS} void"
    if found["tree"] is None:
        return
    yield (
        f"lets through: {found['pass_ip4_count']:,} IPv4 and {found['pass_ip6_count']:,} IPv6 addresses in "
        f"{found['pass_network_count']} networks; all others: {found['default_result']}"
    )
    branches = list(_branches(found["tree"], 0))
    yield from branches[:_MOST_BRANCHES]
    if len(branches) > _MOST_BRANCHES:
        yield f"and {len(branches) - _MOST_BRANCHES} more terms"
    if found["flattened"]:
        yield f"without includes ({found['flattened_lookups']} lookups): {found['flattened']}"


def _branches(branch: Inspected, depth: int) -> Iterator[str]:
    """The terms that cost look-ups, each below the record that it stands in."""
    for term in branch["components"]:
        below = term["result"]
        if not (term["lookups"] or below):
            continue
        void = ", nothing there" if term["void"] else ""
        trouble = f", {below['trouble'].replace('_', ' ')}" if below and below["trouble"] else ""
        yield f"{'  ' * depth}{term['text']} ({term['lookups']}{void}{trouble})"
        if below:
            yield from _branches(below, depth + 1)


def _dkim(found: Inspected) -> Iterator[str]:
    if "keys" not in found:
        yield from _key(found)
        return
    for key in found["keys"]:
        yield f"{key['selector']}: {'; '.join([key['state'], *_key(key)])}"
    yield f"selectors tried: {len(found['tried'])}"


def _key(key: Inspected) -> Iterator[str]:
    if key["service"]:
        yield f"selector of: {key['service']}"
    if key["cname"]:
        yield f"alias of: {key['cname']}"
    if key["revoked"]:
        yield "revoked"
    elif key["key_type"]:
        bits = f", {key['key_bits']} bits" if key["key_bits"] else ""
        yield f"key: {key['key_type']}{bits}{', testing' if key['testing'] else ''}"


def _bimi(found: Inspected) -> Iterator[str]:
    if found["source"] == "organizational":
        yield f"record of: {found['organizational_domain']}"
    for name in ("image", "evidence"):
        document = found[name]
        if document:
            state = "unknown" if document["unknown"] else "valid" if document["valid"] else "invalid"
            yield f"{name}: {document['url']} ({state})"
    if found["dmarc"]:
        yield f"DMARC lets it be shown: {text_of(found['dmarc']['ready'])}"


def _mta_sts(found: Inspected) -> Iterator[str]:
    if found["aliases"]:
        yield f"alias of: {_listed(found['aliases'])}"


def _mta_sts_policy(found: Inspected) -> Iterator[str]:
    policy = found["policy"]
    if policy:
        yield f"mode: {text_of(policy['mode'])}, for {text_of(policy['max_age'])} seconds"
    ends = f", until {found['certificate_ends']}" if found["certificate_ends"] else ""
    if found["query"]:
        yield f"certificate: {found['certificate']}{ends}"
    for host in found["hosts"][:_MOST]:
        told = {True: "covered", False: "not covered", None: "nothing asked of it"}[host["covered"]]
        yield f"mail host {host['name']}: {told}"


def _tls_rpt(found: Inspected) -> Iterator[str]:
    if found["cname"]:
        yield f"alias of: {found['cname']}"
    for destination in found["rua"]:
        yield f"reports go to: {destination['uri']}"


def _mx(found: Inspected) -> Iterator[str]:
    if found["null_mx"]:
        yield "receives no mail (null MX)"
    if found["implicit"]:
        yield f"no MX: mail goes to {_listed(found['addresses'])}"
    for host in found["hosts"][:_MOST]:
        if host["name"]:
            yield f"{host['preference']} {host['name']}: {_listed(host['addresses'] or ['unknown'])}"
    if len(found["hosts"]) > _MOST:
        yield f"and {len(found['hosts']) - _MOST} more"


def _listed(values: Sequence[str]) -> str:
    more = f" and {len(values) - _MOST} more" if len(values) > _MOST else ""
    return ", ".join(values[:_MOST]) + more


_FACTS: Final[Mapping[str, Callable[[Inspected], Iterator[str]]]] = {
    "dmarc": _dmarc,
    "spf": _spf,
    "dkim": _dkim,
    "bimi": _bimi,
    "mta-sts": _mta_sts,
    "mta-sts-policy": _mta_sts_policy,
    "tls-rpt": _tls_rpt,
    "mx": _mx,
}
