"""Alerts on an EventBridge bus."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from shared.core.alerts.alerts import Alert
from shared.core.alerts.formats import event_detail

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE: Final = "postseal"
DETAIL_TYPE: Final = "Postseal Alert"
_BATCH: Final = 10


class NotPut(Exception):
    """EventBridge did not take some of them."""


class EventBridgeBus:
    """``Buses``: of the same alert it is the same event, with the alert's id in it."""

    def __init__(self, client: EventBridgeClient, name: str) -> None:
        self._client = client
        self._name = name

    def put(self, alerts: Iterable[Alert]) -> None:
        left = iter(alerts)
        while batch := list(islice(left, _BATCH)):
            answer = self._client.put_events(Entries=[self._entry(alert) for alert in batch])
            if answer["FailedEntryCount"]:
                raise NotPut("; ".join(str(entry.get("ErrorCode", "")) for entry in answer["Entries"]))

    def _entry(self, alert: Alert) -> Any:
        return {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": DETAIL_TYPE,
            "Time": alert.at,
            "Detail": json.dumps(event_detail(alert), separators=(",", ":")),
        }
