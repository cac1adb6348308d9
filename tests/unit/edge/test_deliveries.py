from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.ids import AccountId
from shared.core.mail import Delivery, Door, Trust, Verdicts
from shared.core.messages import Unreadable, encode_delivery
from shared.edge.deliveries import deliveries_in

NOTIFICATION: dict[str, Any] = {
    "notificationType": "Received",
    "mail": {
        "timestamp": "2026-09-01T10:00:00.000Z",
        "source": "noreply@google.com",
        "messageId": "abc123",
        "destination": ["header@example.org"],
        "commonHeaders": {"subject": "Report Domain: example.com", "to": ["header@example.org"]},
    },
    "receipt": {
        "timestamp": "2026-09-01T10:00:01.500Z",
        "recipients": ["token@reports.example", "other@reports.example"],
        "spamVerdict": {"status": "PASS"},
        "virusVerdict": {"status": "PASS"},
        "spfVerdict": {"status": "PASS"},
        "dkimVerdict": {"status": "GRAY"},
        "dmarcVerdict": {"status": "FAIL"},
        "action": {"type": "S3", "bucketName": "mail", "objectKey": "inbound/abc123"},
    },
}


def wrapped(notification: object) -> str:
    return json.dumps({"Type": "Notification", "MessageId": "1", "Message": json.dumps(notification)})


def put(key: str) -> dict[str, Any]:
    return {
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "eventTime": "2026-09-01T10:00:00.123Z",
        "s3": {"bucket": {"name": "mail"}, "object": {"key": key, "size": 5}},
    }


def event(*keys: str) -> str:
    return json.dumps({"Records": [put(key) for key in keys]})


def test_a_mail_comes_with_envelope_recipients_and_verdicts() -> None:
    (delivery,) = deliveries_in(wrapped(NOTIFICATION))

    assert delivery == Delivery(
        key="inbound/abc123",
        door=Door.MAIL,
        received=1_788_256_801,
        recipients=("token@reports.example", "other@reports.example"),
        verdicts=Verdicts(spam="PASS", virus="PASS", spf="PASS", dkim="GRAY", dmarc="FAIL"),
        sender="noreply@google.com",
        subject="Report Domain: example.com",
    )
    assert delivery.verdicts.trust is Trust.FAILED


def test_what_a_mail_leaves_out_is_empty() -> None:
    bare = copy.deepcopy(NOTIFICATION)
    del bare["mail"]["commonHeaders"], bare["mail"]["source"], bare["receipt"]["dmarcVerdict"]

    (delivery,) = deliveries_in(wrapped(bare))

    assert (delivery.sender, delivery.subject, delivery.verdicts.dmarc) == ("", "", "")


def test_an_upload_belongs_to_the_account_in_its_key() -> None:
    assert deliveries_in(event("uploads/17/42")) == [
        Delivery("uploads/17/42", Door.UPLOAD, 1_788_256_800, account=AccountId(17))
    ]


def test_keys_of_events_are_decoded() -> None:
    first, second = deliveries_in(event("tlsrpt/usr%2Ba+b/1", "uploads/1/caf%C3%A9"))

    assert (first.key, first.door, first.recipients) == ("tlsrpt/usr+a b/1", Door.HTTPS, ("usr+a b",))
    assert second.key == "uploads/1/café"


def test_the_test_event_of_s3_announces_nothing() -> None:
    body = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-09-01T10:00:00Z", "Bucket": "mail"}

    assert deliveries_in(json.dumps(body)) == []


@given(
    st.builds(
        Delivery,
        key=st.text(min_size=1),
        door=st.sampled_from(Door),
        received=st.integers(0, 2**40),
        recipients=st.lists(st.text()).map(tuple),
        account=st.none() | st.integers(1, 2**53 - 1),
        verdicts=st.builds(Verdicts, *[st.sampled_from(["PASS", "FAIL", "GRAY", ""])] * 5),
        sender=st.text(),
        subject=st.text(),
        replay=st.booleans(),
    )
)
def test_a_replay_is_the_delivery_again(delivery: Delivery) -> None:
    assert deliveries_in(encode_delivery(delivery)) == [delivery]


def without(path: str) -> str:
    notification = copy.deepcopy(NOTIFICATION)
    *parents, last = path.split(".")
    place = notification
    for parent in parents:
        place = place[parent]
    del place[last]
    return wrapped(notification)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no json",
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        json.dumps({"Type": "Notification"}),
        json.dumps({"Type": "Notification", "Message": "no json"}),
        json.dumps({"Records": [17]}),
        json.dumps({"Records": "x"}),
        json.dumps({"delivery": "inbound/1"}),
        json.dumps({"delivery": "a", "door": "window"}),
        without("receipt"),
        without("mail"),
        without("receipt.action"),
        without("receipt.recipients"),
        without("receipt.action.objectKey"),
        event("elsewhere/1"),
        event("uploads/0/1"),
        event("uploads/1"),
        event("uploads/x/1"),
        event(""),
        event("uploads/1/2").replace("2026-09-01T10:00:00.123Z", "yesterday"),
    ],
)
def test_what_is_of_no_known_shape_is_named(body: str) -> None:
    with pytest.raises(Unreadable):
        deliveries_in(body)


@given(
    st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3))
)
def test_nothing_else_ever_breaks_it(value: object) -> None:
    for body in (value, {"Records": value}, {"Type": "Notification", "Message": value}, {"delivery": value}):
        try:
            deliveries_in(json.dumps(body))
        except Unreadable:
            continue
