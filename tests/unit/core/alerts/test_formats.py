from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.alerts.alerts import Alert, AlertState, alert_of
from shared.core.alerts.events import AlertKind
from shared.core.alerts.formats import body_of, event_detail
from shared.core.alerts.webhooks import Format
from shared.core.alerts.wording import title_of
from tests.unit.core.alerts.world import EVENT
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW

ALERT = alert_of(EVENT, ACCOUNT, DOMAIN, NOW)
SCHEMA = Path(__file__).parents[4] / "docs" / "alert-event.schema.json"
FACTS = st.dictionaries(st.text(), st.text() | st.integers(), max_size=20)


def said(format: Format, alert: Alert | None = ALERT) -> Any:
    return json.loads(body_of(format, ACCOUNT.id, alert, NOW))


def test_our_own_events_have_type_time_and_data() -> None:
    assert said(Format.POSTSEAL) == {
        "type": "alert.new_source",
        "timestamp": "2026-11-21T12:00:00Z",
        "data": {
            "id": f"alr_{ALERT.id}",
            "account_id": "usr_7",
            "kind": "new_source",
            "domain_id": "ud_19",
            "domain": "orchard.example",
            "title": "orchard.example: A new source sends mail: mailer.example",
            "happened_at": "2026-11-21T11:59:10Z",
            "created_at": "2026-11-21T12:00:00Z",
            "facts": {"source": "mailer.example"},
        },
    }


def test_slack_and_teams_get_messages_that_they_show() -> None:
    slack, teams = said(Format.SLACK), said(Format.TEAMS)
    title = "orchard.example: A new source sends mail: mailer.example"
    assert slack["text"] == title
    assert slack["blocks"][0]["text"] == {"type": "mrkdwn", "text": f"*{title}*"}
    (attachment,) = teams["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attachment["content"]["body"][0]["text"] == title
    assert attachment["content"]["body"][1]["facts"] == [{"title": "source", "value": "mailer.example"}]


def test_what_strangers_wrote_becomes_neither_link_nor_call() -> None:
    nasty = replace(ALERT, facts={"source": "<!channel> <https://evil.example|x> [x](https://evil.example)"})
    assert "<!channel>" not in json.dumps(said(Format.SLACK, nasty))
    assert "<https" not in json.dumps(said(Format.SLACK, nasty))
    assert "[x](" not in said(Format.TEAMS, nasty)["attachments"][0]["content"]["body"][0]["text"]


@pytest.mark.parametrize("format", list(Format))
def test_a_test_says_that_it_is_one(format: Format) -> None:
    assert "test of a webhook" in body_of(format, ACCOUNT.id, None, NOW).decode()


@pytest.mark.parametrize("format", list(Format))
def test_what_people_did_about_it_changes_nothing_of_the_message(format: Format) -> None:
    moved = replace(ALERT.moved(AlertState.CLOSED, NOW, "ada"), told=NOW, version=4)
    assert body_of(format, ACCOUNT.id, moved, NOW) == body_of(format, ACCOUNT.id, ALERT, NOW)


@given(st.sampled_from(AlertKind), FACTS, st.sampled_from(Format))
def test_any_facts_can_be_told_in_one_line_and_in_every_format(
    kind: AlertKind, facts: dict[str, str | int], format: Format
) -> None:
    alert = replace(ALERT, kind=kind, facts=facts)
    assert title_of(alert).isprintable()
    assert len(title_of(alert)) < 400
    assert isinstance(said(format, alert), dict)


def test_the_schema_names_every_field_of_an_event() -> None:
    schema = json.loads(SCHEMA.read_text())
    detail = event_detail(ALERT)
    assert set(schema["properties"]) == set(schema["required"]) == set(detail)
    assert schema["properties"]["kind"]["enum"] == [kind.value for kind in AlertKind]
    types: dict[str, type] = {"string": str, "object": dict, "null": type(None)}
    for name, value in detail.items():
        allowed = schema["properties"][name]["type"]
        assert isinstance(
            value, tuple(types[each] for each in ([allowed] if isinstance(allowed, str) else allowed))
        )
