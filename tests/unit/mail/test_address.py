"""Every form of our own addresses, and strange things in their place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.mail import LANGUAGES, Recipient, RecipientKind
from mailbot.mail.address import (
    read_recipient,
    write_bounce_address,
    write_dossier_address,
    write_reply_address,
)

TOKEN = "abcdefghijklmnopqrstuvwxyz234567"  # noqa: S105
NUMBER = "0400000185"


def deliver(dossier: str, kind: str = "", journal: str = "", *labels: str) -> dict[str, object]:
    return {
        "kind": RecipientKind.DELIVER,
        "dossier": dossier,
        "document_kind": kind,
        "journal": journal,
        "labels": labels,
    }


CASES = {
    "aankoop-0400000185": deliver(NUMBER, "purchase"),
    "achat-0400000185": deliver(NUMBER, "purchase"),
    "purchase-bakker": deliver("bakker", "purchase"),
    "EINKAUF-Bakker": deliver("bakker", "purchase"),
    "verkoop-bakker": deliver("bakker", "sales"),
    "vente-bakker": deliver("bakker", "sales"),
    "sales-bakker": deliver("bakker", "sales"),
    "verkauf-bakker": deliver("bakker", "sales"),
    "divers-bakker": deliver("bakker", "miscellaneous"),
    "misc-bakker": deliver("bakker", "miscellaneous"),
    "diverses-bakker": deliver("bakker", "miscellaneous"),
    "aankoop.a1-bakker": deliver("bakker", "purchase", "a1"),
    "Aankoop.A1-BE0400.000.185": deliver(NUMBER, "purchase", "a1"),
    "aankoop-be400000185": deliver(NUMBER, "purchase"),
    "aankoop-0400.000.185": deliver(NUMBER, "purchase"),
    "aankoop-400.000.185": deliver(NUMBER, "purchase"),
    "aankoop-123456789": deliver("123456789", "purchase"),
    "aankoop-bakker-zoon": deliver("bakker-zoon", "purchase"),
    "aankoop.b.2-bakker-zoon": deliver("bakker-zoon", "purchase", "b.2"),
    "aankoop-bakker+resto": deliver("bakker", "purchase", "", "resto"),
    "aankoop-bakker+resto+q4++": deliver("bakker", "purchase", "", "resto", "q4"),
    "bakker": deliver("bakker"),
    "bakker+resto": deliver("bakker", "", "", "resto"),
    "bakker-zoon": deliver("bakker-zoon"),
    NUMBER: deliver(NUMBER),
    '"aankoop-bakker"': deliver("bakker", "purchase"),
    '"aankoop\\-bakker"': deliver("bakker", "purchase"),
    "aankoop": deliver("aankoop"),
    "aankoop.a1": deliver("aankoop.a1"),
    "r.jan": deliver("r.jan"),
    "café": deliver("café"),
    "cafe\u0301": deliver("café"),
    "vraag-bakker": {"kind": RecipientKind.QUESTION, "dossier": "bakker"},
    "question-bakker": {"kind": RecipientKind.QUESTION, "dossier": "bakker"},
    "frage-bakker": {"kind": RecipientKind.QUESTION, "dossier": "bakker"},
    f"r.{TOKEN}": {"kind": RecipientKind.REPLY, "token": TOKEN},
    f"R.{TOKEN.upper()}": {"kind": RecipientKind.REPLY, "token": TOKEN},
    f"b.{TOKEN}": {"kind": RecipientKind.BOUNCE, "token": TOKEN},
    "mailbot": {"kind": RecipientKind.COMMANDS},
    "Postmaster": {"kind": RecipientKind.POSTMASTER},
    "abuse": {"kind": RecipientKind.POSTMASTER},
    "": {"kind": RecipientKind.UNKNOWN},
    "+label": {"kind": RecipientKind.UNKNOWN},
    "aankoop-": deliver("aankoop-"),
    "a b": {"kind": RecipientKind.UNKNOWN},
    "a@b": {"kind": RecipientKind.UNKNOWN},
    "x" * 65: {"kind": RecipientKind.UNKNOWN},
}


@pytest.mark.feature("CF-IN-08", "CF-IN-09", "CF-IN-10", "CF-IN-11", "CF-IN-12")
@pytest.mark.parametrize("local", CASES)
def test_what_an_address_means(local: str) -> None:
    found = read_recipient(f"{local}@Mailbot.Example.")
    expected = Recipient(address=found.address, **CASES[local])  # type: ignore[arg-type]
    assert found == expected
    assert found.address.endswith("@mailbot.example")
    assert found.address == found.address.lower()


def test_postmaster_needs_no_domain() -> None:
    found = read_recipient("<Postmaster>")
    assert found == Recipient(kind=RecipientKind.POSTMASTER, address="postmaster")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["purchase", "sales", "miscellaneous", "question", ""])
@pytest.mark.parametrize("journal", ["", "a1"])
def test_what_is_written_is_read_back(language: str, kind: str, journal: str) -> None:
    given_journal = journal if kind in ("purchase", "sales", "miscellaneous") else ""
    address = write_dossier_address(
        kind, "Bakker", "in.example", language=language, journal=given_journal
    )  # type: ignore[arg-type]
    found = read_recipient(address)
    assert found.address == address
    assert (found.dossier, found.journal) == ("bakker", given_journal)
    is_question = kind == "question"
    assert found.kind is (RecipientKind.QUESTION if is_question else RecipientKind.DELIVER)
    assert found.document_kind == ("" if is_question else kind)


def test_token_addresses_are_read_back() -> None:
    assert read_recipient(write_reply_address(TOKEN, "in.example")).token == TOKEN
    bounce = read_recipient(write_bounce_address(TOKEN, "in.example"))
    assert (bounce.kind, bounce.token) == (RecipientKind.BOUNCE, TOKEN)


@given(st.text(max_size=80))
def test_no_text_is_too_strange(text: str) -> None:
    found = read_recipient(text)
    assert read_recipient(found.address.upper()).kind is read_recipient(found.address).kind
