"""Entry point of ``postseal``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any, Final, NamedTuple

import typer
from typer.core import TyperGroup

from cli.printable import printable
from cli.stops import Stop


class Entry(NamedTuple):
    """A command: the module under ``cli.commands`` whose ``app`` it is, and one line about it."""

    module: str
    about: str


COMMANDS: Final = {
    "parse": Entry("parse", "Read report files offline: one JSON object or CSV line a report."),
    "inspect": Entry("inspect", "What a domain publishes in the DNS, and what is wrong with it."),
    "validate": Entry("validate", "Hold a record to the rules before it is published."),
    "spf": Entry("spf", "Check one delivery by SPF."),
    "import": Entry("bring", "Hand report files and mails to a deployment."),
    "reports": Entry("reports", "List the reports of the account."),
    "stats": Entry("stats", "Messages of a domain by day, and what became of them."),
    "sources": Entry("sources", "Who sends as a domain, or as all of them."),
    "addresses": Entry("addresses", "The addresses that send as a domain, row by row; favourites."),
    "detail-report": Entry("detail_report", "Every row of some days, summed by sender."),
    "failures": Entry("failures", "Failure reports: search, read and delete them."),
    "tls": Entry("tls", "TLS sessions that failed, and the policies that senders found."),
    "issues": Entry("issues", "What is wrong with your domains, and what to ignore of it."),
    "tasks": Entry("tasks", "What to do next for your domains."),
    "planner": Entry("planner", "May a domain move to a stricter policy, and what would one do?"),
    "domains": Entry("domains", "List, add, verify and activate domains; their DNS and how it changed."),
    "generate": Entry("generate", "Make the DMARC record of a domain, or all of a parked one."),
    "hosting": Entry("hosting", "Host DMARC and MTA-STS records behind CNAMEs; verify them."),
    "quarantine": Entry("quarantine", "What could not be stored: list it, replay it."),
    "login": Entry("login", "Sign in to a deployment with a browser, and act as yourself."),
    "logout": Entry("logout", "Sign out of a deployment."),
    "keys": Entry("keys", "Create, list, rotate and revoke API keys."),
    "users": Entry("users", "The people of the account: invite them, say what they may."),
    "groups": Entry("groups", "Groups of domains, and who has access to them."),
    "tags": Entry("tags", "The tags of domains."),
    "alerts": Entry("alerts", "What happened that you should know: list it, acknowledge it."),
    "webhooks": Entry("webhooks", "Where alerts are sent, signed, and what became of each message."),
    "audit": Entry("audit", "Who changed what, and who read failure reports."),
    "account": Entry("account", "Your account: its terms, its export, its end."),
    "accounts": Entry("accounts", "The accounts that you are in, or that you run."),
    "rollups": Entry("rollups", "Have day totals computed anew (operators)."),
}


class Commands(TyperGroup):
    """Imports a command when it is called, so that no command waits for what another one needs.

    One that cannot go on ends with one line on standard error and its exit code.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = typer.main.get_command(import_module(f"cli.commands.{entry.module}").app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.about) for name, entry in COMMANDS.items()])

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Stop as stop:
            typer.echo(f"postseal: {printable(stop.message)}", err=True)
            raise typer.Exit(stop.code) from None


app = typer.Typer(
    name="postseal",
    cls=Commands,
    epilog="Exit codes: 0 done, 1 something was refused or is wrong, 2 wrong usage, 3 no answer.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def postseal(
    account: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="Act for this account of yours; else POSTSEAL_ACCOUNT, else the first."
        ),
    ] = None,
) -> None:
    """DMARC, TLS and failure reports: read them offline, hand them to a deployment, ask it who sends.

    And the records in the DNS that they are about: what a domain publishes, and whether it is right."""
    if account is not None:
        os.environ["POSTSEAL_ACCOUNT"] = account


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a reader that closes the pipe early is no error of ours to explain."""
    try:
        app(arguments)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
