"""Messages to the workers of the DNS, by what they need."""

from __future__ import annotations

import time
from dataclasses import replace
from uuid import uuid4

from shared import settings
from shared.adapters.cloudfront import CloudFrontPolicyHosts
from shared.adapters.dynamodb import keys
from shared.core.domains import Domain
from shared.core.hosting.commands import begin
from shared.core.hosting.hosting import SLOTS, Dmarc, Host, HostedRecord, Hosting, HostState, MtaSts
from shared.core.hosting.names import Service, parse_zones
from shared.core.hosting.policies import Mode, Policy
from shared.core.ids import AccountId, DomainId
from shared.core.messages import encode_dns_check, encode_hosting_change, encode_hosting_check
from shared.core.queues import DnsCheck, HostingChange, HostingCheck
from shared.core.watching.schedule import Turn, quarter_of
from tests.sweeps.rights.scene import Scene, Try

_NOBODY = AccountId(1)
_RECORD = "v=DMARC1; p=none"
_POLICY = Policy(Mode.TESTING, ("mx.example.com",), 86_400)


def looks(scene: Scene) -> Try:
    """At a domain for the first time."""
    return _looks_at(scene, scene.domain(active=True))


def looks_below(scene: Scene) -> Try:
    """At one that its parent verifies, and without a turn, as it is not active."""
    return _looks_at(scene, scene.domain(below=scene.home.name, verified=False))


def looks_again(scene: Scene) -> Try:
    """At one whose records changed since: that wants a second look."""
    domain = scene.domain(active=True)
    assert _looks_at(scene, domain)()
    scene.publish(domain, '@ IN TXT "v=spf1 -all"')
    return _looks_at(scene, domain)


def _looks_at(scene: Scene, domain: Domain) -> Try:
    body = encode_dns_check(DnsCheck(domain.account, domain.id))
    return lambda: scene.works("check-dns", body)


def tells_of_change(scene: Scene) -> Try:
    """At one whose records changed since, for the second time."""
    again = looks_again(scene)
    assert again()
    return again


def schedules_looks(scene: Scene) -> Try:
    """One turn in this quarter of an hour, as if it had just begun."""
    quarter = quarter_of(time.time())
    scene.turns.put(Turn(_NOBODY, DomainId(quarter % 24), 24))
    scene.table.put({**keys.CHECKS._asdict(), "quarter": quarter - 1})
    return scene.runs("schedule-checks")


def schedules_advice(scene: Scene) -> Try:
    """About the domains that are active."""
    return scene.runs("schedule-advice")


def schedules_tending(scene: Scene) -> Try:
    """One hosting in every slot, in a quarter of an hour as if it had just begun."""
    for slot in range(SLOTS):
        domain = scene.domain_gone()
        _store(scene, _hosting(scene, replace(domain, id=DomainId(domain.id // SLOTS * SLOTS + slot))))
    scene.table.put({**keys.HOSTING_LOOKS._asdict(), "quarter": quarter_of(time.time()) - 1})
    return scene.runs("schedule-hosting")


def publishes(scene: Scene) -> Try:
    return _publishes(scene, _hosting(scene).with_value(Service.DMARC, _RECORD))


def withdraws(scene: Scene) -> Try:
    """What is out is looked at first."""
    hosting = _hosting(scene)
    return _publishes(scene, hosting.with_record(Service.DMARC, _record(hosting, "", _RECORD)))


def _publishes(scene: Scene, made: Hosting) -> Try:
    hosting = _store(scene, made)
    change = HostingChange(hosting.zone.id, hosting.account, hosting.domain, hosting.version)
    return lambda: scene.works("publish-hosting", encode_hosting_change(change))


def tends_new(scene: Scene) -> Try:
    """A record that was sent, and is not known to be in sync."""
    hosting = _hosting(scene, scene.domain())
    sent = replace(_record(hosting, _RECORD, _RECORD), change="C0000000000001", sent_at=int(time.time()))
    return _tends(scene, hosting.with_record(Service.DMARC, sent))


def tends_withdrawn(scene: Scene) -> Try:
    """Of a domain that is gone, and whose record is still out."""
    hosting = _hosting(scene)
    return _tends(scene, hosting.with_record(Service.DMARC, _record(hosting, "", _RECORD)))


def tends_over(scene: Scene) -> Try:
    """Of a domain that is gone, with nothing left."""
    return _tends(scene, _hosting(scene))


def tends_policy(scene: Scene) -> Try:
    return _tends(scene, _sts(_hosting(scene, scene.domain()), HostState.WAITING_DNS))


def tends_broken(scene: Scene) -> Try:
    """A record that worked, as its owner was told, and that nothing leads to."""
    hosting = replace(_hosting(scene, scene.domain()), dmarc=Dmarc(on=True))
    was = replace(_record(hosting, _RECORD, _RECORD), confirmed=_RECORD, live=True)
    return _tends(scene, hosting.with_record(Service.DMARC, was))


def tends_let_go(scene: Scene) -> Try:
    """A host whose tenant is gone: so is its policy to be."""
    return _tends(scene, _sts(_hosting(scene), HostState.DISABLING, on=False))


def tends_request(scene: Scene) -> Try:
    return _tends(scene, _sts(_hosting(scene, scene.domain()), HostState.REQUESTING_CERT))


def tends_certificate(scene: Scene) -> Try:
    """Of a tenant that is there, whose certificate is issued and not in use."""
    hosting = _sts(_hosting(scene, scene.domain()), HostState.VALIDATING)
    _with_tenant(scene, hosting)
    return _tends(scene, hosting)


def tends_attached(scene: Scene) -> Try:
    hosting = _sts(_hosting(scene, scene.domain()), HostState.VALIDATING)
    hosts = _with_tenant(scene, hosting)
    label, name = hosting.record(Service.POLICY).label, hosting.customer_name(Service.POLICY)
    tenant = hosts.find(label, name)
    assert tenant is not None
    hosts.attach(label, tenant.certificate_arn)
    return _tends(scene, hosting)


def tends_disabled(scene: Scene) -> Try:
    hosting = _sts(_hosting(scene), HostState.DISABLING, on=False)
    hosts, label = _with_tenant(scene, hosting), hosting.record(Service.POLICY).label
    hosts.disable(label)
    return _tends(scene, hosting)


def _tends(scene: Scene, hosting: Hosting) -> Try:
    stored = _store(scene, hosting)
    body = encode_hosting_check(HostingCheck(stored.account, stored.domain))
    return lambda: scene.works("tend-hosting", body)


def _hosting(scene: Scene, domain: Domain | None = None) -> Hosting:
    """Nothing is hosted yet; without a domain, of one that is gone."""
    settled = domain or scene.domain_gone()
    zones = parse_zones(scene.setting("hosting", settings.HOSTING_ZONES))
    return begin(settled, zones[0], int(time.time()), lambda: uuid4().hex[:20])


def _record(hosting: Hosting, value: str, sent: str) -> HostedRecord:
    return replace(hosting.record(Service.DMARC), value=value, sent=sent)


def _sts(hosting: Hosting, state: HostState, *, on: bool = True) -> Hosting:
    """With a policy that is not stored yet, where it is on."""
    host = Host(state, int(time.time()))
    return replace(hosting, mta_sts=MtaSts(on=on, policy=_POLICY if on else None, host=host))


def _with_tenant(scene: Scene, hosting: Hosting) -> CloudFrontPolicyHosts:
    hosts = CloudFrontPolicyHosts(
        scene.stack.aws("cloudfront"),
        distribution=scene.setting("tend-hosting", settings.POLICY_DISTRIBUTION),
        connection_group=scene.setting("tend-hosting", settings.POLICY_CONNECTION_GROUP),
    )
    hosts.create(hosting.record(Service.POLICY).label, hosting.customer_name(Service.POLICY))
    return hosts


def _store(scene: Scene, hosting: Hosting) -> Hosting:
    return scene.hostings.add(hosting)
