"""Work handed on through SQS."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from shared.core.alerts.deliveries import DeliveryOrder
from shared.core.alerts.events import AlertEvent
from shared.core.alerts.report_watch import DigestOrder, WatchOrder
from shared.core.mail import Delivery
from shared.core.messages import (
    encode_advice_due,
    encode_alert_event,
    encode_closing,
    encode_delivery,
    encode_delivery_order,
    encode_detail_task,
    encode_digest_order,
    encode_dns_check,
    encode_export,
    encode_hosting_change,
    encode_hosting_check,
    encode_lake_task,
    encode_removed_domain,
    encode_source_refresh,
    encode_sweep,
    encode_touched_day,
    encode_unknown_hosts,
    encode_watch_order,
)
from shared.core.queues import (
    AdviceDue,
    CloseAccount,
    DetailTask,
    DnsCheck,
    ExportPiece,
    HostingChange,
    HostingCheck,
    LakeTask,
    RemovedDomain,
    RemovedGroup,
    RemovedTag,
    SourceRefresh,
    TouchedDay,
    UnknownHosts,
)

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_BATCH: Final = 10
_LARGEST: Final = 250_000
"""Bytes of one request, under the 256 KiB that a queue of any age takes."""

_ATTEMPTS: Final = 5
T = TypeVar("T")


class NotSent(Exception):
    """SQS took some messages and not these, however often asked."""


class _Queue(Generic[T]):
    """Sends each message at least once, or raises."""

    def __init__(
        self,
        client: SQSClient,
        url: str,
        encode: Callable[[T], str],
        *,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._url = url
        self._encode = encode
        self._sleep = sleep
        self._jitter = jitter

    def _send(self, messages: Iterable[T], attributes: Callable[[T], dict[str, Any]] = lambda _: {}) -> None:
        """Equal messages of one call are sent once. ``attributes`` are what SQS is told beside the body."""
        batch: list[dict[str, Any]] = []
        size = 0
        for body, message in {self._encode(message): message for message in messages}.items():
            length = len(body.encode())
            if len(batch) == _BATCH or (batch and size + length > _LARGEST):
                self._send_batch(batch)
                batch, size = [], 0
            batch.append({"MessageBody": body, **attributes(message)})
            size += length
        if batch:
            self._send_batch(batch)

    def _send_batch(self, entries: list[dict[str, Any]]) -> None:
        left = entries
        problems: list[Any] = []
        for attempt in range(_ATTEMPTS):
            answer = self._client.send_message_batch(
                QueueUrl=self._url,
                Entries=[{"Id": str(place), **entry} for place, entry in enumerate(left)],  # type: ignore[typeddict-item]
            )
            problems = list(answer.get("Failed", ()))
            left = [left[int(problem["Id"])] for problem in problems]
            if not left:
                return
            self._sleep(self._jitter() * 0.05 * 2**attempt)
        raise NotSent("; ".join(f"{problem['Code']}: {problem.get('Message', '')}" for problem in problems))


class SqsTouchedDays(_Queue[TouchedDay]):
    def __init__(self, client: SQSClient, url: str) -> None:
        super().__init__(client, url, encode_touched_day)

    def send(self, days: Iterable[TouchedDay], *, delay: int = 0) -> None:
        self._send(days, lambda _: _delayed(delay))


class SqsHostQuestions(_Queue[UnknownHosts]):
    def __init__(self, client: SQSClient, url: str) -> None:
        super().__init__(client, url, encode_unknown_hosts)

    def send(self, questions: Iterable[UnknownHosts]) -> None:
        self._send(questions)


class SqsRemovedDomains(_Queue[RemovedDomain]):
    def __init__(self, client: SQSClient, url: str) -> None:
        super().__init__(client, url, encode_removed_domain)

    def send(self, domains: Iterable[RemovedDomain]) -> None:
        self._send(domains)


class SqsSweeps(_Queue[RemovedGroup | RemovedTag]):
    def __init__(self, client: SQSClient, url: str) -> None:
        super().__init__(client, url, encode_sweep)

    def send(self, removed: Iterable[RemovedGroup | RemovedTag]) -> None:
        self._send(removed)


class SqsReplays(_Queue[Delivery]):
    """To the queue that takes in mail."""

    def __init__(self, client: SQSClient, url: str) -> None:
        super().__init__(client, url, encode_delivery)

    def send(self, deliveries: Iterable[Delivery]) -> None:
        self._send(deliveries)


class SqsDnsChecks(_Queue[DnsCheck]):
    def __init__(self, client: SQSClient, url: str) -> None:
        super().__init__(client, url, encode_dns_check)

    def send(self, checks: Iterable[DnsCheck], *, delay: int = 0) -> None:
        self._send(checks, lambda _: _delayed(delay))


class SqsAdviceCalls(_Queue[AdviceDue]):
    """``gathering`` is the delay where none is given."""

    def __init__(self, client: SQSClient, url: str, gathering: int) -> None:
        super().__init__(client, url, encode_advice_due)
        self._gathering = gathering

    def send(self, due: Iterable[AdviceDue], *, delay: int | None = None) -> None:
        self._send(due, lambda _: _delayed(self._gathering if delay is None else delay))


class SqsHostingChanges(_Queue[HostingChange]):
    """A FIFO queue: a group for each zone, so that changes of a zone follow each other."""

    def __init__(self, client: SQSClient, url: str) -> None:
        super().__init__(client, url, encode_hosting_change)

    def send(self, changes: Iterable[HostingChange]) -> None:
        self._send(changes, _place_in_order)


class SqsHostingChecks(_Queue[HostingCheck]):
    def __init__(self, client: SQSClient, url: str) -> None:
        super().__init__(client, url, encode_hosting_check)

    def send(self, checks: Iterable[HostingCheck], *, delay: int = 0) -> None:
        self._send(checks, lambda _: _delayed(delay))


class SqsAlertEvents(_Queue[AlertEvent]):
    def __init__(self, client: SQSClient, url: str) -> None:
        super().__init__(client, url, encode_alert_event)

    def send(self, events: Iterable[AlertEvent]) -> None:
        self._send(events)


class SqsDeliveryOrders(_Queue[DeliveryOrder]):
    """An account is a group of the queue: while one with many slow receivers has orders waiting, SQS hands
    out those of the others first."""

    def __init__(self, client: SQSClient, url: str) -> None:
        super().__init__(client, url, encode_delivery_order)

    def send(self, orders: Iterable[DeliveryOrder], *, delay: int = 0) -> None:
        self._send(orders, lambda order: {**_delayed(delay), "MessageGroupId": str(order.account)})


class SqsWatchOrders(_Queue[WatchOrder]):
    def __init__(self, client: SQSClient, url: str) -> None:
        super().__init__(client, url, encode_watch_order)

    def send(self, orders: Iterable[WatchOrder]) -> None:
        self._send(orders)


class SqsDigestOrders(_Queue[DigestOrder]):
    def __init__(self, client: SQSClient, url: str) -> None:
        super().__init__(client, url, encode_digest_order)

    def send(self, orders: Iterable[DigestOrder], *, delay: int = 0) -> None:
        self._send(orders, lambda _: _delayed(delay))


class SqsSourceRefreshes(_Queue[SourceRefresh]):
    def __init__(self, client: SQSClient, url: str) -> None:
        super().__init__(client, url, encode_source_refresh)

    def send(self, refreshes: Iterable[SourceRefresh], *, delay: int = 0) -> None:
        self._send(refreshes, lambda _: _delayed(delay))


class SqsClosings(_Queue[CloseAccount]):
    def __init__(self, client: SQSClient, url: str) -> None:
        super().__init__(client, url, encode_closing)

    def send(self, orders: Iterable[CloseAccount], *, delay: int = 0) -> None:
        self._send(orders, lambda _: _delayed(delay))


class SqsExportings(_Queue[ExportPiece]):
    def __init__(self, client: SQSClient, url: str) -> None:
        super().__init__(client, url, encode_export)

    def send(self, pieces: Iterable[ExportPiece]) -> None:
        self._send(pieces)


class SqsDetailSteps(_Queue[DetailTask]):
    def __init__(self, client: SQSClient, url: str) -> None:
        super().__init__(client, url, encode_detail_task)

    def send(self, tasks: Iterable[DetailTask]) -> None:
        self._send(tasks)


class SqsLakeTasks(_Queue[LakeTask]):
    def __init__(self, client: SQSClient, url: str) -> None:
        super().__init__(client, url, encode_lake_task)

    def send(self, tasks: Iterable[LakeTask], *, delay: int = 0) -> None:
        self._send(tasks, lambda _: _delayed(delay))


def _delayed(seconds: int) -> dict[str, Any]:
    return {"DelaySeconds": seconds} if seconds else {}


def _place_in_order(change: HostingChange) -> dict[str, Any]:
    return {
        "MessageGroupId": change.zone,
        "MessageDeduplicationId": f"{change.account}-{change.domain}-{change.version}",
    }
