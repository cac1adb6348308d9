"""Identifier alignment (RFC 9989 section 4.4): one walk for each identifier."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from shared.mailauth.evaluate.questions import Asking, together
from shared.mailauth.evaluate.walk import Walk, walk
from shared.mailauth.names import BadName, normalised


class Mode(StrEnum):
    """As ``adkim`` and ``aspf`` hold it."""

    RELAXED = "r"
    STRICT = "s"


@dataclass(frozen=True, slots=True)
class Modes:
    spf: Mode = Mode.RELAXED
    dkim: Mode = Mode.RELAXED


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """One authenticated identifier beside the Author Domain. ``aligned`` is None where a failed query leaves
    it open."""

    domain: str
    mode: Mode
    organizational_domain: str | None
    aligned: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """``organizational_domain`` is that of the Author Domain; None where no walk was needed or it failed."""

    author: str
    organizational_domain: str | None
    spf: Aligned | None
    dkim: tuple[Aligned, ...]

    @property
    def aligned(self) -> bool | None:
        """Whether any identifier is aligned; None where a failed query leaves that open."""
        verdicts = [one.aligned for one in (self.spf, *self.dkim) if one is not None]
        if True in verdicts:
            return True
        return None if None in verdicts else False


def spf_identifier(envelope_from: str, helo: str) -> str:
    """The domain that SPF speaks for in DMARC: that of the envelope-from, or HELO's where the sender is null
    (section 4.4.2)."""
    return envelope_from.rpartition("@")[2] or helo


def align(
    author: str, spf_domain: str | None, dkim_domains: Iterable[str], modes: Modes = Modes()
) -> Asking[Alignment]:
    """``spf_domain`` and ``dkim_domains`` are those that passed. Names may be spelled in any way; what is no
    name is aligned with nothing. Names that need no walk (equal ones, strict mode) cause no question."""
    here = normalised(author)
    identifiers = [(spf_domain, modes.spf)] if spf_domain is not None else []
    identifiers += [(domain, modes.dkim) for domain in dkim_domains]
    named = [(_spelled(domain), mode) for domain, mode in identifiers]
    unlike = [name for name, mode in named if name and mode is Mode.RELAXED and name != here]
    walked: dict[str, Walk] = {}
    if unlike:
        wanted = tuple(dict.fromkeys((here, *unlike)))
        walks = yield from together(walk(name) for name in wanted)
        walked = dict(zip(wanted, walks, strict=True))
    verdicts = [
        _verdict(here, name or domain, mode, walked)
        for (domain, mode), (name, _) in zip(identifiers, named, strict=True)
    ]
    own = walked.get(here)
    return Alignment(
        author=here,
        organizational_domain=own.organizational_domain if own is not None else None,
        spf=verdicts[0] if spf_domain is not None else None,
        dkim=tuple(verdicts[1:] if spf_domain is not None else verdicts),
    )


def _spelled(domain: str) -> str:
    try:
        return normalised(domain)
    except BadName:
        return ""


def _verdict(author: str, name: str, mode: Mode, walked: dict[str, Walk]) -> Aligned:
    there = walked[name].organizational_domain if name in walked else None
    aligned: bool | None = name == author
    if not aligned and mode is Mode.RELAXED and name in walked:
        here = walked[author].organizational_domain
        aligned = None if there is None or here is None else there == here
    return Aligned(domain=name, mode=mode, organizational_domain=there, aligned=aligned)
