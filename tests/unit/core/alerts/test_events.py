from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.alerts.events import AlertEvent, AlertKind
from shared.core.ids import AccountId, DomainId
from shared.core.messages import Unreadable, decode_alert_event, encode_alert_event

NUMBERS = st.integers(min_value=1, max_value=2**53 - 1)
EVENTS = st.builds(
    AlertEvent,
    account=NUMBERS.map(AccountId),
    domain=st.none() | NUMBERS.map(DomainId),
    kind=st.sampled_from(AlertKind),
    key=st.text(),
    at=NUMBERS,
    facts=st.dictionaries(st.text(), st.text() | st.integers()),
)


@given(EVENTS)
def test_an_event_survives_the_queue(event: AlertEvent) -> None:
    assert decode_alert_event(encode_alert_event(event)) == event


@pytest.mark.parametrize(
    "change",
    [
        {"account": "7"},
        {"domain": "8"},
        {"alert": "nothing_of_ours"},
        {"alert": None},
        {"key": 1},
        {"at": None},
        {"facts": []},
        {"facts": {"a": 1.5}},
        {"facts": {"a": True}},
    ],
)
def test_what_is_no_event_is_unreadable(change: dict[str, object]) -> None:
    event = AlertEvent(
        AccountId(7), DomainId(8), AlertKind.NEW_SOURCE, "mailer", 1_790_000_000, {"messages": 3}
    )
    fields = json.loads(encode_alert_event(event)) | change

    with pytest.raises(Unreadable):
        decode_alert_event(json.dumps(fields))
