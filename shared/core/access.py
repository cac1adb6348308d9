"""Who may see and change what: the only place where a right to an account's data is made.

The stores of reports, sources and statistics take a ``Readable``, and what changes domains, people or keys
takes a ``Writable``, an ``Addable`` or an ``Administration``: values that nothing else makes, so that no
route can reach data without having asked here first. What a caller must not see is not there (``NotFound``);
what it sees and must not change, and what its key has no scope for, is ``Forbidden``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from shared.core.accounts import Account
from shared.core.callers import (
    Caller,
    level_everywhere,
    level_in,
    require_every_domain,
    require_scope,
    require_subscription,
    within,
)
from shared.core.domains import Domain, Domains
from shared.core.errors import Forbidden, NotFound
from shared.core.groups import Groups
from shared.core.ids import AccountId, DomainId, GroupId, UserId
from shared.core.rights import DEFAULT_GROUP, Level, Scope

_MINT: Final = object()


@dataclass(frozen=True, slots=True, init=False)
class Readable:
    """The right to read data of one account: of one domain, or (``domain`` is None) of all that are
    ``within``, which is None for every domain. ``forensic`` opens failure reports too."""

    account: AccountId
    domain: Domain | None
    within: frozenset[DomainId] | None
    forensic: bool

    def __init__(
        self,
        mint: object,
        account: AccountId,
        domain: Domain | None,
        *,
        within: frozenset[DomainId] | None = None,
        forensic: bool = False,
    ) -> None:
        _require_mint(mint)
        object.__setattr__(self, "account", account)
        object.__setattr__(self, "domain", domain)
        object.__setattr__(self, "within", within)
        object.__setattr__(self, "forensic", forensic)

    @property
    def whole(self) -> bool:
        """Whether it is of every domain of the account."""
        return self.domain is None and self.within is None

    def narrowed(self, homes: Iterable[DomainId]) -> Readable:
        """The same right, to those of some domains that it covers."""
        mine = frozenset(home for home in homes if self.covers(home))
        return Readable(_MINT, self.account, None, within=mine, forensic=self.forensic)

    def covers(self, domain: DomainId) -> bool:
        if self.domain is not None:
            return self.domain.id == domain
        return self.within is None or domain in self.within


@dataclass(frozen=True, slots=True, init=False)
class Writable:
    """The right to change one domain."""

    account: AccountId
    domain: Domain

    def __init__(self, mint: object, domain: Domain) -> None:
        _require_mint(mint)
        object.__setattr__(self, "account", domain.account)
        object.__setattr__(self, "domain", domain)

    def after(self, domain: Domain) -> Writable:
        """The same right, with the domain as it is after a change."""
        if (domain.account, domain.id) != (self.account, self.domain.id):
            raise ValueError("a right is to one domain")
        return Writable(_MINT, domain)


@dataclass(frozen=True, slots=True, init=False)
class Addable:
    """The right to add domains to an account: into a group, or (``group`` is None) into none."""

    account: Account
    group: GroupId | None

    def __init__(self, mint: object, account: Account, group: GroupId | None) -> None:
        _require_mint(mint)
        object.__setattr__(self, "account", account)
        object.__setattr__(self, "group", group)


@dataclass(frozen=True, slots=True, init=False)
class Arrivals:
    """The right to read what arrived for an account and is of no domain: quarantine and uploads.
    ``forensic`` opens the mail of the quarantine: nobody knows whether it is a failure report."""

    account: Account
    forensic: bool

    def __init__(self, mint: object, account: Account, *, forensic: bool) -> None:
        _require_mint(mint)
        object.__setattr__(self, "account", account)
        object.__setattr__(self, "forensic", forensic)


@dataclass(frozen=True, slots=True, init=False)
class WritableArrivals(Arrivals):
    """The right to bring more in as well, and to replay or delete what is there."""


@dataclass(frozen=True, slots=True, init=False)
class Administration:
    """The right to change what an account is: its people, groups, access, keys, tags. ``by`` is the person,
    None for a key."""

    account: Account
    by: UserId | None

    def __init__(self, mint: object, account: Account, by: UserId | None) -> None:
        _require_mint(mint)
        object.__setattr__(self, "account", account)
        object.__setattr__(self, "by", by)


def administer(caller: Caller) -> Administration:
    """``Forbidden`` to whoever sees some groups only, whatever the scopes say: who administers an account
    decides who sees which domain."""
    require_scope(caller, Scope.ADMIN)
    if not caller.rights.sees_all:
        raise Forbidden("This needs access to every domain of the account")
    return Administration(_MINT, caller.account, caller.user)


def read_account(caller: Caller, groups: Groups) -> Readable:
    """The right to read the data of every domain that the caller sees."""
    require_subscription(caller)
    require_scope(caller, Scope.READ)
    return _readable(caller, groups)


def find_to_remove(caller: Caller, groups: Groups) -> Readable:
    """The right to find what is to be removed, for those who may write and perhaps not read. Whether they may
    write to the domain that it is of is for ``write_domain`` to say."""
    require_subscription(caller)
    require_scope(caller, Scope.WRITE)
    return _readable(caller, groups)


def read_domain(caller: Caller, reference: str, domains: Domains) -> Readable:
    """The right to read one domain, named by id, number or name. One that is out of sight is ``NotFound``."""
    require_subscription(caller)
    require_scope(caller, Scope.READ)
    domain = _find(caller, reference, domains)
    return Readable(_MINT, caller.account_id, domain, forensic=_reads_failures(caller))


def read_domains(caller: Caller, references: Iterable[str], domains: Domains) -> Readable:
    """As ``read_domain``, of several at once."""
    require_subscription(caller)
    require_scope(caller, Scope.READ)
    found = frozenset(_find(caller, each, domains, param="domains").id for each in references)
    return Readable(_MINT, caller.account_id, None, within=found, forensic=_reads_failures(caller))


def read_each_domain(
    caller: Caller, references: Sequence[str], domains: Domains, *, param: str
) -> list[Readable]:
    """A right to each of several domains, in few requests; each domain once."""
    require_subscription(caller)
    require_scope(caller, Scope.READ)
    found: dict[DomainId, Domain] = {}
    for domain in domains.resolve_many(caller.account_id, references):
        if domain is None or level_in(caller, domain) is Level.NONE:
            raise NotFound("The requested resource could not be found", param=param)
        found[domain.id] = domain
    forensic = _reads_failures(caller)
    return [Readable(_MINT, caller.account_id, domain, forensic=forensic) for domain in found.values()]


def read_found(caller: Caller, domains: Iterable[Domain]) -> Readable:
    """The right to read the data of domains that were found already: of those that the caller sees."""
    require_subscription(caller)
    require_scope(caller, Scope.READ)
    own = [each for each in domains if each.account == caller.account_id]
    seen = frozenset(each.id for each in own if level_in(caller, each) is not Level.NONE)
    return Readable(_MINT, caller.account_id, None, within=seen, forensic=_reads_failures(caller))


def write_domain(caller: Caller, reference: str, domains: Domains) -> Writable:
    """The right to change one domain: ``Forbidden`` for who only sees it."""
    require_subscription(caller)
    require_scope(caller, Scope.WRITE)
    domain = _find(caller, reference, domains)
    if level_in(caller, domain) is not Level.WRITE:
        raise Forbidden("You may read this domain and not change it", param="id")
    return Writable(_MINT, domain)


def require_write_in(caller: Caller, group: GroupId | None) -> Addable:
    """The right to add a domain to a group; without one it is in the default group alone, and who adds it
    has to have write there. Whether the group exists is for the store to say."""
    require_subscription(caller)
    require_scope(caller, Scope.WRITE)
    shown = DEFAULT_GROUP if group is None else group
    if caller.rights.level({shown}) is not Level.WRITE:
        raise Forbidden("You may add domains only to a group that you may write to", param="group_id")
    return Addable(_MINT, caller.account, None if shown == DEFAULT_GROUP else shown)


def read_arrivals(caller: Caller) -> Arrivals:
    """``Forbidden`` for who does not see every domain: what arrived may be about any."""
    require_subscription(caller)
    require_scope(caller, Scope.READ)
    require_every_domain(caller)
    return Arrivals(_MINT, caller.account, forensic=_reads_failures(caller))


def write_arrivals(caller: Caller) -> WritableArrivals:
    """``Forbidden`` for who may not write to every domain."""
    require_subscription(caller)
    require_scope(caller, Scope.WRITE)
    if level_everywhere(caller) is not Level.WRITE:
        raise Forbidden("This needs write access to every domain of the account")
    return WritableArrivals(_MINT, caller.account, forensic=_reads_failures(caller))


def system_writable(domain: Domain) -> Writable:
    """For workers, and for commands of who runs the deployment: they act for nobody who could be asked. A
    test names the modules that may call this."""
    return Writable(_MINT, domain)


def system_readable(domain: Domain) -> Readable:
    """As ``system_writable``, to read all but failure reports."""
    return Readable(_MINT, domain.account, domain)


def _find(caller: Caller, reference: str, domains: Domains, *, param: str = "id") -> Domain:
    domain = domains.resolve(caller.account_id, reference)
    if domain is None or level_in(caller, domain) is Level.NONE:
        raise NotFound("The requested resource could not be found", param=param)
    return domain


def _readable(caller: Caller, groups: Groups) -> Readable:
    seen = within(caller, groups)
    return Readable(_MINT, caller.account_id, None, within=seen, forensic=_reads_failures(caller))


def _reads_failures(caller: Caller) -> bool:
    return Scope.FORENSIC in caller.rights.scopes


def _require_mint(mint: object) -> None:
    if mint is not _MINT:
        raise TypeError("rights are made by shared.core.access alone")
