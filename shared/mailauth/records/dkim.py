"""DKIM key records (RFC 6376 section 3.6.1, with RFC 8301 and RFC 8463)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from shared.mailauth.findings import Finding, bounded, has_errors
from shared.mailauth.records import dkim_flaws as flaws
from shared.mailauth.records.dkim_keys import Form, Key, Trouble, decoded, ed25519_key, rsa_key
from shared.mailauth.records.tags import Tag, TagList, parse_tags

_KNOWN: Final = frozenset(["v", "g", "h", "k", "n", "p", "s", "t"])
_HASHES: Final = frozenset(("sha1", "sha256"))
_LIST: Final = re.compile(r"[ \t\r\n]*:[ \t\r\n]*")
_TROUBLE: Final = {
    Trouble.NOT_BASE64: flaws.NOT_BASE64,
    Trouble.CUT_SHORT: flaws.CUT_SHORT,
    Trouble.NOT_A_KEY: flaws.NOT_A_KEY,
    Trouble.OTHER_ALGORITHM: flaws.WRONG_ALGORITHM,
    Trouble.WEAK_EXPONENT: flaws.WEAK_EXPONENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimRecord:
    """``hashes``, ``services`` and ``flags`` are h, s and t; ``key`` is p without white space, and
    ``key_bits`` None where that is no key (or there is none)."""

    text: str
    key_type: str = "rsa"
    key: str = ""
    key_bits: int | None = None
    key_form: Form | None = None
    revoked: bool = False
    hashes: tuple[str, ...] = ()
    services: tuple[str, ...] = ("*",)
    flags: tuple[str, ...] = ()
    notes: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def testing(self) -> bool:
        return "y" in self.flags

    @property
    def strict(self) -> bool:
        """Whether the identity of a signature (i=) must be of the domain itself (t=s)."""
        return "s" in self.flags

    @property
    def for_email(self) -> bool:
        return "*" in self.services or "email" in self.services

    @property
    def usable(self) -> bool:
        """Whether a verifier takes the key for signatures of mail."""
        return self.key_bits is not None and self.for_email and not has_errors(self.findings)


def is_dkim(text: str) -> bool:
    """Whether the text means to be a key record: it has the version, or no version and a key or its type."""
    tags = parse_tags(text)
    version = tags.value("v")
    if version is not None:
        return version.upper().startswith("DKIM")
    return tags.first("p") is not None or tags.first("k") is not None


def parse(text: str) -> DkimRecord:
    """Any text; what is wrong with it is in ``findings``."""
    if not is_dkim(text):
        return DkimRecord(text=text, findings=(flaws.NOT_A_RECORD.found(),))
    tags = parse_tags(text)
    findings = [*_form(tags)]
    hashes = _listed(tags, "h")
    services = _listed(tags, "s") or ("*",)
    flags = _listed(tags, "t")
    key_type = (_value(tags, "k") or "rsa").lower()
    key, revoked = _key(tags, key_type, findings)
    findings += _uses(tags, hashes, services, flags)
    return DkimRecord(
        text=text,
        key_type=key_type,
        key="".join((_value(tags, "p") or "").split()),
        key_bits=key.bits if key is not None else None,
        key_form=key.form if key is not None else None,
        revoked=revoked,
        hashes=hashes,
        services=services,
        flags=flags,
        notes=_value(tags, "n") or "",
        findings=bounded(findings),
    )


def _tag(tags: TagList, name: str) -> Tag | None:
    """The first tag of exactly this name: DKIM's are case-sensitive (section 3.2)."""
    return next(
        (tag for tag in tags.tags if tag.name == name and tags.text.startswith(name, tag.start)), None
    )


def _value(tags: TagList, name: str) -> str | None:
    tag = _tag(tags, name)
    return tag.value if tag is not None else None


def _listed(tags: TagList, name: str) -> tuple[str, ...]:
    value = _value(tags, name)
    return tuple(dict.fromkeys(_LIST.split(value.lower()))) if value else ()


def _form(tags: TagList) -> list[Finding]:
    """What is wrong with the tags as such."""
    findings = [flaws.REPEATED.found(tag.name, tag.span) for tag in tags.repeated]
    findings += [flaws.MALFORMED.found(piece.text, piece.span) for piece in tags.malformed]
    for place, tag in enumerate(tags.tags):
        if not tags.text.startswith(tag.name, tag.start):
            findings.append(flaws.TAG_CASE.found(tags.text[tag.start : tag.start + len(tag.name)], tag.span))
        elif tag.name == "v":
            if tag.value != "DKIM1":
                findings.append(flaws.VERSION.found(tag.value, tag.value_span))
            if place > 0:
                findings.append(flaws.VERSION_NOT_FIRST.found("v", tag.span))
        elif tag.name == "g":
            findings.append(flaws.OBSOLETE_G.found("g", tag.span))
        elif tag.name not in _KNOWN:
            findings.append(flaws.UNKNOWN_TAG.found(tag.name, tag.span))
    for character, flaw in (("\\", flaws.ESCAPED), ('"', flaws.QUOTED)):
        if (at := tags.text.find(character)) >= 0:
            findings.append(flaw.found(character, (at, at + 1)))
    return findings


def _key(tags: TagList, key_type: str, findings: list[Finding]) -> tuple[Key | None, bool]:
    """The key, and whether it is revoked."""
    kind = _tag(tags, "k")
    if key_type not in ("rsa", "ed25519"):
        findings.append(flaws.UNKNOWN_KEY_TYPE.found(key_type, kind.value_span if kind is not None else None))
    tag = _tag(tags, "p")
    if tag is None:
        findings.append(flaws.NO_KEY.found("p"))
        return None, False
    if not tag.value:
        findings.append(flaws.REVOKED.found("p", tag.span))
        return None, True
    if key_type not in ("rsa", "ed25519"):
        return None, False
    octets = decoded(tag.value)
    key: Key | Trouble
    if isinstance(octets, Trouble):
        key = octets
    else:
        key = rsa_key(octets) if key_type == "rsa" else ed25519_key(octets)
    if isinstance(key, Trouble):
        if key_type == "ed25519" and isinstance(octets, bytes):
            findings.append(flaws.ED25519_AS_DER.found("p", tag.value_span, count=len(octets)))
        else:
            findings.append(_TROUBLE[key].found(key_type, tag.value_span))
        return None, False
    findings += _strength(key, tag)
    return key, False


def _strength(key: Key, tag: Tag) -> list[Finding]:
    if key.form is Form.RAW:
        return [flaws.ED25519_ALONE.found("k", tag.span)]
    findings = [flaws.PKCS1.found("p", tag.value_span)] if key.form is Form.PKCS1 else []
    for flaw, applies in (
        (flaws.KEY_TOO_SHORT, key.bits < 1024),
        (flaws.KEY_SHORT, 1024 <= key.bits < 2048),
        (flaws.KEY_LONG, key.bits > 4096),
    ):
        if applies:
            findings.append(flaw.found("p", tag.value_span, bits=key.bits))
    return findings


def _uses(
    tags: TagList, hashes: tuple[str, ...], services: tuple[str, ...], flags: tuple[str, ...]
) -> list[Finding]:
    """What h, s and t let a verifier do with the key."""
    findings = []
    spans = {tag.name: tag.value_span for tag in tags.tags}
    if hashes and "sha256" not in hashes:
        flaw = flaws.SHA1_ONLY if _HASHES.intersection(hashes) else flaws.NO_KNOWN_HASH
        findings.append(flaw.found("h", spans["h"]))
    if not {"*", "email"}.intersection(services):
        findings.append(flaws.NOT_FOR_MAIL.found(":".join(services), spans["s"]))
    if "y" in flags:
        findings.append(flaws.TESTING.found("t", spans["t"]))
    return findings
