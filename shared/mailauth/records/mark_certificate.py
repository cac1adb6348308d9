"""The evidence document of a BIMI record: a Verified or Common Mark Certificate with its chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import NameOID, ObjectIdentifier

from shared.mailauth.findings import Finding, has_errors
from shared.mailauth.records import mark_certificate_flaws as flaws
from shared.mailauth.records.gzipped import BadGzip, plain
from shared.mailauth.records.logotype import EXTENSION, BadLogotype, Logotype, read_logotype
from shared.mailauth.records.svg import LARGEST_READ

_USAGE: Final = ObjectIdentifier("1.3.6.1.5.5.7.3.31")
_MARK_TYPE: Final = ObjectIdentifier("1.3.6.1.4.1.53087.1.13")
_KINDS: Final = {
    "registered mark": "VMC",
    "government mark": "VMC",
    "prior use mark": "CMC",
    "modified registered mark": "CMC",
    "provisional mark": "CMC",
}
_AUTHORITIES: Final = ("digicert", "entrust", "globalsign", "sectigo", "ssl corp", "ssl.com")
"""How the organisation names of the mark-verifying authorities begin."""
_SOON: Final = timedelta(days=14)
_MOST: Final = 10
"""Certificates of one chain."""
_LONGEST: Final = 200

_Unreadable: Final = (
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What cryptography raises, some of it late, for certificates that are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkCertificate:
    """The mark certificate of a chain. Signatures within the chain are checked; ``known_authority`` goes by
    the issuer's name and is no proof of who issued it: the authorities' roots are not built in."""

    valid: bool
    kind: str | None = None
    """``VMC``, ``CMC``, or None where the certificate does not say what its mark is."""
    mark_type: str = ""
    subject: str = ""
    issuer: str = ""
    organization: str = ""
    known_authority: bool = False
    names: tuple[str, ...] = ()
    not_before: str | None = None
    not_after: str | None = None
    days_left: int | None = None
    chain: tuple[str, ...] = ()
    """The subjects of the certificates, as they stand in the file."""
    image_matches: bool | None = None
    """Whether the embedded image is that of ``l=``; None where one of them is missing."""
    findings: tuple[Finding, ...] = ()


def read_mark_certificate(
    document: bytes, names: Sequence[str], image: bytes | None, *, now: float
) -> MarkCertificate:
    """``names`` are those the certificate may be for, the domain first; ``image`` what ``l=`` led to, still
    compressed if it was. Never raises for what the document is."""
    try:
        chain = _chain(document)
        return _judged(chain, names, image, datetime.fromtimestamp(now, UTC))
    except _Unreadable as trouble:
        finding = flaws.UNREADABLE.found(why=str(trouble)[:_LONGEST] or type(trouble).__name__)
        return MarkCertificate(valid=False, findings=(finding,))


def _chain(document: bytes) -> list[x509.Certificate]:
    if b"-----BEGIN CERTIFICATE-----" not in document:
        raise ValueError("it has no certificate in it")
    chain = x509.load_pem_x509_certificates(document)
    if len(chain) > _MOST:
        raise ValueError(f"it has more than {_MOST} certificates")
    return chain


def _judged(
    chain: list[x509.Certificate], names: Sequence[str], image: bytes | None, now: datetime
) -> MarkCertificate:
    leaf = chain[0]
    findings = [*_chain_findings(chain), *_time_findings(chain, now), *_usage_findings(leaf)]
    held = _names_of(leaf)
    if not set(held) & set(names):
        shown = ", ".join(held[:5]) or "no name"
        findings.append(flaws.OTHER_NAME.found(names[0], None, names=shown))
    mark_type, kind, type_findings = _mark_type(leaf)
    findings += type_findings
    issuer = _attribute(leaf.issuer, NameOID.ORGANIZATION_NAME)
    known = issuer.lower().startswith(_AUTHORITIES)
    if not known:
        findings.append(flaws.UNKNOWN_ISSUER.found(issuer or leaf.issuer.rfc4514_string()[:_LONGEST]))
    logotype, logotype_findings = _logotype(leaf)
    matches = _matches(logotype, image)
    findings += logotype_findings
    if matches is False:
        findings.append(flaws.OTHER_IMAGE.found())
    return MarkCertificate(
        valid=not has_errors(findings),
        kind=kind,
        mark_type=mark_type,
        subject=_shown(leaf),
        issuer=leaf.issuer.rfc4514_string()[:_LONGEST],
        organization=_attribute(leaf.subject, NameOID.ORGANIZATION_NAME),
        known_authority=known,
        names=held,
        not_before=_moment(leaf.not_valid_before_utc),
        not_after=_moment(leaf.not_valid_after_utc),
        days_left=(leaf.not_valid_after_utc - now).days,
        chain=tuple(_shown(each) for each in chain),
        image_matches=matches,
        findings=tuple(findings),
    )


def _chain_findings(chain: list[x509.Certificate]) -> list[Finding]:
    if _is_authority(chain[0]):
        return [flaws.NOT_LEAF_FIRST.found()]
    if len(chain) == 1:
        return [flaws.INCOMPLETE.found()]
    for issued, issuer in pairwise(chain):
        if not _is_authority(issuer):
            return [flaws.NOT_AUTHORITY.found(_shown(issuer))]
        try:
            issued.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            return [flaws.BROKEN_CHAIN.found(_shown(issued))]
    return []


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _time_findings(chain: list[x509.Certificate], now: datetime) -> list[Finding]:
    found = []
    for certificate in chain:
        begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        if ends < now:
            found.append(flaws.EXPIRED.found(_shown(certificate), None, day=ends.date()))
        elif begins > now:
            found.append(flaws.NOT_YET.found(_shown(certificate), None, day=begins.date()))
        elif ends - now < _SOON:
            left = (ends - now).days
            found.append(flaws.EXPIRES_SOON.found(_shown(certificate), None, day=ends.date(), days=left))
    return found


def _usage_findings(leaf: x509.Certificate) -> list[Finding]:
    try:
        usages = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        usages = x509.ExtendedKeyUsage([])
    return [] if _USAGE in usages else [flaws.NO_USAGE.found()]


def _names_of(leaf: x509.Certificate) -> tuple[str, ...]:
    try:
        held = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(name.lower().rstrip(".") for name in held.get_values_for_type(x509.DNSName))


def _mark_type(leaf: x509.Certificate) -> tuple[str, str | None, list[Finding]]:
    """The type as the certificate spells it, and what kind of certificate that makes it."""
    mark_type = _attribute(leaf.subject, _MARK_TYPE)
    if not mark_type:
        return "", None, [flaws.NO_MARK_TYPE.found()]
    kind = _KINDS.get(" ".join(mark_type.lower().split()))
    return mark_type, kind, [] if kind else [flaws.UNKNOWN_MARK_TYPE.found(mark_type)]


def _logotype(leaf: x509.Certificate) -> tuple[Logotype | None, list[Finding]]:
    try:
        extension = leaf.extensions.get_extension_for_oid(ObjectIdentifier(EXTENSION)).value
    except x509.ExtensionNotFound:
        return None, [flaws.NO_LOGOTYPE.found()]
    try:
        logotype = read_logotype(extension.public_bytes())
    except BadLogotype as bad:
        return None, [flaws.BAD_LOGOTYPE.found(why=str(bad))]
    return logotype, [] if logotype.hashed else [flaws.WRONG_HASH.found()]


def _matches(logotype: Logotype | None, image: bytes | None) -> bool | None:
    if logotype is None or image is None:
        return None
    try:
        return plain(image, LARGEST_READ) == logotype.document
    except BadGzip:
        return False


def _attribute(name: x509.Name, oid: ObjectIdentifier) -> str:
    held = name.get_attributes_for_oid(oid)
    value = held[0].value if held else ""
    return value[:_LONGEST] if isinstance(value, str) else ""


def _shown(certificate: x509.Certificate) -> str:
    common = _attribute(certificate.subject, NameOID.COMMON_NAME)
    return common or certificate.subject.rfc4514_string()[:_LONGEST]


def _moment(when: datetime) -> str:
    return when.isoformat().replace("+00:00", "Z")
