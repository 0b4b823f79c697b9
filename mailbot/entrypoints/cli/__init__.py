"""The command line: one file per group of commands, put together here."""

import typer

app = typer.Typer(help="mailbot: an e-mail-first invoice inbox.", no_args_is_help=True)


def main() -> None:
    """Run the command line."""
    app()
