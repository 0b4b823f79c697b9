"""A supplier's contact on file answered whether an account is theirs.

Their no is believed at once, for it only stops money; their yes is a hint for people.
"""

from dataclasses import dataclass, replace

from handlers.account_decisions import Telling, refuse_account, stop_payments, tell_settlers
from handlers.accounts import account_of, iban_of, refuse
from handlers.context import Unit
from handlers.correspondence import is_proved
from mailbot.domain.account import AccountState
from mailbot.domain.command import Command, Context, Verb
from mailbot.domain.document import Document
from mailbot.domain.events import EventKind
from mailbot.domain.mail import Mail, StoredMail
from mailbot.domain.people import Dossier
from mailbot.domain.token import Token
from mailbot.mail.reply_command import read_answer
from mailbot.mail.reply_text import read_reply
from mailbot.rules.accounts import find_on_file
from storage.definitions import find_dossier
from storage.documents import find_document

_NO = frozenset({Verb.REFUSE_ACCOUNT, Verb.REJECT})
_YES = frozenset({Verb.TRUST_ACCOUNT, Verb.APPROVE})


def takes_contact_answer(unit: Unit, token: Token, stored: StoredMail, mail: Mail) -> bool:
    """Take the answer of a contact who is nobody of the dossier; False when it is no such one."""
    dossier = find_dossier(unit.session, token.dossier) if token.dossier else None
    document = find_document(unit.session, token.items[0].document_id) if token.items else None
    if token.context is not Context.ACCOUNT or dossier is None or document is None:
        return False
    on_file = find_on_file(dossier, document.invoice) if document.invoice else None
    if on_file is None or on_file.email.lower() != token.person:
        return False
    if mail.sender.address != token.person or token.expires_at < unit.context.now():
        return False
    _take(unit, _Named(dossier, document, token.subject), stored, mail)
    return True


@dataclass(frozen=True)
class _Named:
    """A document of a dossier, and the account that the contact was asked about."""

    dossier: Dossier
    document: Document
    iban: str

    @property
    def as_asked(self) -> Document:
        """The document with that account: it may have been corrected since."""
        invoice = self.document.invoice
        asked = replace(invoice, iban=self.iban) if invoice else None
        return replace(self.document, invoice=asked)


def _take(unit: Unit, named: _Named, stored: StoredMail, mail: Mail) -> None:
    written = read_reply(mail)
    answer = read_answer(
        written,
        language=named.dossier.language,
        context=Context.ACCOUNT,
        shown_items=0,
        sent_on=unit.context.now().date(),
        subject=mail.subject,
    )
    said = _said(answer.commands)
    is_no = said == "account_denied"
    n_stopped = _refuse(unit, named, by=stored.sender) if is_no else 0
    if not is_no and not is_proved(unit.context, stored):
        said = "account_unproved"
    facts = {"said": said, "iban": named.iban}
    unit.note(EventKind.MESSAGE, named.document.id, stored.sender, **unit.cause, **facts)
    telling = Telling(
        said=said, by=stored.sender, is_refused=is_no, quoted=written.text, n_stopped=n_stopped
    )
    about = find_document(unit.session, named.document.id) or named.document
    shown = replace(named, document=about).as_asked
    tell_settlers(unit, named.dossier, shown, telling, key=stored.id)


def _refuse(unit: Unit, named: _Named, *, by: str) -> int:
    """Refuse the account that was asked about; returns how many payments left the basket."""
    account = account_of(unit.session, named.dossier, named.as_asked)
    if account is not None and account.state is AccountState.REFUSED:
        return 0
    if iban_of(named.document) == named.iban:
        refuse_account(unit, named.dossier, named.document, by=by)
    else:
        refuse(unit, named.dossier, named.as_asked, by=by)
    return stop_payments(unit, named.dossier, named.iban, by=by)


def _said(commands: tuple[Command, ...]) -> str:
    """Return the phrase for what the contact says; what is not surely a yes or no is shown."""
    verbs = {command.verb for command in commands}
    if verbs & _NO:
        return "account_denied"
    return "account_affirmed" if verbs & _YES else "account_answered"
