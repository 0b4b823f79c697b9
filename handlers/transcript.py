"""Tells by one transcript what came of a mail with commands, or of a form; shared by handlers."""

from dataclasses import replace

from handlers.acting import Acted
from handlers.context import Unit
from handlers.correspondence import Post, post, reader_of
from mailbot.compose.facts import heading
from mailbot.compose.transcript import write_transcript
from mailbot.domain.command import HARMLESS, Outcome
from mailbot.domain.command import Context as Shown
from mailbot.domain.mail import StoredMail
from mailbot.domain.people import Employee, Person
from mailbot.domain.token import ShownItem, Token
from storage.definitions import get_office
from storage.documents import find_document


def send_transcript(
    unit: Unit, acted: Acted, token: Token, person: Person | Employee, *, answers: StoredMail
) -> None:
    """Put the transcript of one mail in the outbox; its answer may decide what is still open."""
    _send(unit, acted, token, person, key=answers.id, answers=answers)


def send_page_transcript(
    unit: Unit, acted: Acted, token: Token, person: Person | Employee, *, cause: str
) -> None:
    """Tell the person on file what was done on a page in their name, unless it is told already.

    `cause` is the form: sent twice it is told once.
    """
    if any(_is_news(each) for each in acted.outcomes):
        _send(unit, acted, token, person, key=f"page:{cause}")


def _is_news(outcome: Outcome) -> bool:
    """Whether something was done that no other mail of ours says."""
    is_harmless = outcome.command.verb in HARMLESS or outcome.sentence == "confirmation_sent"
    return outcome.is_done and not is_harmless


def _send(
    unit: Unit,
    acted: Acted,
    token: Token,
    person: Person | Employee,
    *,
    key: str,
    answers: StoredMail | None = None,
) -> None:
    office, _employees = get_office(unit.session, token.office)
    items = tuple(_as_now(item, acted) for item in token.items)
    single = find_document(unit.session, items[0].document_id) if len(items) == 1 else None
    touched = acted.documents[0] if len(acted.documents) == 1 else None
    about = single or (None if answers else touched)
    letter = Post(
        key=f"transcript:{key}",
        reader=reader_of(person, office),
        office=office,
        shown=_asks_now(token),
        dossier=token.dossier,
        items=items,
        documents=[single] if single else (),
        subject=token.subject,
        answers=answers,
        write=lambda head: write_transcript(
            head,
            acted.outcomes,
            about=heading(about, head) if about else answers.subject if answers else "",
            on_page=None if answers else unit.context.now(),
        ),
    )
    post(unit, letter)


def _asks_now(token: Token) -> Shown:
    """Return what an answer to the transcript may decide on.

    What waited for a confirmation waits no more: the answer is about what was to be confirmed.
    """
    if token.context is not Shown.CONFIRMATION:
        return token.context
    if not token.items:
        return Shown.NONE
    if all(item.payment for item in token.items):
        return token.items[0].context
    return token.items[0].context if len(token.items) == 1 else Shown.DIGEST


def _as_now(item: ShownItem, acted: Acted) -> ShownItem:
    """Bind the answer to this transcript to what the commands made of the document."""
    now = {document.id: document.version for document in acted.documents}
    if item.payment:
        now = {payment.id: payment.version for payment in acted.payments}
    version = now.get(item.payment or item.document_id, item.version)
    return replace(item, version=version)
