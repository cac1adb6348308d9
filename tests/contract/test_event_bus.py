from __future__ import annotations

import json
from dataclasses import replace

import boto3
import pytest
from botocore.stub import ANY, Stubber

from shared.adapters.event_bus import EventBridgeBus, NotPut
from shared.core.alerts.formats import event_detail
from shared.core.ids import AlertId
from tests.contract.aws import REGION
from tests.unit.core.alerts.test_formats import ALERT


def stubbed() -> tuple[EventBridgeBus, Stubber]:
    client = boto3.client(
        "events", region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test"
    )
    return EventBridgeBus(client, "postseal"), Stubber(client)


def test_an_alert_is_an_event_with_its_id_in_it() -> None:
    bus, stubber = stubbed()
    entry = {
        "EventBusName": "postseal",
        "Source": "postseal",
        "DetailType": "Postseal Alert",
        "Time": ALERT.at,
        "Detail": json.dumps(event_detail(ALERT), separators=(",", ":")),
    }
    with stubber:
        stubber.add_response("put_events", {"FailedEntryCount": 0, "Entries": []}, {"Entries": [entry]})
        bus.put([ALERT])


def test_many_are_put_ten_at_a_time_and_none_for_none() -> None:
    bus, stubber = stubbed()
    with stubber:
        for _ in range(2):
            stubber.add_response("put_events", {"FailedEntryCount": 0, "Entries": []}, {"Entries": ANY})
        bus.put([])
        bus.put([replace(ALERT, id=AlertId(number + 1)) for number in range(11)])
        stubber.assert_no_pending_responses()


def test_what_the_bus_does_not_take_is_an_error() -> None:
    bus, stubber = stubbed()
    refused = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException"}]}
    with stubber:
        stubber.add_response("put_events", refused, {"Entries": ANY})
        with pytest.raises(NotPut, match="ThrottlingException"):
            bus.put([ALERT])
