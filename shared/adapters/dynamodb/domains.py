from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.domain_counts import count_step, uncountable
from shared.adapters.dynamodb.domain_items import domain_of, item_of
from shared.adapters.dynamodb.expressions import Item, Plain, in_index
from shared.adapters.dynamodb.placing import missing, shift, unchanged
from shared.adapters.dynamodb.table import Cancelled, ConditionFailed, Range, Step, Table, delete, put, update
from shared.core import ids
from shared.core.domain_names import ancestors, normalise
from shared.core.domains import Domain, DomainPage, Proof
from shared.core.errors import Invalid, NotFound
from shared.core.ids import AccountId, DomainId
from shared.core.plans import MOST_DOMAINS, DomainLimits

_EXISTS = "attribute_exists(#pk)"
_IS_NEW = "attribute_not_exists(#pk)"
_STAYS_VERIFIED = "#verified = if_not_exists(#verified, :now)"
"""An active domain is a verified one, also one that was activated before there was verification."""


class DynamoDomains:
    """``Domains`` on the table. Whatever changes how many there are, or how many are active, moves the
    account's counters in the same transaction, and those of groups and tags with the domain's memberships.
    Only active domains are in the index."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, domain: Domain, *, limits: DomainLimits = MOST_DOMAINS) -> None:
        pointer = {"account": domain.account, "domain": domain.id}
        arrival = shift(None, domain)
        counters = arrival.counters()
        try:
            self._table.transact(
                put(item_of(domain), _IS_NEW),
                put({**keys.domain_name(domain.account, domain.name)._asdict(), **pointer}, _IS_NEW),
                put({**keys.token(domain.token)._asdict(), **pointer}, _IS_NEW),
                count_step(domain.account, None, domain, limits=limits, more=arrival.account),
                *(step for _, step in counters),
                *arrival.memberships,
            )
        except Cancelled as cancelled:
            if 3 in cancelled.failed:
                raise uncountable(cancelled.failed[3], None, domain, limits, param="domain") from None
            if cancelled.failed.keys() & {0, 1, 2}:
                raise Invalid(f"The account has the domain {domain.name} already", param="domain") from None
            raise NotFound("There is no such group or tag") from None

    def get(self, account: AccountId, domain: DomainId) -> Domain | None:
        item = self._table.get(keys.domain(account, domain))
        return None if item is None else domain_of(item)

    def get_many(self, account: AccountId, domains: Collection[DomainId]) -> list[Domain]:
        wanted = [keys.domain(account, domain) for domain in domains]
        found = self._table.get_many(wanted)
        return [domain_of(found[key]) for key in wanted if key in found]

    def named(self, account: AccountId, name: str) -> Domain | None:
        pointer = self._table.get(keys.domain_name(account, name))
        return None if pointer is None else self.get(account, DomainId(pointer["domain"]))

    def resolve(self, account: AccountId, reference: str) -> Domain | None:
        key = _pointer(account, reference)
        if key is None:
            return None
        item = self._table.get(key)
        return _of(item, lambda domain: self.get(account, domain))

    def resolve_many(self, account: AccountId, references: Sequence[str]) -> list[Domain | None]:
        pointers = [_pointer(account, reference) for reference in references]
        found = self._table.get_many(key for key in pointers if key is not None)
        named = [DomainId(item["domain"]) for item in found.values() if "domain" in item]
        domains = {domain.id: domain for domain in self.get_many(account, named)}
        return [None if key is None else _of(found.get(key), domains.get) for key in pointers]

    def covering(self, account: AccountId, policy_domain: str) -> Domain | None:
        candidates = [keys.domain_name(account, name) for name in ancestors(policy_domain)]
        found = self._table.get_many(candidates)
        nearest = next((found[key] for key in candidates if key in found), None)
        return None if nearest is None else self.get(account, DomainId(nearest["domain"]))

    def page(self, account: AccountId, *, after: DomainId | None, limit: int) -> DomainPage:
        first = keys.domain(account, DomainId(0 if after is None else after + 1))
        wanted = Range(first.pk, first.sk, "D#" + keys.AFTER_ALL)
        items: list[Item] = []
        for item in self._table.query(wanted, consistent=True, batch=limit + 1):
            if len(items) == limit:
                return DomainPage([domain_of(item) for item in items], True)
            items.append(item)
        return DomainPage([domain_of(item) for item in items], False)

    def of_shard(self, shard: int, *, after: DomainId | None, limit: int) -> DomainPage:
        first = keys.BEFORE_ALL if after is None else keys.padded(after + 1)
        listed: list[keys.Key] = []
        for item in self._table.query(Range(keys.shard(shard), first, index=True), batch=limit + 1):
            key = keys.Key(item["pk"], item["sk"])
            # Domains of two accounts can have one number: a page never ends between them.
            if len(listed) >= limit and key.sk != listed[-1].sk:
                domains = self._listed(listed)
                if domains:
                    return DomainPage(domains, True)
                listed = []
            listed.append(key)
        return DomainPage(self._listed(listed), False)

    def activate(self, domain: Domain, *, allowed: int, now: int) -> Domain:
        entry = in_index(keys.active_domain(domain.account, domain.id))
        change = (
            f"SET #active = :yes, #activated = :now, #updated = :now, {_STAYS_VERIFIED}, "
            "#gsi1pk = :gsi1pk, #gsi1sk = :gsi1sk"
        )
        limits = replace(MOST_DOMAINS, active=allowed)
        return self._switched(
            domain,
            lambda current: None if current.active else replace(current, active=True),
            change,
            {"yes": True, "now": now, **entry},
            limits,
        )

    def deactivate(self, domain: Domain, *, now: int) -> Domain:
        change = (
            f"SET #active = :no, #deactivated = :now, #updated = :now, {_STAYS_VERIFIED} "
            "REMOVE #gsi1pk, #gsi1sk"
        )
        return self._switched(
            domain,
            lambda current: replace(current, active=False) if current.active else None,
            change,
            {"no": False, "now": now},
            MOST_DOMAINS,
        )

    def park(self, domain: Domain, *, parked: bool, limits: DomainLimits, now: int) -> Domain:
        return self._switched(
            domain,
            lambda current: None if current.parked == parked else replace(current, parked=parked),
            "SET #parked = :parked, #updated = :now",
            {"parked": parked, "now": now},
            limits,
        )

    def verify(self, domain: Domain, proof: Proof, *, now: int) -> Domain:
        key = keys.domain(domain.account, domain.id)
        said: dict[str, Plain] = {"now": now, "proof": proof.value}
        try:
            change = "SET #verified = :now, #proof = :proof, #updated = :now"
            return domain_of(
                self._table.update(key, change, f"{_EXISTS} AND attribute_not_exists(#verified)", said)
            )
        except ConditionFailed as failed:
            if failed.item is None:
                raise missing() from None
            return domain_of(failed.item)

    def change(self, domain: Domain) -> Domain:
        names = (
            *("notes", "aggregate", "failure", "tls"),
            *("top_level", "wanted_dmarc", "updated"),
        )
        try:
            return self._set(domain, names)
        except ConditionFailed:
            raise missing() from None

    def note_check(self, domain: Domain) -> bool:
        try:
            self._set(domain, ("dns_status", "dns_status_message", "dns_checked", "dns"))
        except ConditionFailed:
            return False
        return True

    def remove(self, domain: Domain) -> None:
        current = self.get(domain.account, domain.id)
        gone: set[keys.Key] = set()
        while current is not None:
            counters = shift(current, None).counters(gone)
            removal = _removal(current)
            try:
                self._table.transact(*removal, *(step for _, step in counters))
                return
            except Cancelled as cancelled:
                uncounted = _missed(cancelled, counters, len(removal))
                if not uncounted and 0 not in cancelled.failed:
                    raise missing() from None
                gone |= uncounted
                current = self.get(domain.account, domain.id)

    def _set(self, domain: Domain, names: tuple[str, ...]) -> Domain:
        """Store these attributes, those that have a value."""
        item = item_of(domain)
        values = {name: item[name] for name in names if item[name] is not None}
        change = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
        key = keys.domain(domain.account, domain.id)
        return domain_of(self._table.update(key, change, _EXISTS, values))

    def _listed(self, listed: list[keys.Key]) -> list[Domain]:
        """Those that are still there, and still active."""
        found = self._table.get_many(listed)
        domains = (domain_of(found[key]) for key in listed if key in found)
        return [domain for domain in domains if domain.active]

    def _switched(
        self,
        domain: Domain,
        becomes: Callable[[Domain], Domain | None],
        change: str,
        values: Mapping[str, Plain],
        limits: DomainLimits,
    ) -> Domain:
        """The domain after the change and the count that goes with it. ``becomes`` is what is to be of the
        domain as it is, None where nothing is to be done; asked again when another call was faster."""
        current: Domain | None = domain
        gone: set[keys.Key] = set()
        while current is not None:
            after = becomes(current)
            if after is None and current is not domain:
                return current
            if after is not None:
                condition, stands = _as_read(current)
                switch = update(
                    keys.domain(domain.account, domain.id), change, condition, {**values, **stands}
                )
                follows = shift(current, after)
                counters = follows.counters(gone)
                count = count_step(domain.account, current, after, limits=limits, more=follows.account)
                try:
                    self._table.transact(switch, count, *(step for _, step in counters))
                except Cancelled as cancelled:
                    if 1 in cancelled.failed and 0 not in cancelled.failed:
                        raise uncountable(cancelled.failed[1], current, after, limits, param="id") from None
                    gone |= _missed(cancelled, counters, 2)
            current = self.get(domain.account, domain.id)
        raise missing()


def _missed(cancelled: Cancelled, counters: list[tuple[keys.Key, Step]], first: int) -> set[keys.Key]:
    """The groups and tags that were not there to be counted in: they were removed."""
    return {key for place, (key, _) in enumerate(counters, first) if place in cancelled.failed}


def _as_read(domain: Domain) -> tuple[str, dict[str, Plain]]:
    """The condition that all is unchanged that counts follow, and its values."""
    condition, values = unchanged(domain)
    parked = "#parked = :was_parked"
    if not domain.parked:
        parked = f"(attribute_not_exists(#parked) OR {parked})"
    return f"{condition} AND {parked}", {**values, "was_parked": domain.parked}


def _pointer(account: AccountId, reference: str) -> keys.Key | None:
    """Of the domain itself, or of its name; None for what is neither."""
    try:
        return keys.domain(account, DomainId(ids.parse(ids.DOMAIN, reference)))
    except NotFound:
        pass
    try:
        return keys.domain_name(account, normalise(reference))
    except Invalid:
        return None


def _of(item: Item | None, find: Callable[[DomainId], Domain | None]) -> Domain | None:
    """The domain that the item is, or that it names."""
    if item is None:
        return None
    return find(DomainId(item["domain"])) if "domain" in item else domain_of(item)


def _removal(domain: Domain) -> list[Step]:
    """Removes the domain if it is as active and parked, and where, as we think: the counters stay exact."""
    departure = shift(domain, None)
    return [
        delete(keys.domain(domain.account, domain.id), *_as_read(domain)),
        delete(keys.domain_name(domain.account, domain.name)),
        delete(keys.token(domain.token)),
        count_step(domain.account, domain, None, more=departure.account),
        *departure.memberships,
    ]
