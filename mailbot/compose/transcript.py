"""Writes what became of an answer: done, refused and why, how to undo; or asks again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from mailbot.compose.answers import OFFERED, VERBS, numbers, offer, ready_lines
from mailbot.compose.facts import DocumentView, Line, enclosures, heading, summary, warnings
from mailbot.compose.render import Letterhead, buttons, write
from mailbot.compose.sentences import field_name, in_words, sentence_or_other
from mailbot.compose.wording import moment, shortened, upper_first
from mailbot.domain.command import HARMLESS, Answer, Command, Context, Outcome, Verb
from mailbot.domain.letter import Letter

_ARGUMENT_LENGTH = 80

#: what can be asked in answer to any mail
ALWAYS = (
    Verb.QUESTION,
    Verb.REMARK,
    Verb.LABEL,
    Verb.HISTORY,
    Verb.STATUS,
    Verb.SEARCH,
    Verb.HELP,
)


def write_transcript(
    head: Letterhead,
    outcomes: Sequence[Outcome],
    *,
    about: str,
    on_page: datetime | None = None,
) -> Letter:
    """Return the one answer to a mail with commands; `about` is the heading of what it concerned.

    `on_page` is when they came from a page: then it says how to tell that it was somebody else.
    Raises ValueError without outcomes: nothing asked is nothing to report.
    """
    if not outcomes:
        raise ValueError("a transcript needs at least one outcome")
    results = {result_of(outcome) for outcome in outcomes}
    facts = {
        "state": head.say("results", results.pop() if len(results) == 1 else "partly"),
        "about": about,
        "lines": [_line(each, head) for each in outcomes],
        "on_page": moment(on_page, head.language, head.reader.time_zone) if on_page else "",
        "buttons": buttons(head, "document"),
    }
    return write("person.tell.transcript", head, facts)


def write_doubt(
    head: Letterhead,
    answer: Answer,
    *,
    context: Context,
    view: DocumentView | None = None,
    count: int = 1,
) -> Letter:
    """Return the mail that says what was read, why nothing was decided, and asks again.

    `answer` carries the text as it was read, the doubt (id in table `doubts`) and the words that
    cast it; `context` and `count` are the kind of mail that was answered and the number of its
    lines.
    """
    wanted = ("approve", "reject", "document") if context is Context.APPROVAL else ("document",)
    because = shortened(answer.because, _ARGUMENT_LENGTH)
    facts = {
        "doubt": sentence_or_other(head.language, "doubts", answer.doubt),
        "because": head.say("phrases", "doubt_words", words=because) if because else "",
        "say_type_one": head.say("phrases", "type_one"),
        "ready": ready_lines(head, context, **numbers(count)),
        "written": answer.written.strip().splitlines(),
        "about": heading(view.document, head) if view else "",
        "rows": summary(view, head) if view else (),
        "warnings": warnings(view.document, head) if view else (),
        "answer_options": offer(head, context, code="…", **numbers(count)),
        "buttons": buttons(head, *wanted),
    }
    return write("person.ask.doubt", head, facts, *((enclosures(view),) if view else ()))


def write_help(head: Letterhead, context: Context) -> Letter:
    """Return what can be answered to this kind of mail, and what can always be asked."""
    verbs = dict.fromkeys(VERBS[name] for name in OFFERED[context])
    facts = {
        "answer_options": offer(head, context, code="…", **numbers(2)),
        "verbs": [_explained(verb, head) for verb in dict.fromkeys((*verbs, *ALWAYS))],
    }
    return write("person.tell.help", head, facts)


def command_words(head: Letterhead, command: Command) -> str:
    """Return a command as the reader would type it: "1-4 goedkeuren", "bedrag: 1210,00"."""
    args = {name: value for name, value in command.args.items() if value}
    verb = head.say("verbs", command.verb)
    if command.verb is Verb.CORRECT:
        verb = f"{field_name(head.language, args.pop('field', 'field'))}:"
    said = " ".join(in_words(head.language, "value", value) for value in args.values())
    words = (_ranges(command.items), verb, shortened(said, _ARGUMENT_LENGTH))
    return " ".join(filter(None, words))


def undo_hint(head: Letterhead, outcome: Outcome) -> str:
    """Return how to undo a command that was done, "" when it cannot be undone by an answer."""
    if not outcome.can_be_undone:
        return ""
    if outcome.item:
        return head.say("undo", "answer_line", number=outcome.item)
    return head.say("undo", "answer")


#: nothing was done yet: somebody must confirm it first
_WAITS = frozenset({"confirmation_sent", "second_asked"})


def result_of(outcome: Outcome) -> str:
    """Return the id in table `results`: what changes nothing is noted, not done."""
    if not outcome.is_done:
        return "refused"
    if outcome.sentence in _WAITS:
        return "waits"
    return "understood" if outcome.command.verb in HARMLESS else "done"


def _line(outcome: Outcome, head: Letterhead) -> Line:
    command = outcome.command
    asked = command_words(head, replace(command, items=()))
    table = "outcomes" if outcome.is_done else "refusals"
    said = upper_first(head.say(table, outcome.sentence, **outcome.values))
    undo = undo_hint(head, outcome)
    how = head.say("phrases", "undo", how=undo) if undo else ""
    text = f"{asked} → {head.say('results', result_of(outcome))}"
    number = str(outcome.item) if outcome.item else "-"
    return Line(number=number, text=text, notes=tuple(filter(None, (said, how))))


def _explained(verb: Verb, head: Letterhead) -> dict[str, str]:
    """Return what is typed and what it does; fields and booking lines are typed without a verb."""
    typed = {
        Verb.CORRECT: f"{field_name(head.language, 'total')}: …",
        Verb.BOOK: "1: …",
    }
    label = typed[verb] if verb in typed else head.say("verbs", verb)
    return {"label": label, "value": head.say("help", verb)}


def _ranges(items: tuple[int, ...]) -> str:
    """Return item numbers in short: 1-4,6."""
    groups: list[list[int]] = []
    for item in items:
        if groups and item == groups[-1][-1] + 1:
            groups[-1].append(item)
        else:
            groups.append([item])
    return ",".join(f"{g[0]}-{g[-1]}" if len(g) > 1 else str(g[0]) for g in groups)
