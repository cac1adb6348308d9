"""Whether reports may go where a DMARC record sends them (RFC 9990 section 4, RFC 9991 section 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.mailauth.evaluate import destination_flaws as flaws
from shared.mailauth.evaluate.questions import Answer, Asking, Question, Type, ask_all, both, together
from shared.mailauth.evaluate.walk import walk
from shared.mailauth.findings import Finding
from shared.mailauth.names import LONGEST
from shared.mailauth.records import dmarc
from shared.mailauth.records.report_uris import ReportUri

MOST_HOSTS: Final = 20
"""Foreign hosts of one record that are asked; reporters have such limits, too."""


class Authorization(StrEnum):
    NOT_NEEDED = "not_needed"
    """The destination belongs to the same Organizational Domain."""
    AUTHORIZED = "authorized"
    UNAUTHORIZED = "unauthorized"
    """There is no record of the destination: reporters ignore the URI."""
    REDIRECTED = "redirected"
    """The destination's record names another address at the same host, which gets the reports instead."""
    CONTRADICTED = "contradicted"
    """The destination's record names an address at another host: nobody gets the reports."""
    IMPOSSIBLE = "impossible"
    """The name of the record would be too long for the DNS."""
    UNSUPPORTED = "unsupported"
    """No address of mail: reporters ignore the URI."""
    UNKNOWN = "unknown"
    """A query failed that decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """One URI of ``rua`` or ``ruf`` (``tag``). ``query`` is the name of the destination's consent, empty
    where none is needed, ``wildcard`` whether a wildcard answers there, ``instead`` where reports go."""

    uri: str
    tag: str
    host: str
    authorization: Authorization
    query: str = ""
    records: tuple[str, ...] = ()
    wildcard: bool = False
    instead: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def delivered(self) -> bool:
        """Whether reporters send reports for this URI, as far as is known."""
        return self.authorization in (
            Authorization.NOT_NEEDED,
            Authorization.AUTHORIZED,
            Authorization.REDIRECTED,
        )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A URI and what is asked because of it; ``host`` is empty where it is no usable address of mail."""

    tag: str
    uri: str
    host: str
    consent: Question | None
    wildcard: Question | None


def authorizations(policy_domain: str, record: dmarc.DmarcRecord) -> Asking[tuple[Destination, ...]]:
    """Every destination of a record found at ``policy_domain``, in one round: whether a host is of the same
    Organizational Domain is asked together with the consent that it needs if it is not."""
    wanted = [
        _wanted(policy_domain, tag, uri)
        for tag, uris in (("rua", record.rua), ("ruf", record.ruf))
        for uri in uris
    ]
    foreign = dict.fromkeys(one.host for one in wanted if one.host not in ("", policy_domain))
    hosts = tuple(foreign)[:MOST_HOSTS]
    if not hosts:
        return tuple(_judged(one, policy_domain, {}, {}) for one in wanted)
    names = (policy_domain, *hosts)
    consents = (question for one in wanted if one.host in hosts for question in (one.consent, one.wildcard))
    asking = ask_all(question for question in consents if question is not None)
    walks, answers = yield from both(together(walk(name) for name in names), asking)
    organizations = {name: walked.organizational_domain for name, walked in zip(names, walks, strict=True)}
    return tuple(_judged(one, policy_domain, organizations, answers) for one in wanted)


def _wanted(policy_domain: str, tag: str, uri: ReportUri) -> _Wanted:
    host = _host(uri)
    name = f"{policy_domain}._report._dmarc.{host}"
    external = host not in ("", policy_domain)
    return _Wanted(
        tag=tag,
        uri=uri.uri,
        host=host,
        consent=Question(name, Type.TXT) if external and len(name) <= LONGEST else None,
        wildcard=Question(f"*._report._dmarc.{host}", Type.TXT) if external and len(host) < 200 else None,
    )


def _host(uri: ReportUri) -> str:
    return uri.host if uri.valid and uri.scheme == "mailto" else ""


def _judged(
    one: _Wanted,
    policy_domain: str,
    organizations: Mapping[str, str | None],
    answers: Mapping[Question, Answer],
) -> Destination:
    if not one.host:
        return _destination(one, Authorization.UNSUPPORTED, flaws.UNSUPPORTED.found(one.uri))
    if one.host == policy_domain:
        return _destination(one, Authorization.NOT_NEEDED)
    if one.host not in organizations:
        return _destination(one, Authorization.UNKNOWN, flaws.TOO_MANY.found(one.uri, most=MOST_HOSTS))
    return _judged_outside(one, policy_domain, organizations, answers)


def _judged_outside(
    one: _Wanted,
    policy_domain: str,
    organizations: Mapping[str, str | None],
    answers: Mapping[Question, Answer],
) -> Destination:
    """A URI at another host, which may be of the same organization."""
    here, there = organizations[policy_domain], organizations[one.host]
    if here is not None and here == there:
        return _destination(one, Authorization.NOT_NEEDED)
    if one.consent is None:
        return _destination(one, Authorization.IMPOSSIBLE, flaws.IMPOSSIBLE.found(one.uri, most=LONGEST))
    answer = answers[one.consent]
    wildcard = _consents(answers.get(one.wildcard) if one.wildcard is not None else None)
    if consents := _consents(answer):
        return _consented(one, consents, consents == wildcard)
    unknown = one.consent.name if answer.failed else policy_domain if here is None else one.host
    if answer.failed or here is None or there is None:
        finding = flaws.UNKNOWN.found(one.uri, name=unknown, reason=answer.reason or "no answer")
        return _destination(one, Authorization.UNKNOWN, finding)
    flaw = flaws.WILDCARD_HIDDEN if wildcard else flaws.UNAUTHORIZED
    finding = flaw.found(one.uri, name=one.consent.name, host=one.host)
    return _destination(one, Authorization.UNAUTHORIZED, finding)


def _consents(answer: Answer | None) -> tuple[str, ...]:
    records = answer.records if answer is not None and answer.found else ()
    return tuple(text for text in records if dmarc.is_dmarc(text))


def _consented(one: _Wanted, consents: tuple[str, ...], wildcard: bool) -> Destination:
    """Several records are as good as one; a URI in them takes the place of the one in the policy, at the same
    host only."""
    parsed = [dmarc.parse(text) for text in consents]
    others = [uri for record in parsed for uri in (record.rua if one.tag == "rua" else record.ruf)]
    instead = tuple(uri.uri for uri in others if _host(uri) == one.host)
    if others and not instead:
        finding = flaws.CONTRADICTED.found(one.uri, other=others[0].uri, host=one.host)
        return _destination(one, Authorization.CONTRADICTED, finding, records=consents, wildcard=wildcard)
    if not instead or instead == (one.uri,):
        return _destination(one, Authorization.AUTHORIZED, records=consents, wildcard=wildcard)
    finding = flaws.REDIRECTED.found(one.uri, other=", ".join(instead))
    return _destination(
        one, Authorization.REDIRECTED, finding, records=consents, wildcard=wildcard, instead=instead
    )


def _destination(
    one: _Wanted,
    authorization: Authorization,
    *findings: Finding,
    records: tuple[str, ...] = (),
    wildcard: bool = False,
    instead: tuple[str, ...] = (),
) -> Destination:
    needed = authorization not in (Authorization.NOT_NEEDED, Authorization.UNSUPPORTED)
    return Destination(
        uri=one.uri,
        tag=one.tag,
        host=one.host,
        authorization=authorization,
        query=one.consent.name if needed and one.consent is not None else "",
        records=records,
        wildcard=wildcard,
        instead=instead,
        findings=findings,
    )
