"""Stages as CloudFormation sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.stage import Stage

Properties = dict[str, Any]


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
    # Every worker collects every test; only the one that runs these needs the kernel.
    from tests.infra.assembling import assembled

    prefix = f"postseal-{stage.name}-"
    return Templates(
        stage,
        {stack.stack_name.removeprefix(prefix): stack.template for stack in assembled(stage, folder).stacks},
    )
