"""Who may do what: authority from a token, a sender and proof of the sender (mail.md §5)."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from mailbot.domain.command import HARMLESS, Command, Verb
from mailbot.domain.mail import Authentication, Mail, MailAddress
from mailbot.domain.people import Dossier, Employee, EmployeeRole, Person, PersonRole
from mailbot.domain.token import Token


class Authority(IntEnum):
    """How much is known about who speaks."""

    NONE = 0
    #: reply token and From is the person the mail went to
    TOKEN = 1
    #: and From is proved: aligned DKIM or SPF
    PROVED = 2
    #: and a fresh secret sent to the address on file came back
    CONFIRMED = 3


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """Who answered, as far as it is proved; `why` names a refusal sentence."""

    person: str
    authority: Authority
    why: str = ""


#: what a token and a matching From are enough for
_LEVEL_ONE = HARMLESS | {Verb.LABEL, Verb.TITLE, Verb.UNSUBSCRIBE, Verb.STOP, Verb.CLOSE}


def needed_authority(command: Command) -> Authority:
    """Return the authority that a command asks for.

    Another account of a supplier is what fraud is after: it takes a fresh secret too.
    """
    if command.verb is Verb.CORRECT and command.args.get("field") == "iban":
        return Authority.CONFIRMED
    return Authority.TOKEN if command.verb in _LEVEL_ONE else Authority.PROVED


def judge_reply(
    token: Token,
    mail: Mail,
    authentication: Authentication,
    *,
    now: datetime,
    is_frozen: bool,
    is_development: bool,
) -> Speaker:
    """Return how much authority a reply to one of our mails has.

    `is_development`: the mail came from this machine itself while no smarthost is set; then a
    sender that nothing speaks against counts as proved, so that mailbot can be tried out.
    """
    if token.expires_at < now:
        return Speaker(person=token.person, authority=Authority.NONE, why="token_expired")
    if is_frozen:
        return Speaker(person=token.person, authority=Authority.NONE, why="frozen_person")
    if len(mail.senders) > 1 or mail.sender.address != token.person:
        return Speaker(person=token.person, authority=Authority.NONE, why="spoofed_sender")
    if proves(authentication, mail.sender) or (
        is_development and not speaks_against(authentication)
    ):
        return Speaker(person=token.person, authority=Authority.PROVED)
    return Speaker(person=token.person, authority=Authority.TOKEN, why="spoofed_sender")


def proves(authentication: Authentication, sender: MailAddress) -> bool:
    """Whether the check proves this very sender: it must have judged the domain that we read.

    A mail whose From two programs read in two ways (RFC 5322 allows one) proves nobody. Who
    imports files is the operator, so that nothing was judged there.
    """
    if not authentication.aligned:
        return False
    is_same = authentication.from_domain == _ascii_domain(sender.domain)
    return is_same or authentication.source == "import"


def _ascii_domain(domain: str) -> str:
    """Return a domain name as DNS knows it (IDNA), "" if it is none."""
    try:
        return domain.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""


def speaks_against(authentication: Authentication) -> bool:
    """Whether the sender's domain says that this mail is not from there."""
    verdicts = {authentication.spf, authentication.dkim, authentication.dmarc}
    return bool(verdicts & {"fail", "softfail", "permerror", "policy"})


def may_decide(person: Person | Employee, dossier: Dossier, command: Command) -> bool:
    """Whether the role of this person allows the command at all (CF-USR-02…07, CF-EMP-08…10)."""
    if isinstance(person, Employee):
        return person.role is not EmployeeRole.SUPPORT or command.verb in HARMLESS
    if command.verb in HARMLESS:
        return True
    if command.verb in (Verb.ALLOW, Verb.BLOCK, Verb.ALLOW_ONCE):
        return PersonRole.ADMIN in person.roles
    if command.verb in (Verb.APPROVE, Verb.REJECT) and _is_approver(person, dossier):
        return True
    return bool(set(person.roles) - {PersonRole.DOCUMENT_DELIVERY, PersonRole.FULL_FEEDBACK})


def _is_approver(person: Person, dossier: Dossier) -> bool:
    email = person.email.lower()
    return any(
        email == approver.lower() for rule in dossier.approval_rules for approver in rule.approvers
    )
