"""What a member is in an account, and who may change that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from shared.core.callers import Caller
from shared.core.errors import Forbidden
from shared.core.members import Member
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


def require_changeable(caller: Caller, found: Member, wanted: Roles) -> None:
    """``Forbidden``: to change the owner's roles, which are all of them; to drop one's own admin role, so
    that an account never loses its last administrator; to give what the caller does not hold."""
    changed = wanted.given_to(found)
    if changed == found:
        return
    if found.owner:
        raise Forbidden("The owner has every role", param="id")
    if found.user == caller.user and found.admin and not changed.admin:
        raise Forbidden("Another administrator has to take this role from you", param="is_admin")
    require_grantable(caller, Roles(found.admin, found.forensic, found.billing), wanted)
