"""The first line of a mail to many dossiers says which."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.mail.batch_mail import BatchAsk, read_batch


@pytest.mark.feature("CF-COM-05")
@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("vraag aan: alle\nDag", BatchAsk(which="all", text="Dag")),
        ("aan: bakkerij, Slagerij Bos NV.\n\nDag", BatchAsk(
            dossiers=("bakkerij", "Slagerij Bos NV"), text="Dag"
        )),
        ("à: tous les dossiers\nBonjour", BatchAsk(which="all", text="Bonjour")),
        ("to: missing documents\nHello", BatchAsk(which="missing_documents", text="Hello")),
        ("Frage an: offene Gespräche\nHallo", BatchAsk(which="open_conversations", text="Hallo")),
        ("aan: postbus", BatchAsk(which="inbox", text="")),
        ("Dag,\naan: alle", None),
        ("hulp", None),
        ("Bedrag: 605,00", None),
    ],
)  # fmt: skip
def test_the_first_line_says_to_whom(written: str, asked: BatchAsk | None) -> None:
    assert read_batch(written) == asked


@settings(max_examples=100)
@given(st.text(max_size=120))
def test_any_text_is_read(text: str) -> None:
    read_batch(text)
