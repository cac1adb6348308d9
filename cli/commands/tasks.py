"""``postseal tasks``"""

from __future__ import annotations

from cli.commands.matters import command_for

app = command_for(
    "tasks",
    "task",
    "What to do next for your domains.",
    {
        "id": "id",
        "domain": "domain",
        "task": "title",
        "details": "details",
        "since": "created_at",
        "done": "solve_time",
        "ignored": "ignore",
    },
)
