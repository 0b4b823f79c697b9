"""What must hold for every answer: a limit is never lost, and two decisions decide nothing."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.command import HARMLESS, Context, Doubt, Verb
from mailbot.mail.reply_command import would_act
from tests.unit.mail.test_answer_tables import TABLES, orders_in, orders_of, read

LIMITS = [
    # nl
    "maar niet de transportkosten",
    "als de levering volledig is",
    "mits er een creditnota komt",
    "tenzij Karim iets anders zegt",
    "zodra de leverbon er is",
    "op voorwaarde dat het bedrag klopt",
    "behalve de tweede lijn",
    "onder voorbehoud",
    "denk ik",
    "misschien",
    "nog niet betalen",
    "eerst moet Jan het nakijken",
    "voor de helft",
    "klopt dit wel?",
    "of toch niet",
    "dacht ik toch",
    "niet dus",
    "dat zei Karim",
    "de btw is fout",
    "alleen het eerste deel",
    # fr
    "mais pas le transport",
    "si la livraison est complète",
    "sauf la deuxième ligne",
    "à condition que le montant soit juste",
    "sous réserve",
    "dès que le bon arrive",
    "je crois",
    "peut-être",
    "ne payez pas encore",
    "pour la moitié",
    "c'est bien ça ?",
    "ou pas",
    "la TVA est fausse",
    "selon Luc",
    "après vérification",
    # en
    "but not the freight",
    "if the delivery is complete",
    "unless James objects",
    "once the goods are here",
    "subject to a credit note",
    "except line two",
    "provided the amount is right",
    "I think",
    "maybe",
    "don't pay yet",
    "for half of it",
    "is that right?",
    "or not",
    "the VAT is wrong",
    "according to James",
    # de
    "aber nicht die Fracht",
    "wenn die Lieferung vollständig ist",
    "falls der Betrag stimmt",
    "sofern Herr Vogt zustimmt",
    "sobald die Ware da ist",
    "unter Vorbehalt",
    "außer Position zwei",
    "glaube ich",
    "vielleicht",
    "noch nicht zahlen",
    "zur Hälfte",
    "stimmt das?",
    "oder nicht",
    "die MwSt ist falsch",
    "laut Herrn Vogt",
]
REFUSALS = ["verworpen", "afgekeurd", "refusé", "rejected", "abgelehnt", "Ich lehne ab"]
GAPS = [" ", ", ", ". ", "\n", " - ", " (", "; ", "\n\n"]


def clear_answers(*names: str) -> list[tuple[Context, str]]:
    """Return the answers of the tables that approve, and nothing else."""
    found = []
    for name in names:
        for line in (TABLES / f"{name}.txt").read_text("utf-8").splitlines():
            if line.startswith("#") or not line:
                continue
            context, text, wanted = line.split("|")[0], *line.split("|", 1)[1].rsplit("|", 1)
            if {order[0] for order in orders_of(wanted)} == {"approve"}:
                found.append((Context(context), text.replace("\\n", "\n")))
    return found


APPROVALS = clear_answers("approval_nl", "approval_fr", "approval_en", "approval_de")
LISTS = clear_answers("lists")
WORDS = sorted(
    {
        word
        for path in TABLES.glob("*.txt")
        for line in path.read_text("utf-8").splitlines()
        if "|" in line
        for word in re.findall(r"[^\W_]+|[?,.:]", line.split("|")[1])
    }
)


@settings(max_examples=100)
@given(st.sampled_from(APPROVALS), st.sampled_from(GAPS), st.sampled_from(LIMITS))
def test_a_limit_behind_an_approval_never_acts(approval, gap, limit):
    context, text = approval
    assert not would_act(read(context, f"{text}{gap}{limit}"))


@settings(max_examples=100)
@given(st.sampled_from(APPROVALS), st.sampled_from(GAPS), st.sampled_from(LIMITS))
def test_a_limit_in_front_of_an_approval_never_acts(approval, gap, limit):
    context, text = approval
    assert not would_act(read(context, f"{limit}{gap}{text}"))


@settings(max_examples=100)
@given(st.sampled_from(LISTS), st.sampled_from(["\n", ". "]), st.sampled_from(LIMITS))
def test_a_limit_beside_a_list_never_acts(listed, gap, limit):
    context, text = listed
    assert not would_act(read(context, f"{text}{gap}{limit}"))


@settings(max_examples=100)
@given(st.sampled_from(APPROVALS), st.sampled_from(REFUSALS), st.booleans())
def test_two_decisions_that_exclude_each_other_decide_nothing(approval, refusal, is_first):
    context, text = approval
    parts = (refusal, text) if is_first else (text, refusal)
    assert not would_act(read(context, "\n".join(parts)))


@settings(max_examples=100)
@given(st.lists(st.sampled_from(WORDS), max_size=12), st.sampled_from(LIMITS))
def test_a_limit_never_makes_a_decision_of_words(found, limit):
    text = " ".join(found)
    before = orders_in(read(Context.APPROVAL, text))
    after = orders_in(read(Context.APPROVAL, f"{text} {limit}"))
    approves = [order for order in after if order[0] == Verb.APPROVE]
    assert not approves or before


@settings(max_examples=100)
@given(
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=8)), max_size=20),
    st.sampled_from(list(Context)),
)
def test_any_text_is_read(found, context):
    answer = read(context, " ".join(found))
    assert answer.doubt or answer.commands or not any(map(str.strip, found))


@pytest.mark.parametrize(
    "text",
    [
        "g\u043eedgekeurd",
        "Goedgekeurd, m\u0430ar dat was voor de werf",
        "\u202egoedgekeurd\u202c",
        "g\u0336o\u0336e\u0336d\u0336gekeurd",
        "ap\u0440roved",
        "\u0262oedgekeurd",
        "Approved n\u043et",
        "genehmigt \u3164nicht",
    ],
)
def test_letters_that_look_like_others_decide_nothing(text):
    assert not would_act(read(Context.APPROVAL, text))


@pytest.mark.parametrize(
    "text",
    [
        "go\u200bedgekeurd",
        "\uff47\uff4f\uff45\uff44\uff47\uff45\uff4b\uff45\uff55\uff52\uff44",
        "\U0001d420\U0001d428\U0001d41e\U0001d41dgekeurd",
        "approuve\u0301",
        "goed\u00adgekeurd",
        "Goedgekeurd \U0001f44d\U0001f3fd",
        "Goedgekeurd\u2028Groeten",
        "J\u2019approuve",
    ],
)
def test_letters_that_only_look_special_are_read(text):
    answer = read(Context.APPROVAL, text)
    assert [command.verb for command in answer.commands] == [Verb.APPROVE], answer


def test_what_is_cut_off_may_have_limited_it():
    answer = read(Context.APPROVAL, f"Goedgekeurd{' ' * 30_000}maar niet alles")
    assert answer.doubt == Doubt.NOT_UNDERSTOOD
    assert {command.verb for command in answer.commands} <= HARMLESS
