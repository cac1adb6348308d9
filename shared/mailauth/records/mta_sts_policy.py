"""MTA-STS policies, the file ``/.well-known/mta-sts.txt`` (RFC 8461 section 3.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.mailauth.findings import Finding, Flaw, Severity
from shared.mailauth.names import BadName, normalised

LONGEST_AGE: Final = 31_557_600
"""Seconds, a year; the largest that a policy may be kept."""

DAY: Final = 86_400
WEEK: Final = 7 * DAY
_RULE: Final = "RFC 8461 section 3.2"
_AGE: Final = re.compile(r"[0-9]{1,10}", re.ASCII)
_HOST: Final = re.compile(
    r"(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*", re.A
)
_MOST_LINES: Final = 2_000
_ERROR, _WARNING = Severity.ERROR, Severity.WARNING


class Mode(StrEnum):
    ENFORCE = "enforce"
    TESTING = "testing"
    NONE = "none"


NO_VERSION: Final = Flaw(
    "policy_no_version", _ERROR, "The policy has no line version: STSv1.", "Make it the first line.", _RULE
)
NOT_FIRST: Final = Flaw(
    "policy_version_not_first",
    Severity.INFO,
    "version is not the first line; some senders want it there.",
    "Move it to the top.",
    _RULE,
)
BAD_MODE: Final = Flaw(
    "policy_bad_mode",
    _ERROR,
    "The policy has no mode of enforce, testing or none.",
    "Add the line mode: testing, later mode: enforce.",
    _RULE,
)
BAD_AGE: Final = Flaw(
    "policy_bad_max_age",
    _ERROR,
    "The policy has no max_age between 0 and 31557600 seconds.",
    "Add the line max_age: 86400 while testing, 604800 or more when enforcing.",
    _RULE,
)
SHORT_AGE: Final = Flaw(
    "policy_short_max_age",
    _WARNING,
    "Senders forget the policy after {subject} seconds, and with it the protection.",
    "With mode: enforce use a week or more.",
    _RULE,
)
UNDER_A_WEEK: Final = Flaw(
    "policy_max_age_under_a_week",
    Severity.INFO,
    "Senders that write less than every {subject} seconds have no policy to hold on to.",
    "With mode: enforce use a week or more.",
    _RULE,
)
NO_MX: Final = Flaw(
    "policy_no_mx",
    _ERROR,
    "The policy names no mail exchanger.",
    "Add a line mx: for each name of your MX records.",
    _RULE,
)
BAD_MX: Final = Flaw(
    "policy_bad_mx",
    _ERROR,
    "{subject!r} is not a host name, nor *. and a name: no mail exchanger matches it.",
    "One name a line, as A-labels, without a dot at the end.",
    _RULE,
)
BAD_LINE: Final = Flaw(
    "policy_bad_line", _WARNING, "{subject!r} is not a line key: value.", "Remove it.", _RULE
)
REPEATED: Final = Flaw(
    "policy_repeated_key",
    _WARNING,
    "{subject} is there more than once; the first counts.",
    "Keep one of them.",
    _RULE,
)
TOO_LONG: Final = Flaw(
    "policy_too_long", _ERROR, "The policy has more than {subject} lines.", "Remove what is too much.", _RULE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MtaStsPolicy:
    """``valid`` unless version, mode or max_age is missing or wrong, or mx where the mode wants it: senders
    then have no policy. ``mx`` holds the good patterns only; ``max_age`` is in seconds."""

    valid: bool
    version: str | None
    mode: Mode | None
    max_age: int | None
    mx: tuple[str, ...]
    extensions: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]

    def covers(self, host: str) -> bool:
        """Whether a mail exchanger of this name matches a pattern (section 4.1)."""
        return any(matches(pattern, host) for pattern in self.mx)


def matches(pattern: str, host: str) -> bool:
    """``*.`` stands for exactly one label: not for none, not for two."""
    host = host.rstrip(".").lower()
    if pattern.startswith("*."):
        label, dot, rest = host.partition(".")
        return bool(label and dot) and rest == pattern[2:]
    return host == pattern


@dataclass(frozen=True, slots=True)
class _Line:
    key: str
    value: str
    start: int
    end: int


def parse(text: str) -> MtaStsPolicy:
    """Any text; ``start`` and ``end`` of the findings are places in it."""
    lines, findings = _lines(text)
    first: dict[str, _Line] = {}
    for line in lines:
        if line.key in first and line.key != "mx":
            findings.append(REPEATED.found(line.key, (line.start, line.end)))
        first.setdefault(line.key, line)
    version = first["version"].value if "version" in first else None
    mode = _mode(first.get("mode"))
    age = _age(first.get("max_age"))
    patterns = [line for line in lines if line.key == "mx"]
    good = tuple(dict.fromkeys(line.value.lower() for line in patterns if _is_pattern(line.value)))
    findings += [
        BAD_MX.found(line.value[:300], (line.start, line.end))
        for line in patterns
        if not _is_pattern(line.value)
    ]
    findings += _on_fields(lines, version, mode, age)
    lacks_mx = not good and mode is not Mode.NONE
    if lacks_mx:
        findings.append(NO_MX.found("mx"))
    return MtaStsPolicy(
        valid=version == "STSv1" and mode is not None and age is not None and not lacks_mx,
        version=version,
        mode=mode,
        max_age=age,
        mx=good,
        extensions=tuple(
            (line.key, line.value) for line in lines if line.key not in ("version", "mode", "max_age", "mx")
        ),
        findings=tuple(findings),
    )


def written(mode: Mode, mx: tuple[str, ...], max_age: int) -> str:
    """The policy as a file, with the line ends of the RFC."""
    lines = ["version: STSv1", f"mode: {mode}", *(f"mx: {host}" for host in mx), f"max_age: {max_age}"]
    return "".join(f"{line}\r\n" for line in lines)


def _lines(text: str) -> tuple[list[_Line], list[Finding]]:
    found: list[_Line] = []
    findings: list[Finding] = []
    place = 0
    for number, raw in enumerate(text.split("\n")):
        start, place = place, place + len(raw) + 1
        if number == _MOST_LINES:
            findings.append(TOO_LONG.found(str(_MOST_LINES), (start, len(text))))
            break
        line = raw.strip(" \t\r")
        key, colon, value = line.partition(":")
        if colon and key.strip(" \t"):
            name = key.strip(" \t").lower()
            found.append(_Line(name, value.strip(" \t"), start, start + len(raw)))
        elif line:
            findings.append(BAD_LINE.found(line[:100], (start, start + len(raw))))
    return found, findings


def _mode(line: _Line | None) -> Mode | None:
    try:
        return Mode(line.value) if line is not None else None
    except ValueError:
        return None


def _age(line: _Line | None) -> int | None:
    if line is None or not _AGE.fullmatch(line.value) or int(line.value) > LONGEST_AGE:
        return None
    return int(line.value)


def _is_pattern(value: str) -> bool:
    if not _HOST.fullmatch(value.lower()):
        return False
    try:
        normalised(value.removeprefix("*."))
    except BadName:
        return False
    return True


def _on_fields(
    lines: list[_Line], version: str | None, mode: Mode | None, age: int | None
) -> Iterator[Finding]:
    if version != "STSv1":
        yield NO_VERSION.found("version")
    elif lines[0].key != "version":
        yield NOT_FIRST.found("version")
    if mode is None:
        yield BAD_MODE.found("mode")
    if age is None:
        yield BAD_AGE.found("max_age")
    elif mode is Mode.ENFORCE and age < WEEK:
        yield (SHORT_AGE if age < DAY else UNDER_A_WEEK).found(str(age))
