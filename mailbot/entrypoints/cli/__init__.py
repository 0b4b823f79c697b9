"""The command line: one file per group of commands, put together here."""

import typer

from mailbot.entrypoints.cli.address import address_app
from mailbot.entrypoints.cli.audit import audit_app
from mailbot.entrypoints.cli.backup import backup, release, restore_backup
from mailbot.entrypoints.cli.conversation import conversation_app
from mailbot.entrypoints.cli.definition import apply, check, show_app
from mailbot.entrypoints.cli.doctor import doctor
from mailbot.entrypoints.cli.import_files import import_files
from mailbot.entrypoints.cli.inspect import document_app, mail_app, queue_app
from mailbot.entrypoints.cli.mail_release import release_mail
from mailbot.entrypoints.cli.person import person_app
from mailbot.entrypoints.cli.read_answers import read_answers
from mailbot.entrypoints.cli.read_mail import read_mail
from mailbot.entrypoints.cli.read_statement import read_statement
from mailbot.entrypoints.cli.recognise import recognise_files
from mailbot.entrypoints.cli.retention import retention
from mailbot.entrypoints.cli.rules import rules_app
from mailbot.entrypoints.cli.search import search
from mailbot.entrypoints.cli.separator import separator
from mailbot.entrypoints.cli.serve import serve
from mailbot.entrypoints.cli.status import status
from mailbot.entrypoints.cli.supplier import supplier_app
from mailbot.entrypoints.cli.validate import validate_files

app = typer.Typer(help="mailbot: an e-mail-first invoice inbox.", no_args_is_help=True)
app.command("serve")(serve)
app.command("apply")(apply)
app.command("check")(check)
app.add_typer(show_app, name="show")
app.command("import")(import_files)
app.command("status")(status)
app.command("doctor")(doctor)
app.add_typer(queue_app, name="queue")
mail_app.command("release")(release_mail)
app.add_typer(mail_app, name="mail")
app.add_typer(document_app, name="document")
app.command("backup")(backup)
app.command("restore")(restore_backup)
app.command("retention")(retention)
queue_app.command("release")(release)
app.add_typer(audit_app, name="audit")
app.add_typer(supplier_app, name="supplier")
app.add_typer(rules_app, name="rules")
app.add_typer(person_app, name="person")
app.add_typer(conversation_app, name="conversation")
app.add_typer(address_app, name="address")
app.command("read-answers")(read_answers)
app.command("read-mail")(read_mail)
app.command("read-statement")(read_statement)
app.command("recognise")(recognise_files)
app.command("search")(search)
app.command("separator")(separator)
app.command("validate")(validate_files)


def main() -> None:
    """Run the command line."""
    app()
