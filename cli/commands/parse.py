"""``postseal parse``"""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from cli.deliveries import deliveries
from cli.parsing import results
from cli.printing import comma_separated, json_lines
from cli.progress import over
from cli.stops import REFUSED

app = typer.Typer(rich_markup_mode=None, add_completion=False)


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"


@app.command()
def parse(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", help="Files, folders, mbox files or Maildirs; - is standard input."
        ),
    ],
    rows: Annotated[bool, typer.Option("--rows", help="All rows of each report too.")] = False,
    output: Annotated[Format, typer.Option("--format", help="JSON Lines, or CSV.")] = Format.JSON,
) -> None:
    """Read reports offline: one object a report on standard output, and one for each refusal.

    Keys: kind (aggregate, failure, tls), reporter, report_id, domain, begin, end, messages, dmarc_pass,
    rows (how many), deviations, file, path. TLS reports count sessions as messages, with sessions_ok and
    sessions_failed, and have no dmarc_pass. What is refused has file, path, refused (the reason) and
    detail. With --rows the rows themselves are in records; as CSV each row is a line.

    Exit code 1 if anything was refused.
    """
    printer = comma_separated if output is Format.CSV else json_lines
    write = printer(sys.stdout, with_rows=rows)
    refused = False
    for found in over(deliveries(paths), "reading"):
        for result in results(found, with_rows=rows):
            write(result)
            refused = refused or result.refused
    if refused:
        raise typer.Exit(REFUSED)
