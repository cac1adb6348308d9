"""The tags of a DMARC record as they act, with what is not written taken from the defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.mailauth.records.tags import parse_tags

_DESCRIPTIONS: Final = {
    "v": "Version; it marks the text as a DMARC record.",
    "p": "Policy for mail from the domain itself that fails DMARC.",
    "sp": "Policy for existing names below it that have no record of their own.",
    "np": "Policy for names below it that do not exist.",
    "t": "Rehearsal: receivers apply a policy one step weaker.",
    "psd": "Whether the domain is a public suffix (y), its own organization (n), or neither is said (u).",
    "adkim": "How exactly DKIM domains must match: r relaxed, s strict.",
    "aspf": "How exactly the SPF domain must match: r relaxed, s strict.",
    "fo": "When failure reports are wanted; only with ruf.",
    "rua": "Where aggregate reports go.",
    "ruf": "Where failure reports go.",
    "pct": "Obsolete: the share of mail that the policy applied to.",
    "rf": "Obsolete: the format of failure reports.",
    "ri": "Obsolete: the interval of aggregate reports.",
}
_DEFAULTS: Final = {"p": "none", "t": "n", "psd": "u", "adkim": "r", "aspf": "r", "fo": "0"}
_OBSOLETE: Final = ("pct", "rf", "ri")


@dataclass(frozen=True, slots=True)
class TagValue:
    """``value`` as published, or the default where the tag is not ``explicit``. Unknown tags have no
    description."""

    name: str
    value: str
    explicit: bool
    default: str
    description: str
    obsolete: bool = False


def tag_values(text: str) -> tuple[TagValue, ...]:
    """The tags of the record in their order (of a repeated one the first), then those left to defaults."""
    published: dict[str, str] = {}
    for tag in parse_tags(text).tags:
        published.setdefault(tag.name, tag.value)
    defaults = _defaults(published)
    explicit = [
        TagValue(
            name=name,
            value=value,
            explicit=True,
            default=defaults.get(name, ""),
            description=_DESCRIPTIONS.get(name, ""),
            obsolete=name in _OBSOLETE,
        )
        for name, value in published.items()
    ]
    implied = [
        TagValue(name=name, value=value, explicit=False, default=value, description=_DESCRIPTIONS[name])
        for name, value in defaults.items()
        if name not in published
    ]
    return tuple(explicit + implied)


def _defaults(published: dict[str, str]) -> dict[str, str]:
    policy = published.get("p", _DEFAULTS["p"])
    return {**_DEFAULTS, "sp": policy, "np": published.get("sp", policy)}
