"""Which request or message takes which right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Final

from tests.sweeps.privileges import Right
from tests.sweeps.rights import (
    accounts,
    advised,
    alerted,
    asked,
    details,
    groups,
    lake,
    people,
    reported,
    sourced,
    watched,
    worked,
)
from tests.sweeps.rights.asked import Case, ask, of_nobody
from tests.sweeps.rights.people import in_person
from tests.sweeps.rights.unshown import UNSHOWN

_Uses = Mapping[Case, str]
"""To each case the rights it shows the use of: ``verb verb thing, verb thing``."""

_KNOWN: Final = "GetItem UpdateItem table"
"""Of every request with a key."""

_SPF: Final = "/inspect/spf?domain={home}&volume_days=2"
_TLSRPT: Final = of_nobody(
    "POST",
    "/tlsrpt/{token}",
    HTTPStatus.CREATED,
    json={},
    headers={"Content-Type": "application/tlsrpt+json"},
)

_OF: Final[Mapping[str, _Uses]] = {
    "account": {
        ask("GET", "/account"): f"{_KNOWN}, Query table",
        in_person("GET", "/account"): "Query gsi1",
        accounts.lists_accounts: "BatchGetItem table",
        accounts.opens: "PutItem DeleteItem table, SendEmail ses",
        accounts.opens_for_nobody: "AdminDeleteUser cognito-idp",
        accounts.resets_second_factor: "AdminGetUser AdminSetUserMFAPreference cognito-idp, "
        "AdminUserGlobalSignOut cognito-idp",
        accounts.closes_another: "SendMessage closing-queue",
        accounts.begins_export: "SendMessage exports-queue",
        accounts.reads_export: "ListBucket data, GetObject data/exports/",
    },
    "advice": {
        ask("GET", "/issues"): f"{_KNOWN}, Query table",
        in_person("GET", "/issues"): "Query gsi1",
        advised.creates_filter: "PutItem table",
        advised.deletes_filter: "DeleteItem table",
        advised.ignores: "BatchGetItem ConditionCheckItem table",
        ask("GET", "/domains/{home}/policy-plan"): "GetObject data",
    },
    "alerts": {
        ask("GET", "/webhooks"): f"{_KNOWN}, Query table",
        in_person("GET", "/alerts"): "Query gsi1",
        alerted.creates_webhook: "BatchGetItem PutItem table",
        alerted.removes_webhook: "DeleteItem table",
        alerted.tests_webhook: "SendMessage deliveries-queue",
    },
    "api-keys": {
        ask("GET", "/api-keys"): f"{_KNOWN}, BatchGetItem table, Query gsi1",
        asked.creates_key: "PutItem table",
        asked.revokes_key: "DeleteItem table",
    },
    "audit": {
        ask("GET", "/audit"): f"{_KNOWN}, Query table",
        in_person("GET", "/audit"): "Query gsi1",
    },
    "detail-reports": {
        ask("GET", "/detail-reports"): f"{_KNOWN}, Query table",
        in_person("GET", "/detail-reports"): "Query gsi1",
        details.asks: "PutItem table, SendMessage details-queue",
        details.reads_job: "BatchGetItem table",
        details.reads_result: "GetObject data/details/",
        details.deletes: "DeleteItem BatchWriteItem table, ListBucket data, DeleteObject data/details/",
    },
    "docs": {of_nobody("GET", "/v1/openapi.json", HTTPStatus.OK): "UpdateItem table"},
    "domains": {
        in_person("GET", "/domains/{home}"): "Query gsi1",
        ask("GET", "/domains/{home}/sources"): f"{_KNOWN}, Query table, GetObject data",
        asked.adds_domain: "PutItem table, SendMessage dns-queue",
        asked.verifies_below: "BatchGetItem table",
        asked.removes_domain: "DeleteItem table, SendMessage purge-queue",
    },
    "failure-reports": {
        in_person("GET", "/failure-reports"): "Query gsi1",
        ask("GET", "/failure-jobs"): f"{_KNOWN}, Query table",
        reported.searches_again: "DeleteItem table",
        reported.lists_failures: "BatchGetItem PutItem table",
        reported.reads_failure_mail: "GetObject mail/failures/",
        reported.reads_large_failure: "GetObject data",
        reported.removes_failure: "DeleteObject mail/failures/, SendMessage rollup-queue",
        reported.removes_large_failure: "DeleteObject data",
    },
    "groups": {
        ask("GET", "/tags"): f"{_KNOWN}, Query table",
        in_person("GET", "/tags"): "Query gsi1",
        groups.creates_tag: "PutItem table",
        groups.removes_tag: "DeleteItem table, SendMessage purge-queue",
        groups.fills_group: "BatchGetItem table, SendMessage dns-queue",
    },
    "hosting": {
        in_person("GET", "/domains/{home}/hosting"): "Query gsi1",
        asked.reads_parked_records: f"{_KNOWN}, Query table",
        asked.hosts_dmarc: "BatchGetItem PutItem table, SendMessage hosting-queue, "
        "SendMessage hosting-checks-queue",
        asked.refuses_a_look: "DeleteItem table",
    },
    "inspect": {
        ask("GET", _SPF): f"{_KNOWN}, Query table, GetObject data",
        in_person("GET", _SPF): "Query gsi1",
    },
    "letters": {
        people.takes_up: "GetItem Query UpdateItem PutItem DeleteItem table, "
        "AdminCreateUser AdminSetUserPassword cognito-idp",
        people.sets_password: "AdminUserGlobalSignOut cognito-idp, SendEmail ses",
        people.confirms_address: "AdminUpdateUserAttributes cognito-idp",
    },
    "quarantine": {
        in_person("GET", "/quarantine"): "Query gsi1",
        ask("GET", "/quarantine"): f"{_KNOWN}, Query table",
        asked.reads_entry: "BatchGetItem table",
        asked.replays_entry: "PutItem table, SendMessage mail-queue",
        asked.removes_entry: "DeleteItem table",
        asked.reads_raw_entry: "GetObject mail",
    },
    "reports": {
        ask("GET", "/reports"): f"{_KNOWN}, Query gsi1",
        ask("GET", "/reports?domain_id={home}"): "Query table",
        people.reads_reports_of_a_group: "BatchGetItem table",
        asked.uploads_report: "PutItem table, PutObject mail/uploads/",
        asked.removes_report: "DeleteItem table, DeleteObject mail, SendMessage rollup-queue",
        asked.removes_large_report: "DeleteObject data",
        asked.reads_raw_report: "GetObject mail",
        asked.reads_large_report: "GetObject data",
    },
    "tls": {
        in_person("GET", "/tls/policies"): "Query gsi1",
        ask("GET", "/tls/policies"): f"{_KNOWN}, Query table",
        reported.lists_tls_failures(large=False): "BatchGetItem table",
        reported.lists_tls_failures(large=True): "GetObject data",
    },
    "tlsrpt": {_TLSRPT: f"{_KNOWN}, PutObject mail/tlsrpt/"},
    "users": {
        ask("GET", "/users"): f"{_KNOWN}, Query BatchGetItem table",
        in_person("GET", "/users/me"): "Query gsi1",
        people.reads_user: "AdminGetUser cognito-idp",
        people.resets_second_factor: "AdminSetUserMFAPreference cognito-idp",
        people.invites: "PutItem DeleteItem table, SendEmail ses",
        people.changes_role: "ConditionCheckItem table",
        people.changes_password: "AdminInitiateAuth AdminSetUserPassword cognito-idp, "
        "AdminUserGlobalSignOut cognito-idp",
        people.converts: "AdminLinkProviderForUser cognito-idp",
        people.removes_user: "AdminDeleteUser cognito-idp",
    },
    "ingest-mail": {
        worked.takes_in: "GetItem BatchGetItem PutItem table, GetObject mail, SendMessage rollup-queue",
        worked.takes_in_upload: "UpdateItem table",
        worked.takes_in_again: "Query gsi1, DeleteItem table",
        worked.takes_in_large: "PutObject data",
        worked.takes_in_failure: "PutObject mail/failures/, DeleteObject mail",
    },
    "rollup": {
        worked.rolls_up: "GetItem BatchGetItem Query PutItem UpdateItem table, SendMessage hosts-queue, "
        "SendMessage advice-queue",
        worked.rolls_up_large: "GetObject PutObject DeleteObject data",
        worked.rolls_up_newcomer: "SendMessage alerts-queue",
        worked.rolls_up_nothing: "SendMessage purge-queue",
    },
    "raise-alerts": {
        alerted.raises: "GetItem Query PutItem UpdateItem table, PutEvents events, "
        "SendMessage deliveries-queue",
    },
    "deliver-alerts": {
        alerted.delivers: "GetItem PutItem UpdateItem table, SendMessage deliveries-queue",
        alerted.gives_up: "SendEmail ses",
    },
    "watch-reports": {
        alerted.watches: "GetItem Query table, SendMessage alerts-queue, SendMessage watch-queue",
        alerted.watches_large: "GetObject data",
        alerted.watches_last: "SendMessage digests-queue",
    },
    "watch-quotas": {
        alerted.watches_quotas: "BatchGetItem Query table, Query gsi1, SendMessage alerts-queue",
    },
    "send-digests": {alerted.sends_digests: "GetItem BatchGetItem Query PutItem table, SendEmail ses"},
    "resolve-hosts": {worked.resolves: "BatchGetItem UpdateItem table, SendMessage rollup-queue"},
    "sources": {
        in_person("GET", "/sources"): "Query gsi1",
        ask("GET", "/domains/{home}/ips"): f"{_KNOWN}, Query table, GetObject data",
        sourced.marks_address: "PutItem table",
        sourced.stores_filter: "BatchGetItem table",
        sourced.removes_filter: "DeleteItem table",
        sourced.lists_lost: "PutObject DeleteObject data/sources/",
        sourced.asks_refresh: "SendMessage sources-queue",
    },
    "refresh-sources": {
        sourced.refreshes: "GetItem Query UpdateItem table, GetObject data, "
        "PutObject DeleteObject data/sources/",
    },
    "purge": {
        sourced.purges_from_sources: "PutObject data/sources/",
        worked.purges: "GetItem Query PutItem UpdateItem DeleteItem table, DeleteObject mail, "
        "SendMessage hosting-checks-queue, SendMessage lake-queue",
        worked.purges_large: "GetObject DeleteObject data",
        groups.sweeps: "BatchGetItem table, Query gsi1",
    },
    "run-detail-job": {
        details.plans: "BatchGetItem table, SendMessage details-queue",
        details.reads_part: "GetItem Query PutItem table, GetObject data, PutObject data/details/",
        details.puts_together: "UpdateItem table",
    },
    "export-lake": {
        lake.finds_days: "SendMessage lake-queue",
        lake.writes_day: "GetItem BatchGetItem Query PutItem table, GetObject data, PutObject data/lake/",
        lake.clears_day: "DeleteItem table, DeleteObject data/lake/",
    },
    "export-account": {
        accounts.exports_records: "GetItem BatchGetItem Query table, Query gsi1, PutObject data/exports/, "
        "SendMessage exports-queue",
        accounts.exports_reports: "GetObject data, GetObject mail",
        accounts.exports_no_more: "UpdateItem table",
    },
    "reconcile": {
        worked.reconciles: "GetItem BatchGetItem Query PutItem table, Query gsi1, SendMessage rollup-queue, "
        "SendMessage dns-queue, SendMessage closing-queue, SendMessage watch-queue, "
        "SendMessage sources-queue, SendMessage lake-queue",
        details.gives_up: "UpdateItem table",
    },
    "close-account": {
        accounts.closes_people: "GetItem Query PutItem UpdateItem DeleteItem table, "
        "AdminDeleteUser cognito-idp",
        accounts.closes_domains: "ListBucket mail, SendMessage hosting-checks-queue",
        accounts.closes_mails: "BatchWriteItem table, DeleteObject mail",
        accounts.closes_rest: "ListBucket DeleteObject data, Query gsi1, SendMessage closing-queue",
    },
    "check-dns": {
        watched.looks: "GetItem Query PutItem UpdateItem table, SendMessage advice-queue",
        watched.looks_below: "BatchGetItem DeleteItem table",
        watched.looks_again: "SendMessage dns-queue",
        watched.tells_of_change: "SendMessage alerts-queue",
    },
    "advise": {
        advised.advises: "GetItem BatchGetItem Query PutItem ConditionCheckItem table, "
        "SendMessage alerts-queue",
        advised.advises_twice: "SendMessage dns-queue, SendMessage advice-queue",
        advised.advises_solved: "DeleteItem table",
        advised.advises_on_many: "GetObject data",
    },
    "schedule-advice": {
        watched.schedules_advice: "BatchGetItem table, Query gsi1, SendMessage advice-queue",
    },
    "schedule-checks": {
        watched.schedules_looks: "GetItem PutItem table, Query gsi1, SendMessage dns-queue",
    },
    "schedule-hosting": {
        watched.schedules_tending: "GetItem PutItem table, Query gsi1, SendMessage hosting-checks-queue"
    },
    "publish-hosting": {
        watched.publishes: "GetItem PutItem table, ChangeResourceRecordSets route53, "
        "SendMessage hosting-checks-queue",
        watched.withdraws: "ListResourceRecordSets route53",
    },
    "tend-hosting": {
        watched.tends_new: "GetItem PutItem table, GetChange route53, SendMessage hosting-checks-queue",
        watched.tends_withdrawn: "SendMessage hosting-queue",
        watched.tends_broken: "SendMessage alerts-queue",
        watched.tends_over: "UpdateItem DeleteItem table",
        watched.tends_policy: "PutObject policies",
        watched.tends_let_go: "DeleteObject policies, GetDistributionTenant cloudfront",
        watched.tends_request: "CreateDistributionTenant cloudfront",
        watched.tends_certificate: "GetManagedCertificateDetails UpdateDistributionTenant cloudfront",
        watched.tends_attached: "VerifyDnsConfiguration cloudfront",
        watched.tends_disabled: "DeleteDistributionTenant cloudfront",
    },
}


def uses() -> Iterator[tuple[str, Case, tuple[Right, ...]]]:
    """Function, case, and the rights that it takes."""
    for function, cases in _OF.items():
        for case, said in cases.items():
            yield function, case, tuple(_rights(function, said))


def unshown() -> Iterator[Right]:
    """What some case is still to show the use of."""
    for function, said in UNSHOWN.items():
        yield from _rights(function, said)


def _rights(function: str, said: str) -> Iterator[Right]:
    for group in said.split(", "):
        *verbs, thing = group.split()
        yield from (Right(function, verb, thing) for verb in verbs)
