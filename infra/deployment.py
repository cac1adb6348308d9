"""A whole deployment of one stage, put together from its stacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aws_cdk import (
    App,
    CliCredentialsStackSynthesizer,
    DefaultStackSynthesizer,
    Environment,
    Tags,
    Validations,
)
from cdk_nag import AwsSolutionsChecks

from infra.constructs.bundles import Bundles
from infra.grants import Owners
from infra.stacks.api import ApiStack
from infra.stacks.data import DataStack
from infra.stacks.hosting import HostingStack
from infra.stacks.lake import LakeStack
from infra.stacks.mail import MailStack
from infra.stacks.observability import ObservabilityStack
from infra.stacks.people import PeopleStack
from infra.stacks.workers import WorkersStack
from infra.stage import Stage
from infra.suppressions import suppress

FLAGS: Final = {
    # A version is what an alias points at: it has to change with the layer and with nothing but the function.
    "@aws-cdk/aws-lambda:recognizeLayerVersion": True,
    "@aws-cdk/aws-lambda:recognizeVersionProps": True,
    "@aws-cdk/core:defaultCrossStackReferences": "strong",
    "@aws-cdk/core:enablePartitionLiterals": True,
    "@aws-cdk/aws-iam:minimizePolicies": True,
}


@dataclass(frozen=True, slots=True)
class Deployment:
    """The stacks of one stage, in the order of their dependencies."""

    data: DataStack
    lake: LakeStack
    mail: MailStack
    hosting: HostingStack
    people: PeopleStack
    workers: WorkersStack
    api: ApiStack
    observability: ObservabilityStack


def deploy(app: App, stage: Stage, bundles: Bundles) -> Deployment:
    """Add the stacks to the app. Their names are ``postseal-<stage>-<stack>``."""

    def common(description: str) -> dict[str, object]:
        return {
            "env": Environment(account=stage.account, region=stage.region),
            "description": f"Postseal {stage.name}: {description}",
            "termination_protection": stage.retain,
            "synthesizer": CliCredentialsStackSynthesizer()
            if stage.deploys_as_caller
            else DefaultStackSynthesizer(),
        }

    prefix = f"postseal-{stage.name}"
    data = DataStack(app, f"{prefix}-data", stage, **common("table, buckets, queues"))
    lake = LakeStack(app, f"{prefix}-lake", stage, data.data, **common("tables over the nightly export"))
    mail = MailStack(app, f"{prefix}-mail", stage, data, **common("the report domain"))
    hosting = HostingStack(
        app, f"{prefix}-hosting", stage, mail.zone, **common("records and policies hosted for customers")
    )
    people = PeopleStack(
        app, f"{prefix}-people", stage, bundles, mail.zone, **common("who signs in, and their mail")
    )
    owners = Owners(data, hosting, people)
    workers = WorkersStack(
        app, f"{prefix}-workers", stage, bundles, owners, **common("functions behind queues")
    )
    api = ApiStack(app, f"{prefix}-api", stage, bundles, owners, **common("the HTTP API"))
    workers.know_pages(api.pages)
    observability = ObservabilityStack(
        app, f"{prefix}-observability", stage, data, people, workers, api, **common("alarms and dashboard")
    )
    suppress(app, stage, owners)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    Tags.of(app).add("application", "postseal")
    Tags.of(app).add("stage", stage.name)
    return Deployment(data, lake, mail, hosting, people, workers, api, observability)
