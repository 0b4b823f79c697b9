"""Who may do what: authority from a token, a sender and proof of the sender (mail.md §5)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum

from mailbot.domain.command import HARMLESS, Command, Context, Verb
from mailbot.domain.mail import Authentication, Mail, MailAddress
from mailbot.domain.people import Dossier, Employee, EmployeeRole, Person, PersonRole
from mailbot.domain.token import Token


class Authority(IntEnum):
    """How much is known about who speaks; a page reaches the same levels (decision 17)."""

    NONE = 0
    #: reply token and From is the person the mail went to; a page: its link
    TOKEN = 1
    #: and From is proved (aligned DKIM or SPF); a page: a browser that proved whose it is
    PROVED = 2
    #: and a fresh one-time code that went to the address on file came back
    CONFIRMED = 3
    #: and the code of an authenticator app, or a second person who confirmed as well
    SECONDED = 4


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """Who answered, as far as it is proved; `why` names a refusal sentence."""

    person: str
    authority: Authority
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Stakes:
    """What a command is about, as far as its level depends on it."""

    #: what the mail asked about the document
    shown: Context = Context.NONE
    #: total including VAT, None when nobody has read it
    total: Decimal | None = None
    #: what the dossier says: from this total on an approval is confirmed
    confirm_from: Decimal | None = None
    #: what the person may decide without more
    limit: Decimal | None = None
    #: what was needed for what `herstel` would take back
    undone: Authority = Authority.NONE
    #: of executing: above a limit, or nobody else has looked at it
    takes_second: bool = False
    #: of `niet betaald`: a payment of it stands in a file for the bank
    is_in_file: bool = False


#: a command that is about nothing in particular
NO_STAKES = Stakes()


def needed_authority(command: Command, stakes: Stakes = NO_STAKES) -> Authority:
    """Return the authority that a command asks for: the first line of `LEVELS` that holds."""
    return next(level for holds, level in LEVELS if holds(command, stakes))


def _sets_an_account(command: Command, _stakes: Stakes) -> bool:
    return command.verb is Verb.CORRECT and command.args.get("field") == "iban"


def _trusts_an_account(command: Command, _stakes: Stakes) -> bool:
    return command.verb is Verb.TRUST_ACCOUNT


def _undoes_an_account(command: Command, stakes: Stakes) -> bool:
    return command.verb is Verb.RESTORE and stakes.undone is Authority.SECONDED


def _undoes_who_is_welcome(command: Command, stakes: Stakes) -> bool:
    return command.verb is Verb.RESTORE and stakes.undone is Authority.CONFIRMED


def _types_a_payment(command: Command, _stakes: Stakes) -> bool:
    return command.verb is Verb.PAY_MANUALLY


def _takes_back_what_is_in_a_file(command: Command, stakes: Stakes) -> bool:
    return command.verb is Verb.NOT_PAID and stakes.is_in_file


def _executes_with_a_second(command: Command, stakes: Stakes) -> bool:
    return command.verb is Verb.EXECUTE and stakes.takes_second


def _executes(command: Command, _stakes: Stakes) -> bool:
    return command.verb is Verb.EXECUTE


def _changes_who_is_welcome(command: Command, _stakes: Stakes) -> bool:
    return command.verb in FIRST_ONCE


def _approves_much(command: Command, stakes: Stakes) -> bool:
    if command.verb is not Verb.APPROVE or stakes.shown not in _ASKS_FOR_APPROVAL:
        return False
    return _reaches(stakes.confirm_from, stakes.total) or _reaches(
        stakes.limit, stakes.total, is_above=True
    )


def _says_or_sorts(command: Command, _stakes: Stakes) -> bool:
    return command.verb in _LEVEL_ONE


def _anything(_command: Command, _stakes: Stakes) -> bool:
    return True


_ASKS_FOR_APPROVAL = frozenset({Context.APPROVAL, Context.REVIEW, Context.PAYMENT_APPROVAL})
#: these stop something for oneself, or say something: a token and a matching From are enough
_LEVEL_ONE = HARMLESS | {
    Verb.LABEL,
    Verb.TITLE,
    Verb.UNSUBSCRIBE,
    Verb.STOP,
    Verb.CLOSE,
    Verb.BASKET,
    Verb.PAYMENTS,
}
#: what these do to this one document is done at level 2; what they say for ever waits for level 3
FIRST_ONCE = frozenset({Verb.ALLOW, Verb.BLOCK})

#: which level a command asks for (mail.md §5): the first line that holds, counts
LEVELS: tuple[tuple[Callable[[Command, Stakes], bool], Authority], ...] = (
    # an account is what fraud is after: a new one and another one alike
    (_sets_an_account, Authority.SECONDED),
    (_trusts_an_account, Authority.SECONDED),
    (_undoes_an_account, Authority.SECONDED),
    (_executes_with_a_second, Authority.SECONDED),
    (_executes, Authority.CONFIRMED),
    # nothing leaves by `betaal`; no document stands behind a payment that is typed, and a file may
    # still be uploaded at the bank when somebody says that it was not
    (_types_a_payment, Authority.CONFIRMED),
    (_takes_back_what_is_in_a_file, Authority.CONFIRMED),
    (_changes_who_is_welcome, Authority.CONFIRMED),
    (_undoes_who_is_welcome, Authority.CONFIRMED),
    (_approves_much, Authority.CONFIRMED),
    (_says_or_sorts, Authority.TOKEN),
    # approve, reject, send, correct, export, allow once, and every verb that is yet to come
    (_anything, Authority.PROVED),
)


def _reaches(limit: Decimal | None, total: Decimal | None, *, is_above: bool = False) -> bool:
    """Whether a total reaches a limit; one that nobody has read reaches every limit."""
    if limit is None:
        return False
    if total is None:
        return True
    return abs(total) > limit if is_above else abs(total) >= limit


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
    if is_frozen:
        # a freeze ends tokens, too: who is frozen must read that, not that the mail is old
        return Speaker(person=token.person, authority=Authority.NONE, why="frozen_person")
    if token.expires_at < now:
        return Speaker(person=token.person, authority=Authority.NONE, why="token_expired")
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


def is_denied(authentication: Authentication) -> bool:
    """Whether the domain of From has said how its mail is proved, and this one is not."""
    has_policy = authentication.dmarc not in ("none", "")
    return authentication.dmarc == "fail" or (not has_policy and authentication.spf == "fail")


def may_decide(
    person: Person | Employee,
    dossier: Dossier,
    command: Command,
    places: frozenset[str] = frozenset(),
) -> bool:
    """Whether the role of this person allows the command at all (CF-USR-02…07, CF-EMP-08…10).

    `places` are the addresses for whom they stand in today: the place of an approver brings the
    right to approve and reject, and no other.
    """
    if command.verb in LEAVING:
        return _may_execute(person, dossier)
    if isinstance(person, Employee):
        return person.role is not EmployeeRole.SUPPORT or command.verb in HARMLESS
    if command.verb in HARMLESS:
        return True
    if command.verb in (Verb.ALLOW, Verb.BLOCK, Verb.ALLOW_ONCE):
        return PersonRole.ADMIN in person.roles
    if command.verb in (Verb.APPROVE, Verb.REJECT) and _is_approver(person, dossier, places):
        return True
    return bool(set(person.roles) - {PersonRole.DOCUMENT_DELIVERY, PersonRole.FULL_FEEDBACK})


def may_second(person: Person | Employee, dossier: Dossier, command: Command) -> bool:
    """Whether somebody may be the second person of a command.

    Of executing the office may, too: it lets nothing leave alone, and often knows best.
    """
    if command.verb is Verb.EXECUTE and isinstance(person, Employee):
        return person.role is not EmployeeRole.SUPPORT
    return may_decide(person, dossier, command)


#: money leaves with these, or with the file that they send
LEAVING = frozenset({Verb.EXECUTE, Verb.PAYMENT_FILE})
_MAY_EXECUTE = frozenset({PersonRole.ADMIN, PersonRole.FULL_ACCESS})


def _may_execute(person: Person | Employee, dossier: Dossier) -> bool:
    """Whether somebody may let payments leave: the client does, the office where it says so."""
    if isinstance(person, Employee):
        return dossier.payments.office_executes and person.role is not EmployeeRole.SUPPORT
    return bool(_MAY_EXECUTE & set(person.roles))


def _is_approver(person: Person, dossier: Dossier, places: frozenset[str]) -> bool:
    mine = {person.email.lower(), *places}
    return any(
        approver.lower() in mine
        for rule in dossier.approval_rules
        for approver in (*rule.approvers, rule.escalate_to)
    )
