"""Hundreds of answers a language, each with what a careful clerk would make of it."""

import re
from datetime import date
from pathlib import Path

import pytest

from mailbot.domain.command import HARMLESS, Answer, Context
from mailbot.mail.repeated import NOTHING_SHOWN, ShownFacts
from mailbot.mail.reply_command import read_answer, would_act

TABLES = Path(__file__).with_name("answer_tables")
SENT_ON = date(2026, 11, 3)
LINES_SHOWN = 6
SHOWN = ShownFacts(
    totals=frozenset({"605.00"}),
    numbers=frozenset({"2026-114"}),
    names=frozenset({"Drukkerij Voorbeeld BV"}),
)
#: verbs whose arguments are what is done, not a reason for it
EXACT = {"correct", "book", "add_line", "remove_line", "label", "title", "forward", "confirm"}

Order = tuple[str, tuple[int, ...], dict[str, str]]


def orders_of(text: str) -> list[Order]:
    """Read "approve 1-4; reject 5 reason=te duur"."""
    found: list[Order] = []
    for part in text.split(";") if text != "-" else []:
        match = re.match(r"(\w+)(?:\s+(\d[\d,-]*)(?=\s|$))?\s*(.*)", part.strip())
        assert match, part
        args = dict(re.findall(r"(\w+)=((?:(?!\s\w+=).)*)", match[3]))
        found.append((match[1], _numbers(match[2] or ""), args))
    return found


def _numbers(text: str) -> tuple[int, ...]:
    found: list[int] = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return tuple(found)


def orders_in(answer: Answer) -> list[Order]:
    if not would_act(answer):
        return []
    return [(c.verb.value, c.items, c.args) for c in answer.commands if c.verb not in HARMLESS]


def are_same(wanted: list[Order], got: list[Order]) -> bool:
    if len(wanted) != len(got):
        return False
    pairs = zip(sorted(wanted, key=str), sorted(got, key=str), strict=True)
    return all(
        one[:2] == other[:2]
        and (one[2] == other[2] if one[0] in EXACT else one[2].items() <= other[2].items())
        for one, other in pairs
    )


def read(context: Context, text: str) -> Answer:
    is_list = context in {Context.DIGEST, Context.BASKET, Context.PAYMENT_APPROVAL}
    return read_answer(
        text,
        language="nl",
        context=context,
        shown_items=LINES_SHOWN if is_list else 0,
        sent_on=SENT_ON,
        shown=NOTHING_SHOWN if is_list else SHOWN,
    )


@pytest.mark.parametrize("table", sorted(TABLES.glob("*.txt")), ids=lambda path: path.stem)
def test_every_answer_is_read_as_a_careful_clerk_would(table):
    wrong = []
    for line in table.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        context, text, wanted = line.split("|")[0], *line.split("|", 1)[1].rsplit("|", 1)
        got = read(Context(context), text.replace("\\n", "\n"))
        if not are_same(orders_of(wanted), orders_in(got)):
            wrong.append(f"{text!r}: wanted {wanted}, got {orders_in(got) or got.doubt}")
    assert not wrong, "\n".join(wrong)
