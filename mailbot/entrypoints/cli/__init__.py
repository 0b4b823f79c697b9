"""The command line: one file per group of commands, put together here."""

import typer

from mailbot.entrypoints.cli.read_mail import read_mail
from mailbot.entrypoints.cli.recognise import recognise_files

app = typer.Typer(help="mailbot: an e-mail-first invoice inbox.", no_args_is_help=True)
app.command("read-mail")(read_mail)
app.command("recognise")(recognise_files)


def main() -> None:
    """Run the command line."""
    app()
