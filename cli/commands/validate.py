"""``postseal validate``"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cli.commands.options import AsJson, Resolver
from cli.inspecting import validated
from cli.stops import USAGE, Stop
from cli.tables import show_json
from cli.verdicts import exit_code, show_inspection, states_of
from shared.core.inspections import LONGEST_RECORD, Kind

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_KINDS = tuple(kind for kind in Kind if kind is not Kind.MX)


@app.command()
def validate(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of {', '.join(_KINDS)}.")],
    record: Annotated[str, typer.Argument(metavar="RECORD", help="The text; - is standard input.")],
    domain: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="The domain that is to publish it; what an SPF record includes is then asked for.",
        ),
    ] = "",
    resolver: Resolver = None,
    as_json: AsJson = False,
) -> None:
    """Hold the text of a record, or of an MTA-STS policy, to the rules before it is published.

    Exit codes: 0 valid, 1 invalid, 2 wrong usage, 3 the DNS did not say.
    """
    if kind not in _KINDS:
        raise Stop(f"{kind} is none of {', '.join(_KINDS)}", USAGE)
    answer = validated(Kind(kind), _piped() if record == "-" else record, domain, resolver)
    if as_json:
        show_json(answer)
    else:
        show_inspection(kind, answer)
    raise typer.Exit(exit_code(states_of(answer)))


def _piped() -> str:
    return sys.stdin.buffer.read(4 * LONGEST_RECORD + 1).decode("utf-8", "replace")
