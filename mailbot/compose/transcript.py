"""Writes what became of an answer: done, refused and why, how to undo; or asks again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailbot.compose.answers import OFFERED, VERBS, offer
from mailbot.compose.facts import DocumentView, enclosures, heading, summary, warnings
from mailbot.compose.render import Letterhead, buttons, write
from mailbot.compose.sentences import field_name
from mailbot.compose.wording import shortened
from mailbot.domain.command import HARMLESS, Command, Context, Outcome, Verb
from mailbot.domain.letter import Letter

_ARGUMENT_LENGTH = 80


@dataclass(frozen=True, kw_only=True)
class _Line:
    number: int
    text: str
    notes: tuple[str, ...]


def write_transcript(head: Letterhead, outcomes: Sequence[Outcome], *, about: str) -> Letter:
    """Return the one answer to a mail with commands; `about` is the heading of what it concerned.

    Raises ValueError without outcomes: nothing asked is nothing to report.
    """
    if not outcomes:
        raise ValueError("a transcript needs at least one outcome")
    results = {_result(outcome) for outcome in outcomes}
    facts = {
        "state": head.say("results", results.pop() if len(results) == 1 else "partly"),
        "about": about,
        "lines": [_line(number, each, head) for number, each in enumerate(outcomes, start=1)],
        "buttons": buttons(head, "document"),
    }
    return write("person.tell.transcript", head, facts)


def write_doubt(
    head: Letterhead,
    *,
    written: str,
    doubt: str,
    context: Context,
    view: DocumentView | None = None,
) -> Letter:
    """Return the mail that says what was read, why nothing was decided, and asks again.

    `written` is the answer as it was read, `doubt` the id of a sentence in table `doubts`.
    """
    wanted = ("approve", "reject", "document") if context is Context.APPROVAL else ("document",)
    facts = {
        "doubt": head.say("doubts", doubt),
        "written": written.strip().splitlines(),
        "about": heading(view.document, head) if view else "",
        "rows": summary(view, head) if view else (),
        "warnings": warnings(view.document, head) if view else (),
        "answer_options": offer(head, context, code="…"),
        "buttons": buttons(head, *wanted),
    }
    return write("person.ask.doubt", head, facts, *((enclosures(view),) if view else ()))


def write_help(head: Letterhead, context: Context) -> Letter:
    """Return what can be answered to this kind of mail, and what can always be asked."""
    verbs = dict.fromkeys(VERBS[name] for name in OFFERED[context])
    always = (Verb.QUESTION, Verb.REMARK, Verb.LABEL, Verb.HISTORY, Verb.STATUS, Verb.HELP)
    facts = {
        "answer_options": offer(head, context, code="…"),
        "verbs": [_explained(verb, head) for verb in dict.fromkeys((*verbs, *always))],
    }
    return write("person.tell.help", head, facts)


def command_words(head: Letterhead, command: Command) -> str:
    """Return a command as the reader would type it: "1-4 goedkeuren", "verwerpen: te duur"."""
    verb = head.say("verbs", command.verb)
    if command.verb is Verb.CORRECT:
        verb = field_name(head.language, command.args.get("field", "field"))
    arguments = [v for k, v in command.args.items() if v and (k, command.verb) != _FIELD]
    said = shortened(" ".join(arguments), _ARGUMENT_LENGTH)
    return " ".join(filter(None, (_ranges(command.items), f"{verb}: {said}" if said else verb)))


def undo_hint(head: Letterhead, verb: Verb) -> str:
    """Return how to undo a command that was done, "" when it cannot be undone by an answer."""
    return head.say("undo", verb) if verb in _CAN_BE_UNDONE else ""


_FIELD = ("field", Verb.CORRECT)
_CAN_BE_UNDONE = frozenset(
    {Verb.HOLD, Verb.RELEASE, Verb.DELETE, Verb.CORRECT, Verb.BOOK, Verb.ALLOW, Verb.BLOCK}
)


def _result(outcome: Outcome) -> str:
    """Return the id in table `results`: what changes nothing is noted, not done."""
    if not outcome.is_done:
        return "refused"
    return "understood" if outcome.command.verb in HARMLESS else "done"


def _line(number: int, outcome: Outcome, head: Letterhead) -> _Line:
    command = outcome.command
    asked = command_words(head, replace(command, items=(outcome.item,) if outcome.item else ()))
    table = "outcomes" if outcome.is_done else "refusals"
    said = head.say(table, outcome.sentence, **outcome.values)
    undo = undo_hint(head, command.verb) if outcome.is_done else ""
    how = head.say("phrases", "undo", how=undo) if undo else ""
    text = f"{asked}: {head.say('results', _result(outcome))}"
    return _Line(number=number, text=text, notes=tuple(filter(None, (said, how))))


def _explained(verb: Verb, head: Letterhead) -> dict[str, str]:
    return {"label": head.say("verbs", verb), "value": head.say("help", verb)}


def _ranges(items: tuple[int, ...]) -> str:
    """Return item numbers in short: 1-4,6."""
    groups: list[list[int]] = []
    for item in items:
        if groups and item == groups[-1][-1] + 1:
            groups[-1].append(item)
        else:
            groups.append([item])
    return ",".join(f"{g[0]}-{g[-1]}" if len(g) > 1 else str(g[0]) for g in groups)
