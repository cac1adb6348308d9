"""The CDK app, ``cdk synth -c stage=prod -c report_domain=...``: only it reads context or environment."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast, get_args

from aws_cdk import App

from infra.bundling import BundleError
from infra.constructs.bundles import BuiltBundles
from infra.deployment import FLAGS, deploy
from infra.people import IdentityProvider, People, people_of
from infra.stage import ConnectionGroup, SnapStart, Stage, hosted, local


def stage_from(app: App) -> Stage:
    """Context: stage, report_domain; on AWS region, account, hosting_domain, hosting_zones, sign_in_prefix,
    letter_sender, pages_url, callback_urls, identity_providers, alarm_email, senders, snap_start; locally
    mail_host, environment, connection_group, cognito_endpoint."""

    def context(key: str) -> str | None:
        value = app.node.try_get_context(key)
        return None if value in (None, "") else str(value)

    name = context("stage") or "local"
    if name == "local":
        return local(
            report_domain=context("report_domain") or "reports.postseal.test",
            mail_host=context("mail_host") or "mx.reports.postseal.test",
            environment=json.loads(context("environment") or "{}"),
            connection_group=_connection_group(context("connection_group")),
            cognito_endpoint=context("cognito_endpoint") or "http://127.0.0.1:4566",
        )
    report_domain = context("report_domain")
    if report_domain is None:
        raise SystemExit(
            f"stage {name} needs the domain that reports are mailed to: -c report_domain=reports.example.com"
        )
    stage = hosted(
        name,
        report_domain=report_domain,
        region=context("region") or os.environ.get("CDK_DEFAULT_REGION") or "eu-west-1",
        account=context("account") or os.environ.get("CDK_DEFAULT_ACCOUNT"),
        hosting_domain=context("hosting_domain"),
        hosting_zones=int(context("hosting_zones") or 2),
        alarm_email=context("alarm_email"),
        snap_start=_snap_start(context("snap_start") or "off"),
    )
    senders = context("senders")
    return dataclasses.replace(
        stage,
        people=_people(report_domain, context),
        senders=None if senders is None else Path(senders),
    )


def _connection_group(value: str | None) -> ConnectionGroup:
    """``id=routing endpoint``, as ``make up`` says it; a template that is not deployed does without."""
    group, _, endpoint = (value or "none=none.cloudfront.net").partition("=")
    return ConnectionGroup(group, endpoint)


def _people(report_domain: str, context: Callable[[str], str | None]) -> People:
    """``identity_providers`` is a JSON array of objects with the fields of ``IdentityProvider``."""
    try:
        providers = json.loads(context("identity_providers") or "[]")
        return people_of(
            report_domain,
            sign_in_prefix=context("sign_in_prefix"),
            letter_sender=context("letter_sender"),
            callback_urls=tuple((context("callback_urls") or "").split()),
            pages_url=context("pages_url"),
            identity_providers=tuple(IdentityProvider(**fields) for fields in providers),
        )
    except (TypeError, ValueError) as error:
        raise SystemExit(f"how people sign in: {error}") from None


def _snap_start(value: str) -> SnapStart:
    if value not in get_args(SnapStart):
        raise SystemExit(f"snap_start is one of {', '.join(get_args(SnapStart))}, not {value}")
    return cast(SnapStart, value)


def main() -> None:
    app = App(context=FLAGS)
    stage = stage_from(app)
    try:
        deploy(app, stage, BuiltBundles(stage.platform, stage.senders))
    except BundleError as error:
        sys.exit(str(error))
    app.synth()


if __name__ == "__main__":
    main()
