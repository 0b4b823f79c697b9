"""A message in the conversation about a document, or with the office."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message."""

    id: str
    dossier: str
    document_id: str = ""
    at: datetime
    #: e-mail address of who wrote it
    author: str
    #: e-mail address of who must answer, "" when nobody must
    recipient: str = ""
    text: str
    #: the mail it came in, "" when it was typed on a page
    mail_id: str = ""
