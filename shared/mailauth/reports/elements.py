"""The elements of an aggregate report as values (RFC 9990 section 3.1, RFC 7489 appendix C).

What is missing, empty, misspelt or out of place is noted and read as well as it can be.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.mailauth.reports import vocabulary
from shared.mailauth.reports.safe_xml import Node
from shared.mailauth.reports.values import (
    AuthResults,
    DkimAuth,
    Evaluated,
    Identifiers,
    Override,
    PolicyPublished,
    SpfAuth,
)
from shared.mailauth.reports.vocabulary import Note

_IDENTIFIERS = ("identifiers", "identities")


@dataclass(slots=True)
class Metadata:
    """``report_metadata``; times are ``None`` when the reporter gives none that can be read."""

    org_name: str
    email: str | None
    extra_contact_info: str | None
    report_id: str
    begin: int | None
    end: int | None
    errors: tuple[str, ...]
    generator: str | None


@dataclass(slots=True)
class RecordParts:
    """The pieces of a ``record``; ``None`` for those it lacks."""

    source_ip: str
    count: str
    evaluated: Node | None
    identifiers: Node | None
    auth: Node | None


def metadata(node: Node, note: Note) -> Metadata:
    fields = node.fields
    email = fields.get("email") or None
    if email is None:
        note("no_email", "")
    if not fields.get("report_id"):
        note("no_report_id", "")
    period = node.child("date_range")
    times = {} if period is None else period.fields
    return Metadata(
        org_name=_org_name(fields.get("org_name"), email, note),
        email=email,
        extra_contact_info=fields.get("extra_contact_info") or None,
        report_id=fields.get("report_id", ""),
        begin=vocabulary.epoch(times.get("begin", ""), note),
        end=vocabulary.epoch(times.get("end", ""), note),
        errors=_errors(node),
        generator=fields.get("generator") or None,
    )


def _errors(node: Node) -> tuple[str, ...]:
    """RFC 7489 allows several."""
    texts = [node.fields.get("error", ""), *(child.text for child in node.children if child.name == "error")]
    return tuple(dict.fromkeys(text for text in texts if text))


def _org_name(text: str | None, email: str | None, note: Note) -> str:
    if text:
        return text
    note("no_org_name", email or "")
    return email.rpartition("@")[2].rstrip(">").lower() if email else ""


def policy(node: Node, note: Note) -> PolicyPublished:
    said = {name: text.lower() for name, text in node.fields.items() if text}
    get = said.get
    for name in ("p", "sp", "np"):
        if name in said and said[name] not in vocabulary.POLICIES:
            note("unknown_policy", f"{name}: {said[name]}")
    if "p" not in said:
        note("no_policy", "")
    return PolicyPublished(
        domain=vocabulary.domain(node.fields.get("domain", ""), note),
        p=get("p"),
        sp=get("sp"),
        np=get("np"),
        adkim=get("adkim"),
        aspf=get("aspf"),
        pct=get("pct"),
        fo=get("fo"),
        testing=get("testing"),
        discovery_method=get("discovery_method"),
    )


def record(node: Node, note: Note) -> RecordParts | None:
    """The parts of a record; ``None`` when it has no row at all."""
    row = node.child("row")
    if row is None:
        return None
    identifiers = node.child("identifiers") or row.child("identifiers")
    if identifiers is None and (identifiers := node.child("identities")) is not None:
        note("identities_for_identifiers", "")
    fields = row.fields
    return RecordParts(
        source_ip=fields.get("source_ip", ""),
        count=fields.get("count", ""),
        evaluated=row.child("policy_evaluated") or node.child("policy_evaluated"),
        identifiers=identifiers,
        auth=node.child("auth_results") or row.child("auth_results"),
    )


def evaluated(node: Node | None, note: Note) -> Evaluated:
    if node is None:
        note("no_policy_evaluated", "")
        return Evaluated(None, None, None)
    fields = node.fields
    overrides = [_override(child, note) for child in node.children if child.name == "reason"]
    if "reason" in fields:
        overrides.insert(0, _override(Node("reason", fields["reason"], {}, []), note))
    return Evaluated(
        vocabulary.word(fields.get("disposition", ""), vocabulary.DISPOSITIONS, "disposition", note),
        vocabulary.verdict(fields.get("dkim"), "dkim", note),
        vocabulary.verdict(fields.get("spf"), "spf", note),
        tuple(override for override in overrides if override is not None),
    )


def _override(node: Node, note: Note) -> Override | None:
    fields = node.fields
    raw, comment = fields.get("type", ""), fields.get("comment") or None
    if not raw and comment is None:
        if node.text:
            note("override_without_type", node.text)
            return Override("other", node.text)
        note("empty_reason", "")
        return None
    lower = raw.lower()
    if lower in vocabulary.OVERRIDES:
        return Override(lower, comment)
    note("unknown_override" if raw else "override_without_type", raw)
    return Override("other", comment or raw or None)


def identifiers(node: Node | None, policy_domain: str | None, note: Note) -> Identifiers | None:
    """Without a header-from the policy domain stands for it; ``None`` without either."""
    fields = {} if node is None else node.fields
    header_from = fields.get("header_from", "")
    if not header_from:
        note("no_header_from", "")
        if not policy_domain:
            return None
        return Identifiers(policy_domain, _envelope(fields, "from", note), _envelope(fields, "to", note))
    return Identifiers(
        vocabulary.domain(header_from, note),
        _envelope(fields, "from", note),
        _envelope(fields, "to", note),
    )


def _envelope(fields: dict[str, str], which: str, note: Note) -> str | None:
    """Absent is ``None``; empty is the null sender."""
    text = fields.get(f"envelope_{which}")
    return vocabulary.domain(text, note) if text else text


def auth_results(node: Node | None, most_dkim: int, note: Note) -> AuthResults:
    if node is None:
        note("no_auth_results", "")
        return AuthResults()
    dkim: list[DkimAuth] = []
    spf: list[SpfAuth] = []
    for name in ("dkim", "spf"):
        if name in node.fields:
            note(f"empty_{name}", node.fields[name])
    for child in node.children:
        fields = child.fields
        if child.name not in ("dkim", "spf"):
            continue
        if not any(fields.values()):
            note(f"empty_{child.name}", "")
        elif child.name == "dkim":
            if len(dkim) < most_dkim:
                dkim.append(_dkim(fields, note))
            else:
                note("too_many_dkim", f"only the first {most_dkim} are kept")
        else:
            spf.append(_spf(fields, note))
    return AuthResults(tuple(dkim), tuple(spf))


def _dkim(fields: dict[str, str], note: Note) -> DkimAuth:
    return DkimAuth(
        vocabulary.domain(fields.get("domain", ""), note),
        fields.get("selector") or None,
        vocabulary.result(fields.get("result"), vocabulary.DKIM_RESULTS, note),
        fields.get("human_result") or None,
    )


def _spf(fields: dict[str, str], note: Note) -> SpfAuth:
    scope = fields.get("scope", "").lower() or None
    if scope not in (None, "mfrom", "helo"):
        note("unknown_scope", scope)
    return SpfAuth(
        vocabulary.domain(fields.get("domain", ""), note),
        scope,
        vocabulary.result(fields.get("result"), vocabulary.SPF_RESULTS, note),
        fields.get("human_result") or None,
    )
