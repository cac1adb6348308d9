"""A stage put together in this process, with empty bundles. Starts the CDK's kernel where it is imported."""

from __future__ import annotations

import zipfile
from pathlib import Path

from aws_cdk import App
from aws_cdk import aws_lambda as lambda_
from aws_cdk.cx_api import CloudAssembly
from constructs import Construct

from infra.deployment import FLAGS, deploy
from infra.entry import Entry
from infra.stage import Stage


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


def assembled(stage: Stage, folder: Path) -> CloudAssembly:
    app = App(context=FLAGS, outdir=str(folder / "cdk.out"), analytics_reporting=False)
    deploy(app, stage, FakeBundles(folder))
    return app.synth()
