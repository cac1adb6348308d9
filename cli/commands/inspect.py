"""``postseal inspect``"""

from __future__ import annotations

from typing import Annotated

import typer

from cli import health
from cli.commands.options import AsJson, Key, Resolver, Url, api_of
from cli.inspecting import inspected
from cli.stops import USAGE, Stop
from cli.tables import show_json
from cli.verdicts import exit_code, show_inspection, show_whole, states_of, whole_states
from shared.core.inspections import Kind

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def inspect(
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KIND] DOMAIN", help=f"KIND is one of {', '.join(Kind)}."),
    ] = None,
    selector: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="DKIM (or BIMI) selector; may be given several times."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="The last checks of all domains of the account, from the API.")
    ] = False,
    resolver: Resolver = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Look up what a domain publishes, and what is wrong with it: everything, or one kind of record.

    It is looked up from here; no deployment is needed, except with --all. A single word that is a kind is
    taken for one: a domain of such a name is written with a dot at its end.

    Exit codes: 0 all well, 1 something is wrong or missing, 2 wrong usage, 3 the DNS did not say.
    """
    if every:
        if what:
            raise Stop("--all takes no domain", USAGE)
        found = health.states(api_of(url, key))
        show_json(found) if as_json else health.show_states(found)
        raise typer.Exit(health.exit_code(found))
    kind, domain = _asked(what or [])
    answer = inspected(kind, domain, ",".join(selector or []), resolver)
    if as_json:
        show_json(answer)
    elif kind is None:
        show_whole(answer)
    else:
        show_inspection(kind, answer)
    raise typer.Exit(exit_code(whole_states(answer) if kind is None else states_of(answer)))


def _asked(words: list[str]) -> tuple[Kind | None, str]:
    kinds = set(Kind)
    match words:
        case [word] if word not in kinds:
            return None, word
        case [word, domain] if word in kinds:
            return Kind(word), domain
        case [word, _]:
            raise Stop(f"{word} is none of {', '.join(Kind)}", USAGE)
        case [_, _, _, *_]:
            raise Stop("one domain at a time: postseal inspect [KIND] DOMAIN", USAGE)
        case _:
            raise Stop("say which domain: postseal inspect [KIND] DOMAIN", USAGE)
