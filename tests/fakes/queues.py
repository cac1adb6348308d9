from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from shared.core.alerts.deliveries import DeliveryOrder
from shared.core.alerts.events import AlertEvent
from shared.core.alerts.report_watch import DigestOrder, WatchOrder
from shared.core.mail import Delivery
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

T = TypeVar("T")


class FakeQueue(Generic[T]):
    """What was sent, in order."""

    def __init__(self) -> None:
        self.sent: list[T] = []

    def send(self, messages: Iterable[T]) -> None:
        self.sent.extend(messages)


class FakeTouchedDays(FakeQueue[TouchedDay]):
    """``delays`` has that of each."""

    def __init__(self) -> None:
        super().__init__()
        self.delays: list[int] = []

    def send(self, days: Iterable[TouchedDay], *, delay: int = 0) -> None:
        before = len(self.sent)
        super().send(days)
        self.delays += [delay] * (len(self.sent) - before)


class FakeAdviceCalls(FakeQueue[AdviceDue]):
    """``delays`` has that of each, None for the one that is always taken."""

    def __init__(self) -> None:
        super().__init__()
        self.delays: list[int | None] = []

    def send(self, due: Iterable[AdviceDue], *, delay: int | None = None) -> None:
        before = len(self.sent)
        super().send(due)
        self.delays += [delay] * (len(self.sent) - before)


class FakeHostQuestions(FakeQueue[UnknownHosts]):
    def send(self, questions: Iterable[UnknownHosts]) -> None:
        super().send(questions)


class FakeRemovedDomains(FakeQueue[RemovedDomain]):
    def send(self, domains: Iterable[RemovedDomain]) -> None:
        super().send(domains)


class FakeSweeps(FakeQueue[RemovedGroup | RemovedTag]):
    def send(self, removed: Iterable[RemovedGroup | RemovedTag]) -> None:
        super().send(removed)


class FakeReplays(FakeQueue[Delivery]):
    def send(self, deliveries: Iterable[Delivery]) -> None:
        super().send(deliveries)


class FakeDnsChecks:
    """What was sent, in order, with its delay."""

    def __init__(self) -> None:
        self.sent: list[tuple[DnsCheck, int]] = []

    def send(self, checks: Iterable[DnsCheck], *, delay: int = 0) -> None:
        self.sent += [(check, delay) for check in checks]


class FakeHostingChanges(FakeQueue[HostingChange]):
    def send(self, changes: Iterable[HostingChange]) -> None:
        super().send(changes)


class FakeHostingChecks:
    """What was sent, in order, with its delay."""

    def __init__(self) -> None:
        self.sent: list[tuple[HostingCheck, int]] = []

    def send(self, checks: Iterable[HostingCheck], *, delay: int = 0) -> None:
        self.sent += [(check, delay) for check in checks]


class FakeAlertEvents(FakeQueue[AlertEvent]):
    def send(self, events: Iterable[AlertEvent]) -> None:
        super().send(events)


class FakeDeliveryOrders:
    """What was sent, in order, with its delay."""

    def __init__(self) -> None:
        self.sent: list[tuple[DeliveryOrder, int]] = []

    def send(self, orders: Iterable[DeliveryOrder], *, delay: int = 0) -> None:
        self.sent += [(order, delay) for order in orders]


class FakeWatchOrders(FakeQueue[WatchOrder]):
    def send(self, orders: Iterable[WatchOrder]) -> None:
        super().send(orders)


class FakeDigestOrders:
    """What was sent, in order, with its delay."""

    def __init__(self) -> None:
        self.sent: list[tuple[DigestOrder, int]] = []

    def send(self, orders: Iterable[DigestOrder], *, delay: int = 0) -> None:
        self.sent += [(order, delay) for order in orders]


class FakeSourceRefreshes:
    """With their delays."""

    def __init__(self) -> None:
        self.sent: list[tuple[SourceRefresh, int]] = []

    def send(self, refreshes: Iterable[SourceRefresh], *, delay: int = 0) -> None:
        self.sent.extend((refresh, delay) for refresh in refreshes)


class FakeClosings:
    """With their delays."""

    def __init__(self) -> None:
        self.sent: list[tuple[CloseAccount, int]] = []

    def send(self, orders: Iterable[CloseAccount], *, delay: int = 0) -> None:
        self.sent.extend((order, delay) for order in orders)


class FakeLakeTasks:
    """With their delays."""

    def __init__(self) -> None:
        self.sent: list[tuple[LakeTask, int]] = []

    def send(self, tasks: Iterable[LakeTask], *, delay: int = 0) -> None:
        self.sent.extend((task, delay) for task in tasks)


class FakeExportings(FakeQueue[ExportPiece]):
    def send(self, pieces: Iterable[ExportPiece]) -> None:
        super().send(pieces)


class FakeDetailSteps(FakeQueue[DetailTask]):
    def send(self, tasks: Iterable[DetailTask]) -> None:
        super().send(tasks)
