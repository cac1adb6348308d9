"""Stages as CloudFormation sees them: synthesized in this process, with empty bundles."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_cdk import App
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.deployment import FLAGS, deploy
from infra.entry import Entry
from infra.stage import Stage

Properties = dict[str, Any]


class FakeBundles:
    """Bundles with a single line in them."""

    def __init__(self, folder: Path) -> None:
        self._zip = folder / "bundle.zip"
        with zipfile.ZipFile(self._zip, "w") as packed:
            packed.writestr(zipfile.ZipInfo("empty.py"), "")

    def layer(self, scope: Construct, name: str) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(scope, f"{name}-libraries", code=lambda_.Code.from_asset(str(self._zip)))

    def code(self, entry: Entry) -> lambda_.Code:
        return lambda_.Code.from_asset(str(self._zip))


@dataclass(frozen=True)
class Templates:
    """The templates of one stage, by the last part of their stack's name."""

    stage: Stage
    stacks: dict[str, dict[str, Any]]

    def resources(self, kind: str) -> dict[str, Properties]:
        """Properties of every resource of a type, in all stacks, by ``<stack>/<logical id>``."""
        return {name: found.get("Properties", {}) for name, found in self.entire(kind)}

    def entire(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for stack, template in self.stacks.items():
            for name, resource in template["Resources"].items():
                if resource["Type"] == kind:
                    yield f"{stack}/{name}", resource

    def only(self, kind: str) -> Properties:
        (properties,) = self.resources(kind).values()
        return properties


def synthesize(stage: Stage, folder: Path) -> Templates:
    """Fails as ``cdk synth`` does when cdk-nag finds something that nobody gave a reason for."""
    app = App(context=FLAGS, outdir=str(folder / "cdk.out"), analytics_reporting=False)
    deploy(app, stage, FakeBundles(folder))
    assembly = app.synth()
    prefix = f"postseal-{stage.name}-"
    return Templates(
        stage,
        {stack.stack_name.removeprefix(prefix): stack.template for stack in assembly.stacks},
    )
