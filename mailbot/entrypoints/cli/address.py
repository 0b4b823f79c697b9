"""Addresses that mail does not reach: looked at, and written to again."""

import json
from typing import Annotated

import typer

from mailbot.domain.events import EventKind
from mailbot.domain.values import to_data
from mailbot.entrypoints.cli.shared import ConfigOption, JsonOption, fail, opened
from storage.addresses import forget_reach, unreachable_addresses

address_app = typer.Typer(help="Addresses that mail does not reach.", no_args_is_help=True)

EmailArgument = Annotated[str, typer.Argument(help="The address, as in the definition.")]


@address_app.command("list")
def list_addresses(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List the addresses that are not written to any more, and what their server said."""
    with opened(config) as context, context.database.reading() as session:
        for reach in unreachable_addresses(session):
            if as_json:
                print(json.dumps(to_data(reach)))
            else:
                since = reach.given_up_at or reach.failed_at
                print(f"{reach.address:40}  {since:%Y-%m-%d}  {reach.diagnostic[:80]}")


@address_app.command("retry")
def retry_address(email: EmailArgument, config: ConfigOption = None) -> None:
    """Write to an address again, as if nothing had come back."""
    with opened(config) as context, context.transaction() as unit:
        if not forget_reach(unit.session, email):
            fail(f"nothing came back from {email}")
        unit.note(EventKind.ADDRESS_HEALED, email.lower(), by="operator")
    print(f"mails go to {email} again")
