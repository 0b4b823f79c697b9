"""Who may do what: the table of authority, and the table of roles."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from mailbot.domain.command import HARMLESS, Command, Context, Verb
from mailbot.domain.mail import Authentication, Mail, MailAddress
from mailbot.domain.people import Employee, EmployeeRole, Payments, Person, PersonRole
from mailbot.domain.token import Token
from mailbot.rules.access import (
    LEAVING,
    Authority,
    Stakes,
    judge_reply,
    may_decide,
    needed_authority,
    proves,
    speaks_against,
)
from tests.kit.office import APPROVER, EMPLOYEES, PEOPLE, make_dossier, needs_approval

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TOKEN = Token(
    hash="0" * 64,
    person=APPROVER,
    context=Context.APPROVAL,
    office="kantoor",
    outbox_id="o",
    created_at=NOW - timedelta(days=1),
    expires_at=NOW,
)
KARIM = MailAddress(address=APPROVER)
EVE = MailAddress(address="eve@elders.example")
PROVED = Authentication(aligned=True, from_domain="bakkerij.example", dmarc="pass")
ELSEWHERE = replace(PROVED, from_domain="elders.example")
UNPROVED = Authentication(from_domain="bakkerij.example")
FAILED = replace(UNPROVED, dmarc="fail")
NOBODY, TOKEN_ONLY, SURE = Authority.NONE, Authority.TOKEN, Authority.PROVED
CODED, TWO = Authority.CONFIRMED, Authority.SECONDED


def mail(*senders: MailAddress) -> Mail:
    return Mail(sender=senders[0], senders=senders)


def judge(
    sent: Mail,
    authentication: Authentication = PROVED,
    *,
    token: Token = TOKEN,
    is_frozen: bool = False,
    is_development: bool = False,
) -> tuple[Authority, str]:
    speaker = judge_reply(
        token,
        sent,
        authentication,
        now=NOW,
        is_frozen=is_frozen,
        is_development=is_development,
    )
    assert speaker.person == token.person
    return speaker.authority, speaker.why


@pytest.mark.parametrize(
    ("sent", "authentication", "expected"),
    [
        (mail(KARIM), PROVED, (SURE, "")),
        (mail(KARIM), UNPROVED, (TOKEN_ONLY, "spoofed_sender")),
        (mail(KARIM), FAILED, (TOKEN_ONLY, "spoofed_sender")),
        (mail(EVE), ELSEWHERE, (NOBODY, "spoofed_sender")),
        (mail(EVE), PROVED, (NOBODY, "spoofed_sender")),
        (mail(KARIM, EVE), PROVED, (NOBODY, "spoofed_sender")),
        (mail(EVE, KARIM), PROVED, (NOBODY, "spoofed_sender")),
        (mail(KARIM, KARIM), PROVED, (NOBODY, "spoofed_sender")),
        # proof of another domain than the one we read proves nobody
        (
            mail(KARIM),
            replace(PROVED, from_domain="elders.example"),
            (TOKEN_ONLY, "spoofed_sender"),
        ),
        (mail(KARIM), replace(PROVED, from_domain=""), (TOKEN_ONLY, "spoofed_sender")),
        (mail(KARIM), Authentication(aligned=True, source="import"), (SURE, "")),
    ],
)
def test_the_table_of_authority(
    sent: Mail, authentication: Authentication, expected: tuple[Authority, str]
) -> None:
    assert judge(sent, authentication) == expected


def test_an_old_token_gives_nothing() -> None:
    expired = replace(TOKEN, expires_at=NOW - timedelta(seconds=1))
    assert judge(mail(KARIM), token=expired) == (NOBODY, "token_expired")
    assert judge(mail(KARIM)) == (SURE, "")


def test_a_frozen_person_has_no_authority() -> None:
    assert judge(mail(KARIM), is_frozen=True) == (NOBODY, "frozen_person")


@pytest.mark.parametrize(
    ("authentication", "expected"),
    [
        (UNPROVED, SURE),
        (replace(UNPROVED, spf="neutral"), SURE),
        (replace(UNPROVED, spf="temperror"), SURE),
        (replace(UNPROVED, spf="softfail"), TOKEN_ONLY),
        (replace(UNPROVED, spf="fail"), TOKEN_ONLY),
        (replace(UNPROVED, dkim="fail"), TOKEN_ONLY),
        (FAILED, TOKEN_ONLY),
    ],
)
def test_trying_out_believes_what_nothing_speaks_against(
    authentication: Authentication, expected: Authority
) -> None:
    assert judge(mail(KARIM), authentication, is_development=True)[0] is expected
    assert speaks_against(authentication) is (expected is TOKEN_ONLY)
    assert judge(mail(EVE), authentication, is_development=True)[0] is NOBODY


@pytest.mark.parametrize(
    ("address", "judged", "expected"),
    [
        ("an@Bücher.example", "xn--bcher-kva.example", True),
        ("an@xn--bcher-kva.example", "xn--bcher-kva.example", True),
        ("an@bakkerij.example.", "bakkerij.example", True),
        ("an@sub.bakkerij.example", "bakkerij.example", False),
        ("bakkerij.example", "bakkerij.example", False),
        ("an@" + "a" * 64 + ".example", "", True),
        ("", "", True),
    ],
)
def test_domains_are_compared_as_dns_knows_them(address: str, judged: str, expected: bool) -> None:
    authentication = Authentication(aligned=bool(judged), from_domain=judged)
    proved = proves(authentication, MailAddress(address=address))
    assert proved is (expected and bool(judged))


@pytest.mark.parametrize("verb", Verb)
def test_what_changes_something_needs_proof(verb: Verb) -> None:
    light = HARMLESS | {Verb.LABEL, Verb.TITLE, Verb.UNSUBSCRIBE, Verb.STOP, Verb.CLOSE}
    light |= {Verb.BASKET, Verb.PAYMENTS}
    heavy = {Verb.EXECUTE, Verb.PAY_MANUALLY, Verb.ALLOW, Verb.BLOCK}
    expected = TOKEN_ONLY if verb in light else CODED if verb in heavy else SURE
    expected = TWO if verb is Verb.TRUST_ACCOUNT else expected
    assert needed_authority(Command(verb=verb)) is expected


def test_another_account_takes_a_second_person() -> None:
    account = Command(verb=Verb.CORRECT, args={"field": "iban", "value": "BE68539007547034"})
    amount = Command(verb=Verb.CORRECT, args={"field": "total", "value": "12.00"})
    assert needed_authority(account) is TWO
    assert needed_authority(amount) is SURE


@pytest.mark.parametrize("level", [SURE, CODED, TWO])
def test_taking_back_takes_what_doing_took(level: Authority) -> None:
    assert needed_authority(Command(verb=Verb.RESTORE), Stakes(undone=level)) is level


@pytest.mark.parametrize(
    ("total", "confirm_from", "limit", "approving"),
    [
        ("605.00", None, None, SURE),
        ("605.00", "605.00", None, CODED),
        ("604.99", "605.00", None, SURE),
        ("-605.00", "605.00", None, CODED),
        ("605.00", None, "605.00", SURE),
        ("605.01", None, "605.00", CODED),
        (None, "605.00", None, CODED),
        (None, None, "605.00", CODED),
    ],
)
def test_amounts_over_a_limit_take_more(
    total: str | None,
    confirm_from: str | None,
    limit: str | None,
    *,
    approving: Authority,
) -> None:
    stakes = Stakes(
        shown=Context.APPROVAL,
        total=Decimal(total) if total else None,
        confirm_from=Decimal(confirm_from) if confirm_from else None,
        limit=Decimal(limit) if limit else None,
    )
    assert needed_authority(Command(verb=Verb.APPROVE), stakes) is approving
    # it only goes to the basket: what leaves is weighed when it is executed
    assert needed_authority(Command(verb=Verb.PAY), stakes) is SURE
    assert needed_authority(Command(verb=Verb.REJECT), stakes) is SURE
    inbox = replace(stakes, shown=Context.INBOX)
    assert needed_authority(Command(verb=Verb.APPROVE), inbox) is SURE


def test_a_payment_in_a_file_is_not_taken_back_without_a_code() -> None:
    command = Command(verb=Verb.NOT_PAID)
    assert needed_authority(command, Stakes(is_in_file=True)) is CODED
    assert needed_authority(command, Stakes(is_in_file=False)) is SURE


def person(*roles: PersonRole, email: str = "els@bakkerij.example") -> Person:
    return Person(email=email, first_name="Els", last_name="Maes", roles=roles)


@pytest.mark.feature("CF-USR-02", "CF-USR-03", "CF-USR-06", "CF-USR-07", "CF-EMP-10")
@pytest.mark.parametrize(
    ("role", "approve", "correct", "allow"),
    [
        (PersonRole.ADMIN, True, True, True),
        (PersonRole.FULL_ACCESS, True, True, False),
        (PersonRole.DOCUMENT_PROCESSING, True, True, False),
        (PersonRole.DOCUMENT_PROCESSING_ARCHIVE, True, True, False),
        (PersonRole.FULL_FEEDBACK, False, False, False),
        (PersonRole.DOCUMENT_DELIVERY, False, False, False),
    ],
)
def test_what_each_role_may(role: PersonRole, approve: bool, correct: bool, allow: bool) -> None:
    dossier = make_dossier()
    somebody = person(role)
    for verb in (Verb.APPROVE, Verb.REJECT):
        assert may_decide(somebody, dossier, Command(verb=verb)) is approve
    assert may_decide(somebody, dossier, Command(verb=Verb.CORRECT)) is correct
    for verb in (Verb.ALLOW, Verb.ALLOW_ONCE, Verb.BLOCK):
        assert may_decide(somebody, dossier, Command(verb=verb)) is allow
    for verb in HARMLESS:
        assert may_decide(somebody, dossier, Command(verb=verb))


def test_an_approver_may_approve_whatever_his_role_and_nothing_more() -> None:
    dossier = make_dossier(approval_rules=needs_approval("Els@bakkerij.example"))
    els = person(PersonRole.DOCUMENT_DELIVERY)
    assert may_decide(els, dossier, Command(verb=Verb.APPROVE))
    assert may_decide(els, dossier, Command(verb=Verb.REJECT))
    assert not may_decide(els, dossier, Command(verb=Verb.CORRECT))
    assert not may_decide(els, dossier, Command(verb=Verb.SEND))


@pytest.mark.feature("CF-EMP-08", "CF-EMP-09")
@pytest.mark.parametrize(
    ("role", "expected"),
    [(EmployeeRole.ADMIN, True), (EmployeeRole.EMPLOYEE, True), (EmployeeRole.SUPPORT, False)],
)
def test_what_each_employee_may(role: EmployeeRole, expected: bool) -> None:
    employee: Employee = replace(EMPLOYEES[0], role=role)
    dossier = make_dossier(people=PEOPLE)
    for verb in set(Verb) - HARMLESS - LEAVING:
        assert may_decide(employee, dossier, Command(verb=verb)) is expected
    for verb in HARMLESS:
        assert may_decide(employee, dossier, Command(verb=verb))
    lets_leave = replace(dossier, payments=Payments(active=True, office_executes=True))
    for verb in LEAVING:
        assert not may_decide(employee, dossier, Command(verb=verb))
        assert may_decide(employee, lets_leave, Command(verb=verb)) is expected
