"""Whose documents are welcome, and whose go straight to the office."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.directory import sender_lists
from mailbot.domain.mail import Authentication
from mailbot.domain.people import Dossier, JournalKind
from mailbot.domain.treatment import SenderLists, Treatment
from mailbot.rules.welcome import (
    find_treatment,
    is_forged,
    is_forwarded,
    is_listed,
    treat_sender,
)
from tests.kit.office import EMPLOYEES, OFFICE, OWNER, PEOPLE, make_dossier

SUPPLIER = "Facturen@Drukkerij.example"
LISTED, OTHER = ("@drukkerij.example",), ("@bekend.example",)
FORWARD, INBOX = Treatment.FORWARD, Treatment.INBOX
QUARANTINE, REJECT = Treatment.QUARANTINE, Treatment.REJECT


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ((), False),
        (("facturen@drukkerij.example",), True),
        (("FACTUREN@DRUKKERIJ.EXAMPLE",), True),
        (("@drukkerij.example",), True),
        (("drukkerij.example",), False),
        (("@example",), False),
        (("@elders.example", "@Drukkerij.Example"), True),
        (("@sub.drukkerij.example",), False),
        (("uren@drukkerij.example",), False),
        ((".drukkerij.example",), True),
        ((".example",), True),
        ((".kerij.example",), False),
        ((".sub.drukkerij.example",), False),
    ],
)
def test_a_list_names_addresses_or_domains(entries: tuple[str, ...], expected: bool) -> None:
    assert is_listed(entries, SUPPLIER) is expected


def test_a_domain_does_not_list_its_neighbours() -> None:
    for entry in ("@kerij.example", ".kerij.example"):
        assert not is_listed((entry,), SUPPLIER)
    for entry in ("@drukkerij.example", ".drukkerij.example"):
        assert not is_listed((entry,), "a@drukkerij.example.evil.example")
    assert is_listed((".drukkerij.example",), "a@mail.drukkerij.example")


def test_a_domain_is_the_same_in_letters_and_as_dns_writes_it() -> None:
    assert is_listed(("@bücher.example",), "an@xn--bcher-kva.example")
    assert is_listed((".xn--bcher-kva.example",), "an@post.bücher.example")


@pytest.mark.feature("CF-IN-16", "SB-USR-03")
@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        (SenderLists(), None),
        (SenderLists(reject=("facturen@drukkerij.example",), forward=LISTED), REJECT),
        (SenderLists(reject=LISTED, forward=("facturen@drukkerij.example",)), FORWARD),
        (SenderLists(reject=LISTED, forward=LISTED), REJECT),
        (SenderLists(quarantine=LISTED, inbox=LISTED, forward=LISTED), QUARANTINE),
        (SenderLists(inbox=LISTED, forward=LISTED), INBOX),
        (SenderLists(reject=(".example",), inbox=(".drukkerij.example",)), INBOX),
        (SenderLists(quarantine=(".drukkerij.example",), forward=LISTED), FORWARD),
    ],
)
def test_the_most_specific_entry_counts_and_of_equal_ones_the_strictest(
    lists: SenderLists, expected: Treatment | None
) -> None:
    assert find_treatment(lists, SUPPLIER) is expected


def judge(dossier: Dossier, verdict: str = "", sender: str = SUPPLIER) -> Treatment:
    judged = (sender.lower(),)
    lists = sender_lists(
        OFFICE,
        dossier,
        EMPLOYEES,
        allowed=judged if verdict == "allow" else (),
        blocked=judged if verdict == "block" else (),
    )
    return treat_sender(lists, sender)


@pytest.mark.feature("CF-IN-15", "CF-IN-16")
@pytest.mark.parametrize(
    ("uses", "whitelist", "verdict", "sender", "expected"),
    [
        (False, (), "", SUPPLIER, FORWARD),
        (False, OTHER, "", SUPPLIER, INBOX),
        (False, LISTED, "", SUPPLIER, FORWARD),
        (True, OTHER, "", SUPPLIER, QUARANTINE),
        (True, (), "", SUPPLIER, QUARANTINE),
        (True, LISTED, "", SUPPLIER, FORWARD),
        (True, OTHER, "", OWNER, FORWARD),
        (False, OTHER, "", OWNER, FORWARD),
        (True, OTHER, "allow", SUPPLIER, FORWARD),
        (True, LISTED, "block", SUPPLIER, REJECT),
        (False, (), "block", SUPPLIER, REJECT),
        (False, (), "block", OWNER, REJECT),
    ],
)
def test_how_senders_are_treated(  # noqa: PLR0917
    uses: bool, whitelist: tuple[str, ...], verdict: str, sender: str, expected: Treatment
) -> None:
    dossier = make_dossier(use_whitelist=uses, whitelist=whitelist)
    assert judge(dossier, verdict, sender) is expected


@pytest.mark.parametrize(
    ("of_office", "of_dossier", "uses", "expected"),
    [
        (None, None, False, FORWARD),
        (QUARANTINE, None, False, QUARANTINE),
        (REJECT, INBOX, False, INBOX),
        (INBOX, REJECT, False, REJECT),
        (INBOX, None, True, QUARANTINE),
    ],
)
def test_the_dossier_speaks_before_the_office_about_unknown_senders(
    of_office: Treatment | None, of_dossier: Treatment | None, uses: bool, expected: Treatment
) -> None:
    office = replace(OFFICE, other_senders=of_office)
    dossier = make_dossier(other_senders=of_dossier, use_whitelist=uses)
    assert sender_lists(office, dossier, ()).others is expected


def test_who_is_allowed_waits_no_more_but_a_refusal_of_the_office_stays() -> None:
    waits = replace(OFFICE, quarantine_list=(SUPPLIER.lower(),))
    allowed = (SUPPLIER.lower(),)
    lists = sender_lists(waits, make_dossier(), (), allowed=allowed)
    assert treat_sender(lists, SUPPLIER) is FORWARD
    refuses = replace(OFFICE, blacklist=(SUPPLIER.lower(),))
    lists = sender_lists(refuses, make_dossier(), (), allowed=allowed)
    assert treat_sender(lists, SUPPLIER) is REJECT


def test_a_frozen_person_is_a_stranger() -> None:
    frozen = tuple(replace(person, frozen=True) for person in PEOPLE)
    assert judge(make_dossier(people=frozen, use_whitelist=True), sender=OWNER) is QUARANTINE


def test_nothing_speaks_for_a_forged_sender_and_refusals_hold() -> None:
    lists = SenderLists(forward=LISTED, inbox=(SUPPLIER,), others=QUARANTINE)
    assert treat_sender(lists, SUPPLIER, is_forged=True) is QUARANTINE
    refused = SenderLists(reject=LISTED)
    assert treat_sender(refused, SUPPLIER, is_forged=True) is REJECT


@pytest.mark.parametrize(
    ("authentication", "expected"),
    [
        (Authentication(), False),
        (Authentication(spf="pass", dkim="pass", dmarc="pass", aligned=True), False),
        # forwarded by the client's own server: the signature still vouches
        (Authentication(spf="fail", dkim="pass", dmarc="pass", aligned=True), False),
        (Authentication(spf="temperror", dmarc="temperror"), False),
        (Authentication(dmarc="fail"), True),
        (Authentication(spf="fail"), True),
    ],
)
def test_when_a_sender_is_forged(authentication: Authentication, expected: bool) -> None:
    assert is_forged(authentication) is expected


@pytest.mark.feature("CF-IN-13", "CF-IN-14", "CF-IN-16")
@pytest.mark.parametrize(
    ("kinds", "kind", "treatment", "expected"),
    [
        ((JournalKind.PURCHASE,), JournalKind.PURCHASE, FORWARD, True),
        ((JournalKind.PURCHASE,), JournalKind.PURCHASE, INBOX, False),
        ((JournalKind.PURCHASE,), JournalKind.SALES, FORWARD, False),
        ((JournalKind.SALES,), JournalKind.SALES, FORWARD, True),
        ((), JournalKind.PURCHASE, FORWARD, False),
    ],
)
def test_who_skips_the_inbox(
    kinds: tuple[JournalKind, ...], kind: JournalKind, treatment: Treatment, expected: bool
) -> None:
    assert is_forwarded(make_dossier(auto_forward=kinds), kind, treatment) is expected


@settings(max_examples=60)
@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_stops_the_lists(entry: str, sender: str) -> None:
    lists = SenderLists(reject=(entry,))
    assert treat_sender(lists, sender) in (FORWARD, REJECT)
