"""Conversations: who talks with whom about which document or topic, and who must answer."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from mailbot.domain.document import StoredFile


class ConversationKind(StrEnum):
    """How a conversation began."""

    #: somebody asked something
    QUESTION = "question"
    #: somebody wrote without asking
    MESSAGE = "message"
    #: the office wrote the same to several dossiers
    BATCH = "batch"


class ConversationState(StrEnum):
    """Where a conversation stands."""

    #: somebody must answer
    OPEN = "open"
    #: nobody must; it goes on when anybody writes
    ANSWERED = "answered"
    #: ended and archived; writing opens it again
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class Participant:
    """Somebody who reads along."""

    #: lower case
    email: str
    #: when they last did something on a mail or page of it; opening alone proves nothing, for
    #: programs that look for viruses open everything
    seen_at: datetime | None = None
    #: when they last wrote
    answered_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """A conversation; its messages name it."""

    id: str
    dossier: str
    document_id: str = ""
    #: the topic; "" where it is the document
    subject: str = ""
    kind: ConversationKind
    state: ConversationState = ConversationState.OPEN
    participants: tuple[Participant, ...]
    #: addresses of those who must answer; the answer of one of them is enough
    waits_for: tuple[str, ...] = ()
    #: address of who asked last
    asked_by: str = ""
    #: id of the message that waits for an answer
    question: str = ""
    #: when the next reminder is due; None when none is
    remind_at: datetime | None = None
    #: how often who must answer was reminded of this question
    reminded: int = 0
    started_by: str
    started_at: datetime
    last_at: datetime
    closed_by: str = ""
    #: id of the batch that it belongs to
    batch: str = ""

    @property
    def mark(self) -> str:
        """What stands in its mails, so that an answer without our address finds its way back.

        It proves nothing: only a participant whose mail is proved is let in by it.
        """
        return self.id[-8:]

    @property
    def readers(self) -> tuple[str, ...]:
        """The addresses of everyone who reads along."""
        return tuple(each.email for each in self.participants)


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
    #: "" only for what was kept before conversations had ids
    conversation_id: str = ""
    #: addresses of those who alone may read it, beside its author; empty: every participant
    only_for: tuple[str, ...] = ()
    #: what hung on the mail and is passed on
    files: tuple[StoredFile, ...] = ()

    def is_for(self, email: str) -> bool:
        """Whether this person may read it."""
        return not self.only_for or email in (self.author, *self.only_for)


def with_readers(conversation: Conversation, emails: tuple[str, ...]) -> Conversation:
    """Return it with these people reading along, too."""
    new = (email for email in dict.fromkeys(emails) if email not in conversation.readers)
    added = tuple(Participant(email=email) for email in new)
    return replace(conversation, participants=(*conversation.participants, *added))


def seen_by(conversation: Conversation, email: str, at: datetime) -> Conversation:
    """Return it with the mark that this person has read it."""
    return _marked(conversation, email, seen_at=at)


def answered(
    conversation: Conversation, message: Message, *, waits_for: tuple[str, ...]
) -> Conversation:
    """Return it after `message`; `waits_for` must answer that, nobody when it is empty.

    Whoever writes opens what was closed. A message of somebody who was not asked leaves those
    waiting who were.
    """
    marked = _marked(conversation, message.author, seen_at=message.at, answered_at=message.at)
    after = replace(marked, last_at=message.at, closed_by="")
    if waits_for:
        return replace(
            after,
            state=ConversationState.OPEN,
            waits_for=waits_for,
            asked_by=message.author,
            question=message.id,
            remind_at=None,
            reminded=0,
        )
    is_settled = not conversation.waits_for or message.author in conversation.waits_for
    return settled(after) if is_settled else after


def settled(conversation: Conversation) -> Conversation:
    """Return it with nobody who must answer."""
    return replace(
        conversation,
        state=ConversationState.ANSWERED,
        waits_for=(),
        question="",
        remind_at=None,
        reminded=0,
    )


def closed(conversation: Conversation, by: str) -> Conversation:
    """Return it ended by `by`."""
    return replace(settled(conversation), state=ConversationState.CLOSED, closed_by=by)


def _marked(conversation: Conversation, email: str, **marks: datetime) -> Conversation:
    known = with_readers(conversation, (email,))
    participants = tuple(
        replace(each, **marks) if each.email == email else each  # type: ignore[arg-type]
        for each in known.participants
    )
    return replace(known, participants=participants)


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What the office writes to several dossiers at once, each in a conversation of its own."""

    id: str
    office: str
    #: address of the employee in whose name it goes out
    by: str
    at: datetime
    #: codes of the dossiers
    dossiers: tuple[str, ...]
    #: language -> subject and text, with variables; "" is the text for every other language
    texts: dict[str, tuple[str, str]]
    #: the mail that brought it, "" from the command line
    mail_id: str = ""
    #: what hung on that mail: everybody gets it
    files: tuple[StoredFile, ...] = ()
    #: whether the conversations were put on their way
    is_sent: bool = False
