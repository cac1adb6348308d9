"""What a webhook is sent: our own events, or what Slack and Teams show as a message."""

from __future__ import annotations

import json
from typing import Any, Final

from shared.core import ids
from shared.core.alerts.alerts import Alert
from shared.core.alerts.webhooks import Format
from shared.core.alerts.wording import facts_of, title_of
from shared.core.clock import rfc3339
from shared.core.ids import AccountId

TEST_TITLE: Final = "This is a test of a webhook"
TEST: Final = "test"
_MOST_FACTS: Final = 10
"""That Slack shows in one section."""


def body_of(format: Format, account: AccountId, alert: Alert | None, sent: int) -> bytes:
    """JSON. Without an alert it is a test; ``sent`` is then its time. The same alert is always the same
    body: what people did about it since is not in it."""
    shapes = {Format.POSTSEAL: _postseal, Format.SLACK: _slack, Format.TEAMS: _teams}
    shown = shapes[format](account, alert, sent)
    return json.dumps(shown, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


def event_detail(alert: Alert) -> dict[str, Any]:
    """What an alert is to programs; ``docs/alert-event.schema.json`` describes it."""
    return {
        "id": ids.render(ids.ALERT, alert.id),
        "account_id": ids.render(ids.ACCOUNT, alert.account),
        "kind": alert.kind.value,
        "domain_id": None if alert.domain is None else ids.render(ids.DOMAIN, alert.domain),
        "domain": alert.name or None,
        "title": title_of(alert),
        "happened_at": rfc3339(alert.at),
        "created_at": rfc3339(alert.raised),
        "facts": dict(alert.facts),
    }


def _postseal(account: AccountId, alert: Alert | None, sent: int) -> Any:
    if alert is None:
        test = {"account_id": ids.render(ids.ACCOUNT, account), "title": TEST_TITLE}
        return {"type": TEST, "timestamp": rfc3339(sent), "data": test}
    return {
        "type": f"alert.{alert.kind.value}",
        "timestamp": rfc3339(alert.raised),
        "data": event_detail(alert),
    }


def _slack(_: AccountId, alert: Alert | None, sent: int) -> Any:
    """An incoming webhook's message; ``text`` is for notifications."""
    title, facts, at = _shown(alert, sent)
    escaped = [{"type": "mrkdwn", "text": f"*{_mrkdwn(name)}*\n{_mrkdwn(value)}"} for name, value in facts]
    blocks: list[Any] = [
        {"type": "section", "text": {"type": "mrkdwn", "text": f"*{_mrkdwn(title)}*"}},
        *([{"type": "section", "fields": escaped[:_MOST_FACTS]}] if escaped else []),
        {"type": "context", "elements": [{"type": "mrkdwn", "text": f"Postseal, {at}"}]},
    ]
    return {"text": _mrkdwn(title), "blocks": blocks}


def _teams(_: AccountId, alert: Alert | None, sent: int) -> Any:
    """An adaptive card, as Teams' workflows take it from a webhook."""
    title, facts, at = _shown(alert, sent)
    body: list[Any] = [
        {"type": "TextBlock", "text": _card(title), "weight": "Bolder", "size": "Medium", "wrap": True},
        {
            "type": "FactSet",
            "facts": [{"title": _card(name), "value": _card(value)} for name, value in facts],
        },
        {"type": "TextBlock", "text": f"Postseal, {at}", "isSubtle": True, "wrap": True},
    ]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [each for each in body if each.get("facts") != []],
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}


def _shown(alert: Alert | None, sent: int) -> tuple[str, list[tuple[str, str]], str]:
    if alert is None:
        return TEST_TITLE, [], rfc3339(sent)
    return title_of(alert), facts_of(alert), rfc3339(alert.at)


def _mrkdwn(text: str) -> str:
    """What reports say must not become a link or call people: Slack reads both out of angle brackets."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _card(text: str) -> str:
    """Cards read Markdown links out of brackets."""
    return text.replace("[", "\\[").replace("]", "\\]")
