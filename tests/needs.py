"""What each operation of the API needs, and how to ask for it as somebody who may not have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final


class Need(StrEnum):
    """What an operation needs, in words for the table."""

    NOTHING = "nothing"
    MEMBERSHIP = "to be a member or a key"
    READ = "read"
    READ_DOMAIN = "read the domain"
    READ_GROUP = "read the group"
    READ_FAILURES = "read, forensic"
    READ_FAILURE = "read the domain, forensic"
    READ_FAILURE_MAIL = "read the domain, forensic; admin"
    READ_SHOWN_FAILURE = "read the domain; forensic first"
    READ_FULL_FAILURE = "read the domain, forensic, admin"
    DELETE_FAILURES = "write, forensic"
    OWN_SEARCH = "read, forensic, one's own"
    WRITE_DOMAIN = "write to the domain"
    WRITE_SEEN = "write, read the domain"
    ADD_DOMAIN = "write in the default group"
    READ_ARRIVALS = "read every domain"
    READ_ARRIVED_MAIL = "read every domain, forensic"
    WRITE_ARRIVALS = "write to every domain"
    ADMIN = "admin"
    ADMIN_WRITE = "admin, write"
    PERSON = "to be a person, for oneself"
    OWNER = "to be the owner"
    OPERATOR = "admin of the operator's account"


@dataclass(frozen=True, slots=True)
class Probe:
    """One way to ask for an operation.

    ``body`` is JSON of the right shape that is refused, where that can be, after it was decided who may ask,
    so that asking changes nothing. ``note`` tells this way from others of the operation. ``uses_up`` is the
    parameter of the path that names what is gone or changed for good afterwards; ``instead`` has other ids
    than the scene's for some parameters. ``makes``: what the path names is made, as anybody's own.
    """

    need: Need
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    uses_up: str = ""
    instead: Mapping[str, str] = field(default_factory=dict)
    makes: bool = False


_SOURCE: Final = {"name": "Mailer", "domain": "mailer.example"}
_ANONYMOUS: Final = ("inspect_", "validate_")
_READ_DOMAIN: Final = Probe(Need.READ_DOMAIN)
_ME: Final = {"user_id": "me"}
_PASSWORDS: Final = dict.fromkeys(("password_old", "password", "password_confirm"), "")
_WRITE_DOMAIN: Final = Probe(Need.WRITE_DOMAIN, {})

NEEDS: Final[Mapping[str, tuple[Probe, ...]]] = {
    "activate_domain": (Probe(Need.WRITE_DOMAIN),),
    "add_domain": (Probe(Need.ADD_DOMAIN, {"domain": "com"}),),
    "add_favorite": (Probe(Need.WRITE_DOMAIN),),
    "add_domains_to_group": (Probe(Need.ADMIN_WRITE, {"domains": []}),),
    "approve_source": (Probe(Need.WRITE_DOMAIN, _SOURCE),),
    "ask_detail_report": (Probe(Need.READ, {"start_date": "2026-01-02", "end_date": "2026-01-01"}),),
    "ask_password_reset": (Probe(Need.NOTHING, {"email": ""}),),
    "begin_totp": (Probe(Need.PERSON),),
    "change_alert": (Probe(Need.WRITE_DOMAIN, {"state": "open"}),),
    "change_account": (Probe(Need.ADMIN, {"email": ""}),),
    "change_domain": (Probe(Need.WRITE_DOMAIN, {"wanted_dmarc_record": "none"}),),
    "change_domain_group": (Probe(Need.ADMIN, {"label": ""}),),
    "change_password": (Probe(Need.PERSON, _PASSWORDS, instead=_ME),),
    "change_issue": (Probe(Need.WRITE_DOMAIN, {}),),
    "change_tag": (Probe(Need.ADMIN, {"name": ""}),),
    "change_terms": (Probe(Need.OPERATOR, {"plan": "none"}),),
    "change_task": (Probe(Need.WRITE_DOMAIN, {}),),
    "change_user": (
        Probe(Need.ADMIN, {"email": ""}),
        Probe(Need.PERSON, {"email": ""}, note="oneself", instead=_ME),
    ),
    "change_webhook": (Probe(Need.ADMIN, {"url": ""}),),
    "check_spf": (Probe(Need.NOTHING, query={"domain": "mailer.example", "ip": "192.0.2.1"}),),
    "close_account": (Probe(Need.OWNER, {"name": ""}),),
    "close_managed_account": (Probe(Need.OPERATOR, {"name": ""}),),
    "compare_approved_sources": (_READ_DOMAIN,),
    "confirm_address": (Probe(Need.NOTHING, {"token": ""}),),
    "confirm_password_reset": (Probe(Need.NOTHING, {"token": "", "password": ""}),),
    "convert_to_sso": (Probe(Need.ADMIN, {"provider": ""}),),
    "create_api_key": (Probe(Need.ADMIN, {"name": "", "scopes": ["admin"]}),),
    "create_api_token": (Probe(Need.PERSON, instead=_ME),),
    "create_domain_group": (Probe(Need.ADMIN, {"label": ""}),),
    "create_policy_filter": (Probe(Need.READ, {"domains": []}),),
    "create_source_filter": (Probe(Need.READ, {"domains": []}),),
    "create_tag": (Probe(Need.ADMIN, {"name": ""}),),
    "create_webhook": (Probe(Need.ADMIN, {"url": ""}),),
    "deactivate_domain": (Probe(Need.WRITE_DOMAIN, uses_up="domain_id"),),
    "delete_domain": (Probe(Need.WRITE_DOMAIN, uses_up="domain_id"),),
    "delete_domain_group": (Probe(Need.ADMIN, uses_up="group_id"),),
    "delete_all_failure_reports": (Probe(Need.DELETE_FAILURES, query={"before": "1970-01-01"}),),
    "delete_failure_reports": (Probe(Need.DELETE_FAILURES, {"ids": ["rpt_1"]}),),
    "delete_policy_filter": (Probe(Need.WRITE_SEEN, uses_up="policy_filter_id"),),
    "delete_quarantine_entry": (Probe(Need.WRITE_ARRIVALS, uses_up="entry_id"),),
    "delete_report": (Probe(Need.WRITE_DOMAIN, uses_up="report_id"),),
    "delete_source_filter": (Probe(Need.WRITE_SEEN, uses_up="source_filter_id"),),
    "delete_tag": (Probe(Need.ADMIN, uses_up="tag_id"),),
    "delete_webhook": (Probe(Need.ADMIN, uses_up="webhook_id"),),
    "delete_detail_report": (Probe(Need.READ_DOMAIN, uses_up="report_token"),),
    "deliver_tls_report": (Probe(Need.NOTHING, {}),),
    "end_digests": (Probe(Need.NOTHING, {"token": ""}),),
    "export_account": (Probe(Need.OWNER),),
    "generate_dmarc_record": (
        Probe(Need.READ_DOMAIN, {"p": "none"}),
        Probe(Need.WRITE_DOMAIN, {"p": "none", "publish": True}, note="with `publish`"),
    ),
    "grant_access": (Probe(Need.ADMIN, {"users": [], "level": "read"}),),
    "host_dmarc": (Probe(Need.WRITE_DOMAIN, {"record": "none"}),),
    "host_mta_sts": (Probe(Need.WRITE_DOMAIN, {"mode": "enforce", "max_age": 1}),),
    "invite_owner": (Probe(Need.OPERATOR, {"email": ""}),),
    "invite_user": (Probe(Need.ADMIN, {"email": ""}),),
    "list_access": (Probe(Need.ADMIN),),
    "list_address_rows": (_READ_DOMAIN,),
    "list_addresses": (_READ_DOMAIN,),
    "list_accounts": (Probe(Need.MEMBERSHIP),),
    "list_alerts": (Probe(Need.READ),),
    "list_api_keys": (Probe(Need.ADMIN),),
    "list_approved_sources": (_READ_DOMAIN,),
    "list_audit": (Probe(Need.ADMIN),),
    "list_deliveries": (Probe(Need.ADMIN),),
    "list_detail_reports": (Probe(Need.READ),),
    "list_detail_rows": (_READ_DOMAIN,),
    "list_detail_servers": (_READ_DOMAIN,),
    "list_dns_changes": (_READ_DOMAIN,),
    "list_domains_of_source": (_READ_DOMAIN,),
    "list_domain_groups": (Probe(Need.READ),),
    "list_domains": (Probe(Need.READ),),
    "list_failure_jobs": (Probe(Need.READ_FAILURES),),
    "list_failure_reports": (Probe(Need.READ_FAILURES),),
    "list_issues": (Probe(Need.READ),),
    "list_policy_domains": (Probe(Need.READ),),
    "list_favorites": (_READ_DOMAIN,),
    "list_policy_filters": (Probe(Need.READ),),
    "list_source_domains": (Probe(Need.READ),),
    "list_source_filters": (Probe(Need.READ),),
    "list_sources": (Probe(Need.READ),),
    "list_quarantine": (Probe(Need.READ_ARRIVALS),),
    "list_reporters": (_READ_DOMAIN,),
    "list_reports": (
        Probe(Need.READ),
        Probe(Need.READ_FAILURES, query={"type": "failure"}, note="failure reports"),
    ),
    "list_senders": (Probe(Need.READ),),
    "list_tags": (Probe(Need.READ),),
    "list_webhooks": (Probe(Need.ADMIN),),
    "list_tasks": (Probe(Need.READ),),
    "list_tls_failures": (Probe(Need.READ),),
    "list_tls_policies": (Probe(Need.READ),),
    "list_users": (Probe(Need.ADMIN),),
    "make_owner": (Probe(Need.OWNER, uses_up="user_id"),),
    "move_domains_to_group": (Probe(Need.ADMIN_WRITE, {"domains": []}),),
    "open_account": (Probe(Need.OPERATOR, {"email": "", "plan": "pro"}),),
    "open_upload": (Probe(Need.WRITE_ARRIVALS),),
    "preview_dmarc_record": (Probe(Need.READ_DOMAIN, query={"p": "none"}),),
    "read_access": (Probe(Need.ADMIN),),
    "read_account": (Probe(Need.READ),),
    "read_alert": (_READ_DOMAIN,),
    "read_detail_charts": (_READ_DOMAIN,),
    "read_detail_progress": (_READ_DOMAIN,),
    "read_detail_report": (_READ_DOMAIN,),
    "read_detail_sources": (_READ_DOMAIN,),
    "read_dns": (_READ_DOMAIN,),
    "read_docs": (Probe(Need.NOTHING),),
    "read_domain": (_READ_DOMAIN,),
    "read_domain_group": (Probe(Need.READ_GROUP),),
    "read_export": (Probe(Need.OWNER),),
    "read_failure_job": (Probe(Need.OWN_SEARCH),),
    "read_failure_report": (
        Probe(Need.READ_SHOWN_FAILURE, instead={"report_id": "failure_id"}),
        Probe(
            Need.READ_FULL_FAILURE,
            query={"redact": "false"},
            note="with `redact=false`",
            instead={"report_id": "failure_id"},
        ),
    ),
    "read_hosted_dmarc": (_READ_DOMAIN,),
    "read_hosted_mta_sts": (_READ_DOMAIN,),
    "read_hosting": (_READ_DOMAIN,),
    "read_managed_account": (Probe(Need.OPERATOR),),
    "read_openapi": (Probe(Need.NOTHING),),
    "read_parked_records": (_READ_DOMAIN,),
    "read_issue": (_READ_DOMAIN,),
    "read_policy_filter": (_READ_DOMAIN,),
    "read_policy_plan": (_READ_DOMAIN,),
    "read_quarantine_entry": (Probe(Need.READ_ARRIVALS),),
    "read_quarantine_raw": (Probe(Need.READ_ARRIVED_MAIL),),
    "read_report": (
        _READ_DOMAIN,
        Probe(Need.READ_FAILURE, note="a failure report", instead={"report_id": "failure_id"}),
    ),
    "read_report_raw": (
        _READ_DOMAIN,
        Probe(Need.READ_FAILURE_MAIL, note="a failure report", instead={"report_id": "failure_id"}),
    ),
    "read_sign_in": (Probe(Need.NOTHING),),
    "read_source_filter": (_READ_DOMAIN,),
    "read_source_refresh": (Probe(Need.READ),),
    "read_sources": (_READ_DOMAIN,),
    "read_stats": (_READ_DOMAIN,),
    "read_sender": (Probe(Need.READ),),
    "put_sender": (Probe(Need.ADMIN, {"name": "", "domain": "", "category": "crm"}, makes=True),),
    "remove_sender": (Probe(Need.ADMIN, uses_up="sender"),),
    "read_tag": (Probe(Need.READ),),
    "read_task": (_READ_DOMAIN,),
    "read_tls_failures": (Probe(Need.READ),),
    "read_tls_policy": (_READ_DOMAIN,),
    "read_upload": (Probe(Need.READ_ARRIVALS),),
    "read_user": (Probe(Need.ADMIN), Probe(Need.PERSON, note="oneself", instead=_ME)),
    "read_verification": (_READ_DOMAIN,),
    "read_webhook": (Probe(Need.ADMIN),),
    "redeliver": (Probe(Need.ADMIN),),
    "refresh_dns": (Probe(Need.WRITE_DOMAIN),),
    "remind_user": (Probe(Need.ADMIN),),
    "reopen_account": (Probe(Need.OWNER),),
    "reopen_managed_account": (Probe(Need.OPERATOR),),
    "refresh_sources": (Probe(Need.READ),),
    "remove_favorite": (Probe(Need.WRITE_DOMAIN, uses_up="ip"),),
    "remove_approved_source": (Probe(Need.WRITE_DOMAIN, uses_up="slug"),),
    "remove_domains_from_group": (Probe(Need.ADMIN_WRITE, {"domains": []}),),
    "remove_totp": (Probe(Need.PERSON),),
    "remove_user": (Probe(Need.ADMIN, uses_up="user_id"),),
    "rename_api_key": (Probe(Need.ADMIN, {"name": ""}),),
    "replace_user": (
        Probe(Need.ADMIN, {"email": ""}),
        Probe(Need.PERSON, {"email": ""}, note="oneself", instead=_ME),
    ),
    "replay_quarantine": (Probe(Need.WRITE_ARRIVALS, {"reason": "conflict"}),),
    "replay_quarantine_entry": (Probe(Need.WRITE_ARRIVALS),),
    "reset_password": (Probe(Need.ADMIN), Probe(Need.PERSON, note="oneself", instead=_ME)),
    "reset_owner_totp": (Probe(Need.OPERATOR),),
    "reset_totp": (Probe(Need.ADMIN),),
    "revoke_api_key": (Probe(Need.ADMIN, uses_up="key_id"),),
    "revoke_api_token": (Probe(Need.ADMIN),),
    "rotate_webhook": (Probe(Need.ADMIN),),
    "rotate_api_key": (Probe(Need.ADMIN, {"overlap_seconds": -1}),),
    "search_failure_reports": (
        Probe(Need.READ_FAILURES, {"start_date": "2026-09-02", "end_date": "2026-09-01"}),
    ),
    "set_issue": (Probe(Need.WRITE_DOMAIN, {"ignore": False}),),
    "set_task": (Probe(Need.WRITE_DOMAIN, {"ignore": False}),),
    "show_activation": (Probe(Need.NOTHING),),
    "show_address_confirmation": (Probe(Need.NOTHING),),
    "show_password_reset": (Probe(Need.NOTHING),),
    "show_unsubscription": (Probe(Need.NOTHING),),
    "simulate_policy": (Probe(Need.READ_DOMAIN, {"p": "reject"}),),
    "take_up_invitation": (Probe(Need.NOTHING, {"token": ""}),),
    "test_webhook": (Probe(Need.ADMIN),),
    "unsubscribe_one_click": (Probe(Need.NOTHING, query={"token": ""}),),
    "unhost_dmarc": (Probe(Need.WRITE_DOMAIN),),
    "unhost_mta_sts": (Probe(Need.WRITE_DOMAIN),),
    "upload_report": (Probe(Need.WRITE_ARRIVALS, "not a report"),),
    "verify_domain": (Probe(Need.WRITE_DOMAIN),),
    "verify_hosted_dmarc": (_READ_DOMAIN,),
    "verify_hosted_dmarc_now": (_WRITE_DOMAIN,),
    "verify_hosted_mta_sts": (_READ_DOMAIN,),
    "verify_hosted_mta_sts_now": (_WRITE_DOMAIN,),
    "verify_totp": (Probe(Need.PERSON, {"code": ""}),),
}


def probes(operation: str, method: str) -> tuple[Probe, ...]:
    if operation.startswith(_ANONYMOUS):
        body = None if method == "GET" else {"record": "v=none"}
        return (Probe(Need.NOTHING, body, {"domain": "mailer.example", "record": "v=none"}),)
    if operation not in NEEDS:
        raise KeyError(f"tests/needs.py does not say what {operation} needs")
    return NEEDS[operation]
