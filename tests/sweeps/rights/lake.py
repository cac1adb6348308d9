"""The nightly export, for the rights that it takes."""

from __future__ import annotations

from datetime import date

from shared.adapters.dynamodb import keys
from shared.core.messages import encode_lake_task
from shared.core.queues import LakeTask
from tests.sweeps.rights.scene import Scene, Try, today

_BEFORE_ALL = date(2021, 3, 4)
"""A day without reports."""


def finds_days(scene: Scene) -> Try:
    """Today's reports were not exported yet."""

    def tried() -> bool:
        scene.table.delete(keys.lake_day(scene.account, today()))
        return scene.works("export-lake", encode_lake_task(LakeTask(scene.account)))

    return tried


def writes_day(scene: Scene) -> Try:
    """One whose report lies in the data bucket."""
    body = encode_lake_task(LakeTask(scene.account, today()))
    return lambda: scene.works("export-lake", body)


def clears_day(scene: Scene) -> Try:
    """One that has no reports any more."""
    body = encode_lake_task(LakeTask(scene.account, _BEFORE_ALL))
    return lambda: scene.works("export-lake", body)
