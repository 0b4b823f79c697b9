"""Writes the link pages: a document or a list with its forms, and pages that only say something.

The words stand in `templates/<language>/pages.toml`, the shape in `templates/shared/page_*.html`.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mailbot.compose.basket import ExecutionView, execution_lines, hash_in_words
from mailbot.compose.facts import DocumentView, heading, summary, this_document, warnings
from mailbot.compose.fields import (
    as_before,
    booking_lines,
    booking_rows,
    field_rows,
    missing_fields,
    vat_lines,
)
from mailbot.compose.page_forms import Wish, forms_for
from mailbot.compose.page_words import words
from mailbot.compose.payment_lines import sum_in_words
from mailbot.compose.render import Letterhead, harmless
from mailbot.compose.sentences import field_name, table
from mailbot.compose.transcript import command_words, result_of
from mailbot.compose.wording import day, moment, one_line, upper_first
from mailbot.domain.command import Command, Outcome, Verb
from mailbot.domain.invoice import Invoice
from mailbot.domain.mail import Language

_CONFIRMING = (Verb.CONFIRM, Verb.CANCEL)


@dataclass(frozen=True, kw_only=True)
class Said:
    """One message of a conversation, with the name of who wrote it."""

    name: str
    at: datetime
    text: str


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One document as a page shows it to one person."""

    #: its number in the list, None on the page of one document
    number: int | None
    view: DocumentView
    conversation: tuple[Said, ...] = ()
    #: what this person can decide now, in the order of the forms
    verbs: tuple[Verb, ...] = ()
    #: ids (table `fields`) of what can be corrected
    fields: tuple[str, ...] = ()
    #: it is not any more what the mail showed
    is_changed: bool = False


@dataclass(frozen=True, kw_only=True)
class Around:
    """What a page is given beside its documents."""

    #: path of the page, without the host and without what is wanted first
    path: str
    #: proof that a form comes from this page: sheet number (None: the page itself) -> stamp
    stamp: Callable[[Sheet | None], str]
    wish: Wish = field(default_factory=Wish)
    #: what came of the form that was just sent
    outcomes: tuple[Outcome, ...] = ()
    #: id in table `mistakes`: the form was not filled in as it must be
    mistake: str = ""
    #: what was asked on this page and waits for the code of the mail that asks to confirm it
    waits_for_code: tuple[Command, ...] = ()
    #: the payments that leave when what waits is confirmed
    execution: ExecutionView | None = None


def write_desk(
    head: Letterhead,
    sheets: Sequence[Sheet],
    around: Around,
    *,
    to_confirm: Sequence[Command] = (),
    is_spent: bool = False,
    takes_app: bool = False,
) -> str:
    """Return the page of one document, or of a list; everything on it can be done without scripts.

    `to_confirm` are the commands that wait for a confirmation; `takes_app` when the code of an
    authenticator app may stand for a second person.
    """
    single = sheets[0] if len(sheets) == 1 else None
    titles = words(head.language)["titles"]
    facts = {
        "title": heading(single.view.document, head) if single else titles["list"],
        "sheets": [_sheet(each, head, around) for each in sheets],
        "single": single is not None,
        "asked": [command_words(head, command) for command in to_confirm],
        "execution": _execution(around.execution, head),
        "confirm_forms": forms_for(_CONFIRMING if to_confirm else (), head.language, around.wish),
        "confirm_stamp": around.stamp(None),
        "is_spent": is_spent,
        "takes_app": takes_app,
        "waiting": [command_words(head, command) for command in around.waits_for_code],
        "results": [_result(outcome, head) for outcome in around.outcomes],
        "first": around.wish.first is not None,
        "mistake": around.mistake,
        "path": around.path,
        "office": head.office.name,
        "footer": head.reader.name,
    }
    return render_page("page_desk.html", head.language, facts)


def _execution(shown: ExecutionView | None, head: Letterhead) -> dict[str, object] | None:
    """Return the payments that would leave, with their sum and the hash to compare."""
    if shown is None:
        return None
    payments = shown.execution.payments
    values = {
        "count": len(payments),
        "total": sum_in_words(payments, head),
        "hash": hash_in_words(shown.execution.fingerprint),
    }
    return {
        "sum": words(head.language)["page"]["execution"].format_map(values),
        "lines": execution_lines(shown, head),
    }


def write_stop(head: Letterhead, around: Around, *, is_done: bool) -> str:
    """Return the page that ends the daily list, or says that it has ended."""
    facts = {
        "title": words(head.language)["titles"]["stop"],
        "office": head.office.name,
        "path": around.path,
        "stamp": around.stamp(None),
        "email": head.reader.email,
        "is_done": is_done,
        "mistake": around.mistake,
        "footer": head.reader.name,
    }
    return render_page("page_stop.html", head.language, facts)


def write_notice(
    language: Language, notice: str, *, office: str = "mailbot", back: str = "", **values: str
) -> str:
    """Return a page that only says something; `notice` is an id in table `notices`.

    `back` is a path to go on with, "" when there is none.
    """
    said = words(language)["notices"]
    facts = {
        "title": said[notice].format_map(values),
        "lines": [said[f"{notice}_do"].format_map(values)],
        "office": office,
        "back": back,
    }
    return render_page("page_notice.html", language, facts)


@cache
def style() -> str:
    """Return the style sheet that stands inside every page."""
    return (files("templates") / "shared" / "page.css").read_text("utf-8")


@cache
def style_source() -> str:
    """Return how a Content-Security-Policy allows that style sheet and no other (CSP3)."""
    digest = hashlib.sha256(style().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def render_page(
    template: str,
    language: Language,
    facts: Mapping[str, object],
    *,
    layout: Sequence[Sequence[str]] = (),
    drawing: Markup | None = None,
) -> str:
    """Return the page of `templates/shared/<template>` with `facts` filled in.

    Every text among the facts is taken for hostile: it stays on one line and cannot become markup.
    `layout` are lines of which the spaces matter, each in parts; they cannot become markup either.
    `drawing` is markup that we made ourselves.
    """
    safe = harmless({"office": "mailbot", "footer": "", **facts})
    if not isinstance(safe, dict):
        raise TypeError("the facts of a page are a dict")
    return (
        _environment()
        .get_template(f"shared/{template}")
        .render(
            safe,
            language=language,
            w=words(language),
            css=style(),
            layout=layout,
            drawing=drawing or "",
            t=table(language, "frame"),
        )
    )


def _sheet(sheet: Sheet, head: Letterhead, around: Around) -> dict[str, object]:
    document = sheet.view.document
    query = f"?item={sheet.number}" if sheet.number else ""
    missing = missing_fields(document) if Verb.CORRECT in sheet.verbs else ()
    return {
        "number": sheet.number,
        "version": document.version,
        "stamp": around.stamp(sheet),
        "heading": heading(document, head),
        "this": this_document(document, head),
        "dossier": sheet.view.dossier.name,
        "status": head.say("statuses", document.status),
        "is_changed": sheet.is_changed,
        "hold": _hold(sheet, head),
        "warnings": warnings(document, head),
        "rows": summary(sheet.view, head),
        "missing": [_linked(name, head, sheet) for name in missing],
        "fields": _field_rows(sheet, head),
        "vat_lines": vat_lines(document, head),
        "booking_rows": booking_rows(document.booking, head) if document.booking else (),
        "booking_lines": booking_lines(document.booking, head) if document.booking else (),
        "as_before": as_before(document.booking, head) if document.booking else "",
        "conversation": [_said(each, head) for each in sheet.conversation],
        "rejected_reason": document.rejected_reason.splitlines(),
        "forms": forms_for(
            sheet.verbs,
            head.language,
            around.wish,
            fields=sheet.fields,
            this=this_document(document, head),
        ),
        "picture": f"{around.path}/page.png{query}" if _has_picture(sheet) else "",
        "file": f"{around.path}/file{query}",
        "file_name": document.visual.name,
        "page": f"{around.path}{query}",
        "correct": f"{around.path}/correct?{query[1:] + '&' if query else ''}field=",
    }


def _has_picture(sheet: Sheet) -> bool:
    return any(file.role == "page_image" for file in sheet.view.document.files)


def _hold(sheet: Sheet, head: Letterhead) -> str:
    document = sheet.view.document
    if not document.on_hold:
        return ""
    if document.hold_until is None:
        return head.say("phrases", "on_hold")
    return head.say("phrases", "on_hold_until", day=day(document.hold_until, head.language))


def _field_rows(sheet: Sheet, head: Letterhead) -> list[dict[str, str]]:
    """Return every field with its stars, where it was read, and the id that corrects it."""
    document = sheet.view.document
    invoice = document.invoice or Invoice()
    names = {field_name(head.language, f.name): f.name for f in fields(Invoice)}
    can_correct = sheet.fields if Verb.CORRECT in sheet.verbs else ()
    ids = {word: name for name, word in table(head.language, "fields").items()}
    return [
        {
            "label": row.label,
            "value": row.value,
            "source": _source(invoice, names.get(row.label, ""), head),
            "correct": ids[row.label] if ids.get(row.label) in can_correct else "",
        }
        for row in field_rows(document, head)
    ]


def _source(invoice: Invoice, name: str, head: Letterhead) -> str:
    known = invoice.evidence.get(name)
    if known is None:
        return ""
    source = head.say("sources", known.source)
    if known.page is None:
        return source
    return f"{source}, {words(head.language)['page']['on_page'].format(page=known.page)}"


def _linked(name: str, head: Letterhead, sheet: Sheet) -> dict[str, str]:
    word = field_name(head.language, name)
    ids = {each: key for key, each in table(head.language, "fields").items()}
    return {"label": word, "correct": ids.get(word, "") if ids.get(word) in sheet.fields else ""}


def _said(each: Said, head: Letterhead) -> dict[str, object]:
    return {
        "name": each.name,
        "at": moment(each.at, head.language, head.reader.time_zone),
        "lines": each.text.strip().splitlines(),
    }


def _result(outcome: Outcome, head: Letterhead) -> dict[str, object]:
    """Return one line of what came of a form, in the sentences of transcripts."""
    own = words(head.language)["refusals"].get(outcome.sentence) if not outcome.is_done else None
    said = own or head.say(
        "outcomes" if outcome.is_done else "refusals", outcome.sentence, **outcome.values
    )
    result = result_of(outcome)
    return {
        "kind": {"refused": "bad", "waits": "warn"}.get(result, "good"),
        "is_done": outcome.is_done,
        "number": outcome.item,
        "result": upper_first(head.say("results", result)),
        "text": said,
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("templates", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["squeezed"] = one_line
    return environment
