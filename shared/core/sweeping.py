"""What is left when a group or a tag is removed: domains that name it, levels in it, and keys of it alone."""

from __future__ import annotations

from dataclasses import dataclass

from shared.core.api_keys import ApiKeys, revoke_keys_of_group
from shared.core.groups import Groups
from shared.core.members import Members
from shared.core.queues import RemovedGroup, RemovedTag
from shared.core.tags import Tags


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Clears up after removals, which hold from the first moment on: what it has not got to gives no right
    and is shown to nobody. Stopped anywhere, it goes on from what is left."""

    groups: Groups
    tags: Tags
    members: Members
    keys: ApiKeys

    def sweep(self, removed: RemovedGroup | RemovedTag) -> int:
        """How many domains named it. Of what is there it leaves all as it is: then it was not removed."""
        if isinstance(removed, RemovedTag):
            return self.tags.sweep(removed.account, removed.tag)
        if self.groups.get(removed.account, removed.group) is not None:
            return 0
        revoke_keys_of_group(self.keys, removed.account, removed.group)
        self.members.forget(removed.account, removed.group)
        return self.groups.sweep(removed.account, removed.group)
