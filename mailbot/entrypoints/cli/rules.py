"""Tries approval rules: which hold for a document, why, and who would be asked."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from handlers.context import Context
from mailbot.domain.approval import Approval
from mailbot.domain.clock import local_date
from mailbot.domain.document import Document, Status, StoredFile
from mailbot.domain.identifiers import read_vat_number
from mailbot.domain.invoice import DocumentClass, Invoice
from mailbot.domain.people import Definition, Dossier, JournalKind
from mailbot.domain.values import to_data
from mailbot.entrypoints.cli.definition import read_file
from mailbot.entrypoints.cli.shared import ConfigOption, JsonOption, fail, opened
from mailbot.rules.flow import waits_for_reading
from mailbot.rules.rule_trial import AskedPerson, TriedRule, try_rules
from storage.approvals import approvals_of
from storage.definitions import find_definition, find_dossier
from storage.documents import find_document

rules_app = typer.Typer(help="Approval rules, tried without asking anybody.", no_args_is_help=True)

DocumentArgument = Annotated[
    str, typer.Argument(help="Id of a document; without one, say what it would be.")
]
FileOption = Annotated[
    Path | None, typer.Option("--rules", help="A definition that is not applied yet.")
]
DossierOption = Annotated[str, typer.Option("--dossier", help="Code, where there is no document.")]
SupplierOption = Annotated[str, typer.Option("--supplier", help="Its name or VAT number.")]
AmountOption = Annotated[str, typer.Option("--amount", help="Total including VAT, e.g. 1210.50.")]
LabelOption = Annotated[list[str] | None, typer.Option("--label", help="One, or several times.")]
ClassOption = Annotated[DocumentClass, typer.Option("--class", help="What the document is.")]
NameOption = Annotated[str, typer.Option("--name", help="Name of the document or its file.")]


@dataclass(frozen=True, kw_only=True)
class _Case:
    """What the rules are tried on."""

    document: Document
    dossier: Dossier
    definition: Definition
    known: tuple[Approval, ...] = ()


@rules_app.callback()
def _group() -> None:
    """Approval rules, tried without asking anybody."""


@rules_app.command("try")
def try_on(  # noqa: PLR0913, PLR0917 - the options of the command
    document: DocumentArgument = "",
    rules: FileOption = None,
    dossier: DossierOption = "",
    supplier: SupplierOption = "",
    amount: AmountOption = "",
    label: LabelOption = None,
    document_class: ClassOption = DocumentClass.INVOICE,
    name: NameOption = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which rules hold for a document and why, and who would be asked; nothing is changed."""
    with opened(config) as context:
        if document:
            case = _kept(context, document, rules)
        else:
            invoice = _invoice(supplier, amount, document_class)
            wanted = _imagined(invoice, name, label or ())
            case = _invented(context, dossier, rules, wanted)
        now = context.now()
    tried = try_rules(
        case.document,
        case.dossier,
        today=local_date(now, case.definition.office.time_zone),
        employees=case.definition.employees,
        known=case.known,
    )
    if as_json:
        for each in tried:
            print(json.dumps({**to_data(each), "applies": each.applies}))
    else:
        print("\n".join(_told(case, tried)))


def _kept(context: Context, document_id: str, file: Path | None) -> _Case:
    """Return a document of the database, under its own rules or those of a file."""
    with context.database.reading() as session:
        found = find_document(session, document_id, is_locked=False)
        if found is None:
            fail(f"There is no document {document_id}; `mailbot search` finds some.")
        owner = find_dossier(session, found.dossier)
        known = approvals_of(session, found.id)
        stored = find_definition(session, owner.office) if owner else None
    definition = read_file(file) if file else stored
    dossier = _dossier_in(definition, found.dossier)
    if definition is None or dossier is None:
        fail(f"There is no dossier {found.dossier} in {file or 'the database'}.")
    return _Case(document=found, dossier=dossier, definition=definition, known=known)


def _invented(context: Context, code: str, file: Path | None, document: Document) -> _Case:
    """Return a document that is only described, in a dossier of the database or of a file."""
    with context.database.reading() as session:
        owner = find_dossier(session, code) if code and not file else None
        stored = find_definition(session, owner.office) if owner else None
    definition = read_file(file) if file else stored
    dossier = _dossier_in(definition, owner.code if owner else code)
    if definition is None or dossier is None:
        fail("Name a document, or a dossier that there is: --dossier CODE.")
    return _Case(document=document, dossier=dossier, definition=definition)


def _dossier_in(definition: Definition | None, code: str) -> Dossier | None:
    """Return the dossier with this code; the only one where none is named."""
    dossiers = definition.dossiers if definition else ()
    if not code and len(dossiers) == 1:
        return dossiers[0]
    return next((d for d in dossiers if d.code.casefold() == code.casefold()), None)


def _invoice(supplier: str, amount: str, kind: DocumentClass) -> Invoice:
    try:
        total = Decimal(amount) if amount else None
    except InvalidOperation:
        fail(f"{amount!r} is no amount; write e.g. 1210.50.")
    vat = read_vat_number(supplier)
    named = None if vat else supplier or None
    return Invoice(document_class=kind, supplier_vat=vat, supplier_name=named, total_incl=total)


def _imagined(invoice: Invoice, name: str, labels: Sequence[str]) -> Document:
    """Return a purchase of which no more is known than what was said of it."""
    file = StoredFile(role="original", name=name, media_type="", sha256="", size=0)
    return Document(
        id="",
        dossier="",
        kind=JournalKind.PURCHASE,
        status=Status.RECEIVED,
        received_at=datetime.fromtimestamp(0, UTC),
        mail_id="",
        delivered_by="",
        files=(file,),
        labels=tuple(labels),
        title=name,
        invoice=invoice,
    )


def _told(case: _Case, tried: Sequence[TriedRule]) -> Iterator[str]:
    if not tried:
        yield f"Dossier {case.dossier.code} has no approval rules: nobody is asked."
    if case.document.id and waits_for_reading(case.document):
        yield "Nobody is asked yet: values are missing or in doubt, and somebody looks first."
    for rule in tried:
        yield f"{'yes' if rule.applies else 'no '}  {rule.name}  ({rule.verdict}; {rule.version})"
        for condition in rule.conditions:
            mark = "yes" if condition.holds else "no "
            seen = condition.seen or "unknown"
            yield f"       {mark}  {condition.name}: {condition.wanted}  <- {seen}"
        if rule.asked:
            yield f"       asks {_asks(rule)}"
        for email, why in rule.left_out:
            yield f"       leaves out {email}: {why}"


def _asks(rule: TriedRule) -> str:
    between = {"in_order": ", then ", "one": " or "}.get(rule.mode, " and ")
    return between.join(_person(each) for each in rule.asked)


def _person(asked: AskedPerson) -> str:
    beside = " (second pair of eyes)" if asked.is_beside else ""
    stand_ins = f" (stands in: {', '.join(asked.stand_ins)})" if asked.stand_ins else ""
    return f"{asked.email}{beside}{stand_ins}"
