"""What a person can ask: reply, link POST, command line and API all make these.

Arguments: amounts as "1210.00", full dates ISO, the rest as typed.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Verb(StrEnum):
    """Every verb; the words for it per language stand in templates/words/<language>.toml."""

    APPROVE = "approve"
    REJECT = "reject"
    HOLD = "hold"
    RELEASE = "release"
    SEND = "send"
    CORRECT = "correct"
    BOOK = "book"
    ADD_LINE = "add_line"
    REMOVE_LINE = "remove_line"
    QUESTION = "question"
    REMARK = "remark"
    FORWARD = "forward"
    LABEL = "label"
    TITLE = "title"
    SPLIT = "split"
    MERGE = "merge"
    DELETE = "delete"
    RESTORE = "restore"
    HANDLED = "handled"
    PAID = "paid"
    PAY = "pay"
    #: a payment that is typed whole, without a document
    PAY_MANUALLY = "pay_manually"
    NOT_PAID = "not_paid"
    NOT_HANDLED = "not_handled"
    #: make an EPC QR code
    QR = "qr"
    #: show the basket; give payments in it one date
    BASKET = "basket"
    GROUP = "group"
    #: make the files of payments in the basket
    EXECUTE = "execute"
    #: list payments that were made; send one of their files again
    PAYMENTS = "payments"
    PAYMENT_FILE = "payment_file"
    #: the supplier's account is his; it is not
    TRUST_ACCOUNT = "trust_account"
    REFUSE_ACCOUNT = "refuse_account"
    NOT_DUPLICATE = "not_duplicate"
    #: take up a rejected document again
    REOPEN = "reopen"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    ALLOW = "allow"
    ALLOW_ONCE = "allow_once"
    BLOCK = "block"
    RETRY = "retry"
    STATUS = "status"
    HISTORY = "history"
    SEARCH = "search"
    REPORT = "report"
    CLOSE = "close"
    STOP = "stop"
    LANGUAGE = "language"
    UNSUBSCRIBE = "unsubscribe"
    HELP = "help"


#: these never change anything
HARMLESS = frozenset(
    {Verb.QUESTION, Verb.REMARK, Verb.HELP, Verb.STATUS, Verb.HISTORY, Verb.SEARCH, Verb.REPORT}
)


@dataclass(frozen=True, kw_only=True)
class Command:
    """One thing that a person asks."""

    verb: Verb
    #: numbered lines of the mail that was answered; empty: the document of that mail
    items: tuple[int, ...] = ()
    #: by name: reason, until, text, to, label, field, value, line, account, amount, vat_code,
    #: pages, code; of payments: date, account, amount, communication, rule, iban, name, via,
    #: number
    args: dict[str, str] = field(default_factory=dict)


class Context(StrEnum):
    """What kind of mail was answered."""

    APPROVAL = "approval"
    REVIEW = "review"
    DIGEST = "digest"
    QUESTION = "question"
    PAYMENT = "payment"
    QUARANTINE = "quarantine"
    CONFIRMATION = "confirmation"
    INBOX = "inbox"
    EXPORT = "export"
    #: the basket of a dossier, or the list of what was executed: numbered payments
    BASKET = "basket"
    #: payments that wait for their approver
    PAYMENT_APPROVAL = "payment_approval"
    #: how to pay one document: its QR code, its data
    PAY = "pay"
    #: whether an account is really the supplier's
    ACCOUNT = "account"
    NONE = "none"


class Doubt(StrEnum):
    """Why an answer decides nothing; each has a sentence in templates, table `doubts`."""

    EMPTY = "empty"
    HEDGED = "hedged"
    CONTRADICTORY = "contradictory"
    QUESTION_MARK = "question_mark"
    OUT_OF_RANGE = "out_of_range"
    NOT_UNDERSTOOD = "not_understood"
    SUBJECT_ONLY = "subject_only"
    BELOW_MARKER = "below_marker"
    PARTS_DIFFER = "parts_differ"
    EMOJI_ONLY = "emoji_only"
    ATTACHMENT_ONLY = "attachment_only"
    NEGATED = "negated"
    AMOUNT = "amount"
    STRANGE_LETTERS = "strange_letters"
    CONDITION = "condition"
    OTHER_PERSON = "other_person"
    PART = "part"
    LATER = "later"
    UNSURE = "unsure"
    COMPLAINT = "complaint"
    UNKNOWN_WORDS = "unknown_words"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer, read: what was newly written, what it asks, and whether it is clear enough."""

    written: str
    commands: tuple[Command, ...] = ()
    #: id of a sentence in templates/<language>/sentences.toml, table `doubts`; "" when it is clear
    doubt: str = ""
    #: the words that cast the doubt, as typed; "" when no single ones did
    because: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one command: a line of the transcript."""

    command: Command
    is_done: bool
    #: id of a sentence in templates/<language>/sentences.toml: table `outcomes` if done, else
    #: `refusals`
    sentence: str
    values: dict[str, str] = field(default_factory=dict)
    #: number of the line that was answered, None for the document of the mail
    item: int | None = None
    #: whether `herstel` takes it back
    can_be_undone: bool = False
