"""Which worker runs what, and in what order, when the tests run on several."""

from __future__ import annotations

from typing import Final

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

LOCAL: Final = "tests/local/"
SWEEPS: Final = "tests/sweeps/"
ALONE: Final = (
    f"{LOCAL}test_stack.py",
    *(f"{SWEEPS}test_{name}.py" for name in ("least_privilege", "killed_workers")),
)
"""They restart the stack, take rights from its functions, and lead functions elsewhere: nobody else may be at
work on it."""

TOGETHER: Final = (
    *(f"{LOCAL}test_{name}.py" for name in ("closing", "people", "sign_in", "sso")),
    *(f"{SWEEPS}test_{name}.py" for name in ("roles", "schemathesis")),
)
"""They ask what needs no credential, which is counted for the address that all of them come from: one
worker's, one after the other."""

INFRA: Final = "tests/infra/"
"""Whose tests share the templates that only one process should make."""

_ALONE, _TOGETHER = "alone on the stack", "from one address"
_FIRST: Final = (_ALONE, _TOGETHER, INFRA)


class FilesAndFolders(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """A file is one worker's, and so is what has to be together. What takes longest goes first; the tests
    of the stack wait until those are through that have to be alone on it."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        if file in ALONE:
            return _ALONE
        if file in TOGETHER:
            return _TOGETHER
        return INFRA if file.startswith(INFRA) else file

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        before = self._alone_at_work()
        super().mark_test_complete(node, item_index, duration)
        if before is not None and self._alone_at_work() is None:
            for each in self.nodes:
                self._reschedule(each)

    def _reschedule(self, node: WorkerController) -> None:
        if not self.workqueue or self._next_for(node) is not None:
            super()._reschedule(node)

    def _assign_work_unit(self, node: WorkerController) -> None:
        scope = self._next_for(node)
        if scope is not None:
            self.workqueue.move_to_end(scope, last=False)
            super()._assign_work_unit(node)

    def _next_for(self, node: WorkerController) -> str | None:
        """The scope to begin with next; None while all that is left has to wait. The worker of those that
        are alone on the stack may be given more for it: it runs one after the other."""
        waits = self._alone_at_work() not in (None, node)
        free = (scope for scope in self.workqueue if not (waits and _is_of_the_stack(scope)))
        return min(free, key=_rank, default=None)

    def _alone_at_work(self) -> WorkerController | None:
        """Who runs the tests that have to be alone on the stack, until they are through."""
        for node, work in self.assigned_work.items():
            if not all(work.get(_ALONE, {}).values()):
                return node
        return None


def _is_of_the_stack(scope: str) -> bool:
    return scope == _TOGETHER or scope.startswith((LOCAL, SWEEPS))


def _rank(scope: str) -> tuple[int, bool]:
    return (_FIRST.index(scope) if scope in _FIRST else len(_FIRST), not _is_of_the_stack(scope))
