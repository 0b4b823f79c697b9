"""What a decision rests on, for the audit log: what brought it, who vouched, what was shown."""

import json
from collections.abc import Mapping
from typing import Any

from handlers.context import Context, Unit
from mailbot.domain.document import Document
from mailbot.domain.mail import StoredMail
from mailbot.domain.token import Token
from mailbot.domain.values import to_data
from storage.outbox import find_entry

#: of an invoice these do not say what it asks
_NOT_SHOWN = frozenset({"evidence", "pages", "lines"})


def cause_of_mail(stored: StoredMail) -> dict[str, str]:
    """Return what is kept of an answer: the SHA-256 of its bytes, the verdict on its sender."""
    return {
        "via": "mail",
        "cause": stored.id,
        "mail_sha256": stored.sha256,
        "authentication": _json(to_data(stored.envelope.authentication)),
    }


def cause_of_post(context: Context, cause: str, post: Mapping[str, str]) -> dict[str, str]:
    """Keep what a browser sent from a page, and return what is kept of it.

    `post` are the fields of the form and what is known of the browser. Raises OSError.
    """
    sent = {"at": context.now().isoformat(), **post}
    return {
        "via": "page",
        "cause": cause,
        "post_sha256": context.blobs.put(_json(sent).encode()),
    }


def shown_to(unit: Unit, token: Token, document: Document) -> dict[str, str]:
    """Return what the person had before them: the mail of ours, its token, the document."""
    letter = find_entry(unit.session, token.outbox_id)
    return {
        "token": token.hash,
        "letter_sha256": letter.sha256 if letter else "",
        "version": str(document.version),
        "document_sha256": document.original.sha256,
        "shown": _json(_fields(document)),
    }


def _fields(document: Document) -> dict[str, Any]:
    """Return the values of the document that a decision is about, without what is not known."""
    invoice = to_data(document.invoice) if document.invoice else {}
    booking = to_data(document.booking) if document.booking else {}
    shown = {
        "status": document.status.value,
        "invoice": _known({k: v for k, v in invoice.items() if k not in _NOT_SHOWN}),
        "booking": _known({k: booking.get(k) for k in ("journal", "period", "lines")}),
        "warnings": list(document.warnings),
    }
    return _known(shown)


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], {}, ())}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
