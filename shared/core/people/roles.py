"""What a member is in an account, and who may change that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from shared.core.access import Caller, administer
from shared.core.errors import Forbidden
from shared.core.members import Member
from shared.core.people.people import People, Person, amend_member, find_person
from shared.core.rights import Scope


@dataclass(frozen=True, slots=True)
class Roles:
    """None leaves a role as it is."""

    admin: bool | None = None
    forensic: bool | None = None
    billing: bool | None = None

    def given_to(self, member: Member) -> Member:
        return replace(
            member,
            admin=member.admin if self.admin is None else self.admin,
            forensic=member.forensic if self.forensic is None else self.forensic,
            billing=member.billing if self.billing is None else self.billing,
        )


_ADMIN_HOLDS: Final = frozenset({Scope.READ, Scope.WRITE, Scope.ADMIN})


def change_roles(people: People, caller: Caller, reference: str, roles: Roles) -> Member:
    """Change what a member is. ``Forbidden``: for the owner, whose roles are all of them; for one's own admin
    role, so that an account never loses its last; to give what the caller does not hold."""
    by = administer(caller).by
    who = find_person(people, caller, reference)

    def change(found: Member) -> Member:
        _require_changeable(caller, found, roles)
        return roles.given_to(found)

    return amend_member(people, caller.account_id, who.user.id, by, change)


def require_grantable(caller: Caller, before: Roles, wanted: Roles) -> None:
    """``Forbidden`` to give a role with rights that the caller does not hold."""
    asked = (
        ("is_admin", before.admin, wanted.admin, _ADMIN_HOLDS),
        ("has_forensic_access", before.forensic, wanted.forensic, frozenset({Scope.FORENSIC})),
        ("has_billing_access", before.billing, wanted.billing, frozenset({Scope.BILLING})),
    )
    for param, had, wants, needed in asked:
        if wants and not had and not needed <= caller.rights.scopes:
            raise Forbidden("Nobody can give a right that they do not have", param=param)


def roles_of(who: Person) -> Roles:
    return Roles(who.member.admin, who.member.forensic, who.member.billing)


def _require_changeable(caller: Caller, found: Member, wanted: Roles) -> None:
    changed = wanted.given_to(found)
    if changed == found:
        return
    if found.owner:
        raise Forbidden("The owner has every role", param="id")
    if found.user == caller.user and found.admin and not changed.admin:
        raise Forbidden("Another administrator has to take this role from you", param="is_admin")
    require_grantable(caller, Roles(found.admin, found.forensic, found.billing), wanted)
