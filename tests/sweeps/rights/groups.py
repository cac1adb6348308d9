"""Requests about groups and tags, and what is cleared up after them."""

from __future__ import annotations

import random
import time
from http import HTTPStatus
from uuid import uuid4

from shared.adapters.dynamodb.tags import DynamoTags
from shared.core import ids
from shared.core.ids import GroupId, TagId
from shared.core.messages import encode_sweep
from shared.core.queues import RemovedGroup
from shared.core.rights import DEFAULT_GROUP
from shared.core.tags import Tag
from tests.sweeps.rights.scene import Scene, Try


def creates_tag(scene: Scene) -> Try:
    return scene.asks("POST", "/tags", HTTPStatus.CREATED, json={"name": uuid4().hex})


def removes_tag(scene: Scene) -> Try:
    number = TagId(ids.mint(time.time(), random.getrandbits(12)))
    tag = Tag(number, scene.account, uuid4().hex, "#808080", int(time.time()))
    DynamoTags(scene.table).add(tag, most=10_000)
    return scene.asks("DELETE", f"/tags/{ids.render(ids.TAG, number)}", HTTPStatus.NO_CONTENT)


def fills_group(scene: Scene) -> Try:
    """With a domain that the account does not have."""
    path = f"/domain-groups/{ids.render(ids.GROUP, DEFAULT_GROUP)}/add-domains"
    return scene.asks("POST", path, json={"domains": [f"g{uuid4().hex[:12]}.example"]})


def sweeps(scene: Scene) -> Try:
    """After a group that is gone: its keys are looked for."""
    gone = GroupId(ids.mint(time.time(), random.getrandbits(12)))
    return lambda: scene.works("purge", encode_sweep(RemovedGroup(scene.account, gone)))
