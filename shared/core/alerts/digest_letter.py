"""A digest as a letter: what happened, and the numbers of each domain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from shared.core.alerts.rhythms import Period, Rhythm
from shared.core.letters import Letter, one_line

MOST_DOMAINS: Final = 50
MOST_ALERTS: Final = 30


@dataclass(frozen=True, slots=True)
class DomainLine:
    """``passed`` passed DMARC; ``issues`` are open."""

    name: str
    messages: int = 0
    passed: int = 0
    new_sources: int = 0
    alerts: int = 0
    issues: int = 0

    @property
    def compliance(self) -> str:
        return f"{100 * self.passed / self.messages:.1f} %" if self.messages else "-"


@dataclass(frozen=True, slots=True)
class Digest:
    """``alerts`` are titles, the latest first; ``lines`` one for each domain that the reader sees."""

    account: str
    period: Period
    lines: Sequence[DomainLine]
    alerts: Sequence[str]


_HEADERS: Final = ("Domain", "Messages", "DMARC pass", "New sources", "Alerts", "Open issues")


def digest_letter(to: str, digest: Digest, *, stop: str, one_click: str) -> Letter:
    """``stop`` is the link to a page that ends the digests, ``one_click`` the URL that mail programs post to
    (RFC 8058)."""
    name = one_line(digest.account)
    period = digest.period
    when = f"{period.first}" if period.first == period.last else f"{period.first} to {period.last}"
    kind = "Your day" if period.rhythm is Rhythm.DAILY else "Your week"
    subject = f"{kind} at {name}: {when}"
    headers = (
        ("List-Unsubscribe", f"<{one_click}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )
    return Letter(to, subject, _text(digest, when, stop), _html(digest, subject, when, stop), headers)


def _text(digest: Digest, when: str, stop: str) -> str:
    parts = [_opening(digest, when)]
    if digest.alerts:
        parts.append("\n".join(f"- {title}" for title in digest.alerts[:MOST_ALERTS]))
    parts += filter(None, [_more(len(digest.alerts), MOST_ALERTS, "alerts")])
    table = [
        f"{line.name}: {line.messages} messages, {line.compliance} DMARC pass, "
        f"{line.new_sources} new sources, {line.alerts} alerts, {line.issues} open issues"
        for line in _shown(digest)
    ]
    parts.append("\n".join(table))
    parts += filter(None, [_more(len(digest.lines), MOST_DOMAINS, "domains")])
    parts.append(f"No more of these letters: {stop}")
    return "\n\n".join(filter(None, parts)) + "\n"


def _html(digest: Digest, subject: str, when: str, stop: str) -> str:
    alerts = "".join(f"<li>{escape(title)}</li>" for title in digest.alerts[:MOST_ALERTS])
    head = "".join(f"<th align=left>{each}</th>" for each in _HEADERS)
    rows = "".join(f"<tr>{_cells(line)}</tr>" for line in _shown(digest))
    more = [
        _more(len(digest.alerts), MOST_ALERTS, "alerts"),
        _more(len(digest.lines), MOST_DOMAINS, "domains"),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(subject)}</title></head>\n<body>\n<p>{escape(_opening(digest, when))}</p>\n"
        + (f"<ul>{alerts}</ul>\n" if alerts else "")
        + f'<table cellpadding="4"><tr>{head}</tr>{rows}</table>\n'
        + "".join(f"<p>{escape(each)}</p>\n" for each in more if each)
        + f'<p><a href="{escape(stop)}">No more of these letters</a></p>\n</body></html>\n'
    )


def _opening(digest: Digest, when: str) -> str:
    messages = sum(line.messages for line in digest.lines)
    passed = sum(line.passed for line in digest.lines)
    total = DomainLine("", messages, passed)
    told = f"{len(digest.alerts)} alerts" if digest.alerts else "Nothing out of the ordinary"
    return (
        f"{when} (UTC), {len(digest.lines)} domains: {messages} messages were reported, "
        f"{total.compliance} of them passed DMARC. {told}."
    )


def _shown(digest: Digest) -> list[DomainLine]:
    """Those with the most mail first."""
    return sorted(digest.lines, key=lambda line: (-line.messages, line.name))[:MOST_DOMAINS]


def _more(count: int, shown: int, what: str) -> str:
    return f"And {count - shown} more {what}." if count > shown else ""


def _cells(line: DomainLine) -> str:
    values = (line.name, line.messages, line.compliance, line.new_sources, line.alerts, line.issues)
    return "".join(f"<td>{escape(str(each))}</td>" for each in values)
