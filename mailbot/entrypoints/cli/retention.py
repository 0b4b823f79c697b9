"""`mailbot retention`: what was kept long enough, and lets it go."""

import json
from typing import Annotated

import typer

from handlers.retention import remove_old, what_would_go
from mailbot.entrypoints.cli.shared import ConfigOption, JsonOption, opened


def retention(
    check: Annotated[bool, typer.Option("--check", help="Only show what would go.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let go what was kept long enough; the service does so every night."""
    with opened(config) as context:
        counts = dict(what_would_go(context))
        if not check:
            remove_old(context)
    if as_json:
        print(json.dumps(counts))
        return
    for name, count in counts.items():
        print(f"{name:14} {count}")
    if check:
        print("Nothing was removed.")
