"""Records made for a domain: its DMARC record from wishes, one of its owner's own, all of a parked domain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

from shared.core.errors import Conflict, Invalid
from shared.mailauth.findings import Finding, Flaw, Severity
from shared.mailauth.names import BadName, normalised
from shared.mailauth.records.dmarc import POLICIES, DmarcRecord, parse
from shared.mailauth.records.dns_text import strings
from shared.mailauth.records.report_uris import ReportUri

LONGEST: Final = 1_000
"""Octets of a record: with it an answer still fits into one datagram."""

_UNSURE: Final = frozenset({"dmarc_repeated_tag", "dmarc_syntax"})
"""Findings that leave it open which policy and which addresses receivers read."""

_UNESCAPED: Final = "@-._~+=&'*/"
_CHOICES: Final = {
    "p": POLICIES,
    "sp": POLICIES,
    "np": POLICIES,
    "t": ("y", "n"),
    "psd": ("u", "y", "n"),
    "adkim": ("r", "s"),
    "aspf": ("r", "s"),
}
_PCT_LOST: Final = Flaw(
    "pct_not_published",
    Severity.WARNING,
    "pct={subject} has no equivalent any more: t=y is published, one step weaker for all mail.",
    "Leave out pct, or ask for t=n, when the policy is to apply in full.",
    "RFC 9989 appendix A.6",
)
_PCT_AS_TESTING: Final = Flaw(
    "pct_as_testing",
    Severity.INFO,
    "pct=0 is published as t=y, which took its place.",
    "Leave out t when the rehearsal is over.",
    "RFC 9989 appendix A.6",
)
_PCT_LEFT_OUT: Final = Flaw(
    "pct_left_out",
    Severity.INFO,
    "pct=100 is left out: it says what is so anyway.",
    "Nothing needs to be done.",
    "RFC 9989 appendix A.6",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a DMARC record is to say. None leaves a tag out, so that its default holds.

    ``fo`` as in the record (``1:d``), ``pct`` as RFC 7489 had it: it is translated, never published.
    """

    p: str
    sp: str | None = None
    np: str | None = None
    t: str | None = None
    psd: str | None = None
    adkim: str | None = None
    aspf: str | None = None
    fo: str | None = None
    pct: int | None = None
    additional_rua: tuple[str, ...] = ()
    additional_ruf: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """``length`` in octets of at most ``max_length``; ``strings`` how many character-strings of a TXT
    record it takes; ``findings`` are worth reading before publishing."""

    record: str
    length: int
    max_length: int
    strings: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class PublishedRecord:
    """A record to publish: absolute name, type, value (of TXT its text, unquoted)."""

    name: str
    type: str
    value: str
    purpose: str


def generate(wishes: Wishes, our_rua: str, our_ruf: str) -> Generated:
    """The record, with our addresses first in ``rua`` and ``ruf``. ``Invalid`` names the wish at fault."""
    for name in _CHOICES:
        _require_choice(name, getattr(wishes, name))
    testing, translated = _without_pct(wishes)
    rua = _mailtos(our_rua, wishes.additional_rua, "additional_rua_emails")
    ruf = _mailtos(our_ruf, wishes.additional_ruf, "additional_ruf_emails")
    tags = {
        "v": "DMARC1",
        "p": wishes.p.lower(),
        "sp": wishes.sp,
        "np": wishes.np,
        "t": testing,
        "psd": wishes.psd,
        "adkim": wishes.adkim,
        "aspf": wishes.aspf,
        "fo": wishes.fo,
        "rua": ",".join(rua),
        "ruf": ",".join(ruf),
    }
    text = "; ".join(
        f"{name}={value if name in ('v', 'rua', 'ruf') else value.lower()}"
        for name, value in tags.items()
        if value is not None
    )
    record = parse(text)
    if any(finding.code == "dmarc_bad_value" for finding in record.findings):
        raise Invalid("fo is 0 or 1, d and s, each once, joined by colons", param="fo")
    _require_length(text, "additional_rua_emails")
    return Generated(
        record=text,
        length=len(text),
        max_length=LONGEST,
        strings=len(strings(text)),
        findings=(*translated, *record.findings),
    )


def own_record(text: str, our_rua: str, our_ruf: str, *, parked: bool, param: str = "record") -> DmarcRecord:
    """A record that the owner wrote, fit to be hosted word for word: every receiver reads it alike, it works,
    and still reports to us.

    ``Invalid`` otherwise; a parked domain's has to reject, for itself and for what is below it.
    """
    record = parse(text)
    errors = [
        finding
        for finding in record.findings
        if finding.severity is Severity.ERROR or finding.code in _UNSURE
    ]
    if errors:
        raise Invalid(f"{errors[0].message} {errors[0].advice}", param=param)
    if not text.isascii() or not text.isprintable():
        raise Invalid("A record is one line of printable ASCII", param=param)
    _require_length(text, param)
    for name, address, uris in (("rua", our_rua, record.rua), ("ruf", our_ruf, record.ruf)):
        if not _names(uris, address):
            raise Invalid(f"The record has to keep mailto:{address} in {name}", param=param)
    if parked:
        _require_rejecting(record, param)
    return record


def parked_records(
    domain: str, our_rua: str, *, has_mx: bool, has_dkim_keys: bool, passing_messages: int
) -> tuple[PublishedRecord, ...]:
    """What a domain publishes that neither sends nor receives mail. ``Conflict`` where it does either.

    There is no SPF record for ``*``: with one every name would exist, ``np`` would never apply, and queries
    for ``_dmarc``, ``_mta-sts`` and ``_smtp._tls`` below would be answered with SPF.
    """
    signs = {
        "it receives mail (it has MX records)": has_mx,
        "it signs mail (it has DKIM keys)": has_dkim_keys,
        f"{passing_messages:,} messages of its own were reported as passing": passing_messages > 0,
    }
    against = [sign for sign, seen in signs.items() if seen]
    if against:
        raise Conflict(f"{domain} does not look parked: {'; '.join(against)}", param="id")
    dmarc = f"v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s; rua=mailto:{our_rua}"
    return (
        PublishedRecord(domain, "TXT", "v=spf1 -all", "Nobody may send as the domain."),
        PublishedRecord(f"_dmarc.{domain}", "TXT", dmarc, "Reject what claims to be from it, and report it."),
        PublishedRecord(f"*._domainkey.{domain}", "TXT", "v=DKIM1; p=", "Every key is revoked."),
        PublishedRecord(domain, "MX", "0 .", "It receives no mail; this is its only MX record."),
    )


def _require_rejecting(record: DmarcRecord, param: str) -> None:
    if record.p != "reject" or record.subdomain_policy != "reject":
        raise Invalid("A parked domain's record has p=reject and sp=reject", param=param)
    if record.nonexistent_policy != "reject" or record.testing:
        raise Invalid("A parked domain's record is not weakened by np or t=y", param=param)


def _require_choice(name: str, value: str | None) -> None:
    if value is not None and value.lower() not in _CHOICES[name]:
        raise Invalid(f"{name} is one of {', '.join(_CHOICES[name])}", param=name)


def _without_pct(wishes: Wishes) -> tuple[str | None, tuple[Finding, ...]]:
    match wishes.pct:
        case None:
            return wishes.t, ()
        case 0:
            if wishes.t is not None and wishes.t.lower() == "n":
                raise Invalid("pct=0 asks for what t=n denies", param="pct")
            return "y", (_PCT_AS_TESTING.found("0"),)
        case 100:
            return wishes.t, (_PCT_LEFT_OUT.found("100"),)
        case share if 0 < share < 100:
            return wishes.t or "y", (_PCT_LOST.found(str(share)),)
        case _:
            raise Invalid("pct is between 0 and 100", param="pct")


def _mailtos(ours: str, others: Sequence[str], param: str) -> list[str]:
    return list(dict.fromkeys([_mailto(ours, param), *(_mailto(other, param) for other in others)]))


def _mailto(address: str, param: str) -> str:
    """Commas, semicolons and exclamation marks of the local part are percent-encoded (section 4.7)."""
    plain = address.strip()
    if plain[:7].lower() == "mailto:":
        plain = unquote(plain[7:])
    local, at, host = plain.rpartition("@")
    if (
        not at
        or not 0 < len(local) <= 64
        or not local.isascii()
        or any(not "!" <= each <= "~" for each in local)
    ):
        raise Invalid(f"{address[:300]!r} is not a mail address", param=param)
    try:
        name = normalised(host)
    except BadName:
        raise Invalid(f"{address[:300]!r} is not a mail address", param=param) from None
    if "." not in name or name != name.strip():
        raise Invalid(f"{address[:300]!r} is not a mail address", param=param)
    return f"mailto:{quote(local, safe=_UNESCAPED)}@{name}"


def _names(uris: Iterable[ReportUri], address: str) -> bool:
    wanted = address.lower()
    return any(uri.scheme == "mailto" and uri.valid and uri.address.lower() == wanted for uri in uris)


def _require_length(text: str, param: str) -> None:
    if len(text) > LONGEST:
        raise Invalid(f"The record would have {len(text)} octets; {LONGEST} is the most", param=param)
