"""In-memory stores. ``tests/contract`` holds each to the same promises as the real one."""

from tests.fakes.access_tokens import FakeAccessTokens
from tests.fakes.accounts import FakeAccounts
from tests.fakes.advice import FakeAdvices
from tests.fakes.alerts import FakeAlerts, FakeBus, FakeDeliveries, FakeDigestMarks, FakeWebhooks
from tests.fakes.answers import FakeAnswers
from tests.fakes.api_keys import FakeAddressLimits, FakeApiKeys
from tests.fakes.audit import FakeAudit
from tests.fakes.details import FakeDetailJobs, FakeDetailShelf
from tests.fakes.domains import FakeDomains
from tests.fakes.failure_jobs import FakeFailureJobs
from tests.fakes.favourites import FakeFavourites
from tests.fakes.groups import FakeGroups
from tests.fakes.holdings import FakeArchive, FakeExports, FakeFiledMails
from tests.fakes.hosting import FakeHostings, FakePolicyFiles, FakePolicyHosts, FakeZones
from tests.fakes.hosts import FakeHosts
from tests.fakes.mail import FakeMailbox
from tests.fakes.members import FakeMembers
from tests.fakes.people import FakeAttempts, FakeDirectory, FakeLetters, FakeTickets, FakeUsers
from tests.fakes.quarantine import FakeQuarantine
from tests.fakes.queues import (
    FakeAdviceCalls,
    FakeAlertEvents,
    FakeClosings,
    FakeDeliveryOrders,
    FakeDetailSteps,
    FakeDigestOrders,
    FakeDnsChecks,
    FakeExportings,
    FakeHostingChanges,
    FakeHostingChecks,
    FakeHostQuestions,
    FakeLakeTasks,
    FakeQueue,
    FakeRemovedDomains,
    FakeReplays,
    FakeSourceRefreshes,
    FakeSweeps,
    FakeTouchedDays,
    FakeWatchOrders,
)
from tests.fakes.reports import FakeReports
from tests.fakes.rollups import FakeRollups
from tests.fakes.senders import FakeSenderExtensions, FakeSenderHistories
from tests.fakes.snapshots import FakeSnapshots
from tests.fakes.stored_filters import FakeStoredFilters
from tests.fakes.tags import FakeTags
from tests.fakes.uploads import FakeUploads
from tests.fakes.watching import FakeApprovedSources, FakeDnsStates, FakeSeenMail, FakeTurns

__all__ = [
    "FakeAccessTokens",
    "FakeAccounts",
    "FakeAddressLimits",
    "FakeAdviceCalls",
    "FakeAdvices",
    "FakeAlertEvents",
    "FakeAlerts",
    "FakeAnswers",
    "FakeApiKeys",
    "FakeApprovedSources",
    "FakeArchive",
    "FakeAttempts",
    "FakeAudit",
    "FakeBus",
    "FakeClosings",
    "FakeDeliveries",
    "FakeDeliveryOrders",
    "FakeDetailJobs",
    "FakeDetailShelf",
    "FakeDetailSteps",
    "FakeDigestMarks",
    "FakeDigestOrders",
    "FakeDirectory",
    "FakeDnsChecks",
    "FakeDnsStates",
    "FakeDomains",
    "FakeExportings",
    "FakeExports",
    "FakeFailureJobs",
    "FakeFavourites",
    "FakeFiledMails",
    "FakeGroups",
    "FakeHostQuestions",
    "FakeHostingChanges",
    "FakeHostingChecks",
    "FakeHostings",
    "FakeHosts",
    "FakeLakeTasks",
    "FakeLetters",
    "FakeMailbox",
    "FakeMembers",
    "FakePolicyFiles",
    "FakePolicyHosts",
    "FakeQuarantine",
    "FakeQueue",
    "FakeRemovedDomains",
    "FakeReplays",
    "FakeReports",
    "FakeRollups",
    "FakeSeenMail",
    "FakeSenderExtensions",
    "FakeSenderHistories",
    "FakeSnapshots",
    "FakeSourceRefreshes",
    "FakeStoredFilters",
    "FakeSweeps",
    "FakeTags",
    "FakeTickets",
    "FakeTouchedDays",
    "FakeTurns",
    "FakeUploads",
    "FakeUsers",
    "FakeWatchOrders",
    "FakeWebhooks",
    "FakeZones",
]
