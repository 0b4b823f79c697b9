"""Says which forms a page has for what can be decided, and how each is filled in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailbot.compose.page_words import words
from mailbot.compose.sentences import table
from mailbot.domain.command import Verb
from mailbot.domain.mail import Language

#: id of the form (table `forms`), how it is filled in, and the verbs that it can send
_FORMS: tuple[tuple[str, str, tuple[Verb, ...]], ...] = (
    ("confirm", "pick", (Verb.CONFIRM, Verb.CANCEL)),
    ("approve", "pick", (Verb.APPROVE,)),
    ("send", "pick", (Verb.SEND,)),
    ("sender", "pick", (Verb.ALLOW, Verb.ALLOW_ONCE, Verb.BLOCK)),
    ("retry", "pick", (Verb.RETRY,)),
    ("pay", "pick", (Verb.QR, Verb.PAID, Verb.NOT_PAID)),
    ("answer", "text", (Verb.REMARK,)),
    ("reject", "reason", (Verb.REJECT,)),
    ("correct", "correct", (Verb.CORRECT,)),
    ("hold", "hold", (Verb.HOLD,)),
    ("release", "pick", (Verb.RELEASE,)),
    ("question", "text", (Verb.QUESTION,)),
    ("delete", "pick", (Verb.DELETE,)),
)
#: fields that have an input of their own once they are chosen
_INPUTS = {"invoice_date": "date", "due_date": "date", "total": "amount", "vat": "amount"}


@dataclass(frozen=True, kw_only=True)
class Option:
    """One thing that can be picked."""

    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class Form:
    """One form: nothing in it decides until somebody picks or fills in a field."""

    id: str
    #: "pick", "reason", "hold", "text" or "correct"
    kind: str
    #: what it sends; a pick sends what is picked
    verb: Verb
    #: the link asked for this one
    is_open: bool
    options: tuple[Option, ...] = ()
    #: how a value is typed: "date", "amount" or "text"
    input: str = "text"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the link asked for: the form to show first, and the field to correct in it."""

    first: Verb | None = None
    #: id in table `fields`
    field: str = ""


def forms_for(
    verbs: Sequence[Verb],
    language: Language,
    wish: Wish,
    *,
    fields: Iterable[str] = (),
    this: str = "",
) -> tuple[Form, ...]:
    """Return the forms for `verbs`, the wished one at the front and open.

    `fields` are the ids (table `fields`) of what can be corrected, `this` is what the document is
    called in a sentence.
    """
    found = []
    for name, kind, able in _FORMS:
        can = [verb for verb in able if verb in verbs]
        if not can:
            continue
        is_correcting = kind == "correct"
        found.append(
            Form(
                id=name,
                kind=kind,
                verb=can[0],
                is_open=wish.first in can,
                options=_fields(language, fields, wish.field)
                if is_correcting
                else _picks(language, can, this),
                input=_INPUTS.get(wish.field, "text") if is_correcting else "text",
            )
        )
    return tuple(sorted(found, key=lambda form: not form.is_open))


def _picks(language: Language, verbs: Iterable[Verb], this: str) -> tuple[Option, ...]:
    said = words(language)["picks"]
    return tuple(
        Option(value=verb.value, label=said[verb].format(this=this))
        for verb in verbs
        if verb in said
    )


def _fields(language: Language, names: Iterable[str], chosen: str) -> tuple[Option, ...]:
    """Return the fields by their everyday word, in the order of table `fields`.

    Once a date is chosen only dates are offered: the input beside it takes nothing else.
    """
    only = "date" if _INPUTS.get(chosen) == "date" else ""
    wanted = {name for name in names if not only or _INPUTS.get(name) == only}
    return tuple(
        Option(value=name, label=word, is_chosen=name == chosen)
        for name, word in table(language, "fields").items()
        if name in wanted
    )
