"""What may not stand in a log."""

import pytest

from mailbot.entrypoints.logs import hide_tokens
from storage.reply_tokens import new_token

TOKEN = new_token(bytes(32))


@pytest.mark.parametrize(
    ("value", "logged"),
    [
        (f"r.{TOKEN}@in.example", "r.…@in.example"),
        ((f"b.{TOKEN}@in.example", "aankoop-0400000185@in.example"),
         ["b.…@in.example", "aankoop-0400000185@in.example"]),
        (f"GET /d/{TOKEN.upper()}/approve", "GET /d/…/approve"),
        ("01a20ba68ccb7143bbbbfa0ea50506bb", "01a20ba68ccb7143bbbbfa0ea50506bb"),
        (4711, 4711),
    ],
    ids=["reply address", "several recipients", "link", "our own ids stay", "number"],
)  # fmt: skip
def test_who_reads_the_log_can_decide_nothing(value: object, logged: object) -> None:
    assert hide_tokens(None, "info", {"event": "mail kept", "value": value}) == {
        "event": "mail kept",
        "value": logged,
    }
