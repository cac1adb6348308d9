"""``postseal issues``"""

from __future__ import annotations

from cli.commands.matters import command_for

app = command_for(
    "issues",
    "issue",
    "What is wrong with your domains.",
    {
        "id": "id",
        "domain": "domain",
        "problem": "problem",
        "details": "details",
        "found": "created_at",
        "solved": "solved_at",
        "ignored": "ignore",
    },
)
