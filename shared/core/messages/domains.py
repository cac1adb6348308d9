"""Of looks at the DNS, of what is hosted, and of what was removed."""

from __future__ import annotations

from shared.core.ids import AccountId, DomainId, GroupId, TagId
from shared.core.messages.fields import Unreadable, account_and_domain, fields_of, number, text_of
from shared.core.queues import DnsCheck, HostingChange, HostingCheck, RemovedDomain, RemovedGroup, RemovedTag


def encode_removed_domain(removed: RemovedDomain) -> str:
    return text_of({"account": removed.account, "domain": removed.domain})


def encode_sweep(removed: RemovedGroup | RemovedTag) -> str:
    what = {"group": removed.group} if isinstance(removed, RemovedGroup) else {"tag": removed.tag}
    return text_of({"account": removed.account, **what})


def decode_removed(text: str) -> RemovedDomain | RemovedGroup | RemovedTag:
    """Whatever was removed and leaves something to be cleared away."""
    fields = fields_of(text)
    account = AccountId(number(fields, "account"))
    if "group" in fields:
        return RemovedGroup(account, GroupId(number(fields, "group")))
    if "tag" in fields:
        return RemovedTag(account, TagId(number(fields, "tag")))
    return RemovedDomain(account, DomainId(number(fields, "domain")))


def encode_hosting_change(change: HostingChange) -> str:
    return text_of(
        {"zone": change.zone, "account": change.account, "domain": change.domain, "version": change.version}
    )


def decode_hosting_change(text: str) -> HostingChange:
    fields = fields_of(text)
    zone = fields.get("zone")
    if not isinstance(zone, str):
        raise Unreadable("zone is missing")
    account, domain = account_and_domain(fields)
    return HostingChange(zone, account, domain, number(fields, "version"))


def encode_hosting_check(check: HostingCheck) -> str:
    return text_of({"account": check.account, "domain": check.domain, "round": check.round})


def decode_hosting_check(text: str) -> HostingCheck:
    fields = fields_of(text)
    account, domain = account_and_domain(fields)
    return HostingCheck(account, domain, number(fields, "round"))


def encode_dns_check(check: DnsCheck) -> str:
    return text_of({"account": check.account, "domain": check.domain})


def decode_dns_check(text: str) -> DnsCheck:
    fields = fields_of(text)
    return DnsCheck(*account_and_domain(fields))
