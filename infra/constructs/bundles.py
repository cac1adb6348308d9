"""What the stacks want of bundling: a layer and the code of an entry."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.bundling import build_code, build_layer
from infra.entry import Entry
from infra.stage import Platform


class Bundles(Protocol):
    """Where functions get their code from."""

    def layer(self, scope: Construct, name: str) -> lambda_.LayerVersion: ...

    def code(self, entry: Entry) -> lambda_.Code: ...


class BuiltBundles:
    """Bundles for one platform, made when asked for. ``senders`` is the operator's own catalogue."""

    def __init__(self, platform: Platform, senders: Path | None = None) -> None:
        self.platform = platform
        self.senders = senders

    def layer(self, scope: Construct, name: str) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            scope,
            f"{name}-libraries",
            code=lambda_.Code.from_asset(str(build_layer(name, self.platform))),
            description=f"Postseal: libraries of the {name} functions",
        )

    def code(self, entry: Entry) -> lambda_.Code:
        return lambda_.Code.from_asset(str(build_code(entry, self.platform, self.senders)))
