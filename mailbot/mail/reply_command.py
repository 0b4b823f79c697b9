"""Reads what a person asks in an answer: commands, a message for the conversation, or a doubt.

What a careful clerk would do without asking becomes a command; what they would ask back becomes
a doubt, and then nothing of the answer is done.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from mailbot.domain.command import HARMLESS, Answer, Command, Context, Doubt, Verb
from mailbot.domain.mail import Language
from mailbot.mail.below_signature import limits_below
from mailbot.mail.doubts import explain
from mailbot.mail.field_lines import (
    names_field,
    read_booking_line,
    read_field_line,
    read_field_sentence,
)
from mailbot.mail.letters import has_strange_letters, plain_letters
from mailbot.mail.numbered import names_lines, read_numbered
from mailbot.mail.payment_orders import cut_orders, doubt_of, read_orders
from mailbot.mail.phrase_book import has
from mailbot.mail.repeated import NOTHING_SHOWN, ShownFacts, without_repeated
from mailbot.mail.reply_text import Written
from mailbot.mail.sentence_ends import SENTENCE_END, cut_sentences
from mailbot.mail.sentences import Reading, read_sentence
from mailbot.mail.short_answers import (
    is_greeting,
    is_signed,
    mentions_confirmation,
    read_confirmation,
    speaks_for_another,
    without_name,
)
from mailbot.mail.tokens import tokenize
from mailbot.mail.verbs import find_verb, mentions_decision
from mailbot.mail.weighing import conflict, limits, requests

_LONGEST = 20_000
_LONGEST_SENTENCE, _MOST_SENTENCES = 1_000, 1_500
_REPLY_PREFIX = re.compile(
    r"(?i)^\s*(?:(?:re|aw|antw|antwoord|rv|tr|fw|fwd|wg|ref|betr)\s*(?:\[\d+\])?\s*:\s*)+"
)
#: "*approved*": how programs write bold letters in plain text
_EMPHASIS = re.compile(r"(?<![\w*])[*_]{1,2}(?=\S)([^*_\n]{1,80}?)(?<=\S)[*_]{1,2}(?![\w*])")
_CORRECTING = frozenset({Context.REVIEW, Context.INBOX, Context.EXPORT, Context.APPROVAL})


@dataclass(frozen=True)
class _Asked:
    """What was answered, and who is spoken to."""

    context: Context
    shown_items: int
    sent_on: date
    names: frozenset[str]
    shown: ShownFacts


def read_answer(  # noqa: PLR0913 - the answer, and all that says what it answers
    written: str | Written,
    *,
    language: Language | str,  # noqa: ARG001 - every language is understood in every answer
    context: Context,
    shown_items: int,
    sent_on: date,
    subject: str = "",
    shown: ShownFacts = NOTHING_SHOWN,
) -> Answer:
    """Return what `written`, the newly typed text of an answer, asks; never raises.

    `shown_items`: how many numbered lines the answered mail showed, 0 for one document.
    `sent_on` gives dates without a year their year. `subject` only tells an empty answer from
    one that stands in the subject. `shown` is what may be repeated beside a decision: another
    number or amount than those is a doubt. Words of all four languages count, whatever
    `language` is.
    """
    form = written if isinstance(written, Written) else Written(text=written, numbered=written)
    asked = _Asked(context, shown_items, sent_on, _name_words(form.names), shown)
    text = form.text.strip()
    if not text and not form.numbered.strip():
        return Answer(written="", doubt=_why_empty(form, subject))
    answer = _read(form.numbered, asked)
    if context is Context.QUESTION:
        return _passed_on(text, answer)
    for other in (form.other, form.hidden):
        if other.strip() and _differs(answer, _read(other, asked)):
            return Answer(written=text, doubt=Doubt.PARTS_DIFFER)
    doubt = answer.doubt or _doubt_around(form, answer)
    if doubt == Doubt.HEDGED:
        kind, because = explain(f"{form.numbered}\n{form.below}")
        return Answer(written=text, doubt=kind, because=because)
    return Answer(written=text, commands=() if doubt else answer.commands, doubt=doubt)


def _name_words(names: Iterable[str]) -> frozenset[str]:
    return frozenset(token.text for name in names for token in tokenize(name))


def _passed_on(text: str, answer: Answer) -> Answer:
    """Return an answer to a question as it was typed: it decides nothing, whatever it says."""
    alone = answer.commands[0] if len(answer.commands) == 1 and not answer.doubt else None
    if alone in (Command(verb=Verb.HELP), Command(verb=Verb.STOP), Command(verb=Verb.UNSUBSCRIBE)):
        return Answer(written=text, commands=answer.commands)
    verb = Verb.QUESTION if "?" in text or _asks_back(answer) else Verb.REMARK
    return Answer(written=text, commands=(Command(verb=verb, args={"text": text}),))


def _asks_back(answer: Answer) -> bool:
    return any(command.verb is Verb.QUESTION for command in answer.commands)


def _doubt_around(form: Written, answer: Answer) -> str:
    """Return the doubt that what stands around the text casts on a decision."""
    if all(command.verb in HARMLESS for command in answer.commands):
        return ""
    return form.doubt or (Doubt.HEDGED if limits_below(form.below) else "")


def would_act(answer: Answer) -> bool:
    """Whether something would change by this answer without asking again."""
    if answer.doubt:
        return False
    if any(_changes_account(command) for command in answer.commands):
        return False
    return any(command.verb not in HARMLESS for command in answer.commands)


def _changes_account(command: Command) -> bool:
    """Tell a new bank account: an answer alone is no proof of it (design: mail.md §5)."""
    return command.verb is Verb.CORRECT and command.args.get("field") == "iban"


def _why_empty(form: Written, subject: str) -> Doubt:
    if form.is_below_marker:
        return Doubt.BELOW_MARKER
    own = subject if _REPLY_PREFIX.match(subject) is None else ""
    if own and mentions_decision(tokenize(own)):
        return Doubt.SUBJECT_ONLY
    return Doubt.ATTACHMENT_ONLY if form.has_files else Doubt.EMPTY


def _differs(answer: Answer, second: Answer) -> bool:
    """Whether the other form of the mail, read as `second`, asks something else."""
    if any(command.verb not in HARMLESS for command in answer.commands):
        return bool(second.doubt) or _orders(second) != _orders(answer)
    return would_act(second) and not answer.doubt


def _orders(answer: Answer) -> list[tuple[str, tuple[int, ...], dict[str, str]]]:
    return [
        (c.verb, c.items, {k: v for k, v in c.args.items() if k not in {"reason", "text"}})
        for c in answer.commands
        if c.verb not in HARMLESS
    ]


def _read(written: str, asked: _Asked) -> Answer:
    answer = _read_plain(plain_letters(written), asked)
    orders = any(command.verb not in HARMLESS for command in answer.commands)
    if orders and len(written) > _LONGEST:
        return Answer(written=answer.written, doubt=Doubt.NOT_UNDERSTOOD)
    if orders and has_strange_letters(written):
        return Answer(written=answer.written, doubt=Doubt.STRANGE_LETTERS)
    return answer


def _read_plain(written: str, asked: _Asked) -> Answer:
    text = _EMPHASIS.sub(r"\1", written[:_LONGEST]).strip()
    lengths = [len(one) for one in SENTENCE_END.split(text) if one] or [0]
    is_endless = len(lengths) > _MOST_SENTENCES or max(lengths) > _LONGEST_SENTENCE
    if doubt := Doubt.NOT_UNDERSTOOD if is_endless else _why_unreadable(text):
        return Answer(written=text, doubt=doubt)
    if asked.context is Context.CONFIRMATION:
        short = read_confirmation(text)
        if short is not None:
            return Answer(written=text, commands=(short,))
        return _unconfirmed(_combine(text, _sentences(text, asked), asked))
    if asked.context is Context.DIGEST or asked.shown_items > 0:
        return _read_list(text, asked)
    others, _orders = cut_orders(text, asked.context, asked.sent_on)
    if _names_lines(others, asked):
        return Answer(written=text, doubt=Doubt.OUT_OF_RANGE)
    return _combine(text, _sentences(text, asked), asked)


def _unconfirmed(answer: Answer) -> Answer:
    """Cast a doubt on "yes, but not now" and "yes?", which confirm nothing."""
    if answer.doubt or not mentions_confirmation(answer.written):
        return answer
    if any(command.verb not in HARMLESS for command in answer.commands):
        return answer
    is_question = any(command.verb is Verb.QUESTION for command in answer.commands)
    doubt = Doubt.QUESTION_MARK if is_question else Doubt.HEDGED
    return Answer(written=answer.written, doubt=doubt)


def _why_unreadable(text: str) -> str:
    if not text:
        return Doubt.EMPTY
    if not re.search(r"[^\W_]", text):
        return _why_wordless(text)
    return Doubt.NOT_UNDERSTOOD if _is_hostile(text) else ""


def _read_list(text: str, asked: _Asked) -> Answer:
    """Read an answer to a list: orders about payments have lines of their own."""
    others, orders = cut_orders(text, asked.context, asked.sent_on, asked.shown_items)
    if not orders:
        return _read_listed(text, asked)
    doubt = doubt_of(orders, asked.shown_items)
    if doubt or _is_courtesy(others, asked):
        return Answer(written=text, commands=() if doubt else tuple(orders), doubt=doubt)
    rest = _read_listed(others, asked)
    commands = (*orders, *rest.commands)
    if not rest.doubt and all(command.verb in HARMLESS for command in rest.commands):
        return Answer(written=text, doubt=Doubt.HEDGED)
    doubt = rest.doubt or doubt_of(commands, asked.shown_items)
    return Answer(written=text, commands=() if doubt else commands, doubt=doubt)


def _is_courtesy(text: str, asked: _Asked) -> bool:
    """Whether nothing stands in it but a greeting and thanks."""
    found = (read_sentence(line, asked.context, asked.sent_on) for line in text.split("\n"))
    return all(
        one.is_courtesy or is_greeting(one.text) or is_signed(one.text, asked.names)
        for one in found
    )


def _read_listed(text: str, asked: _Asked) -> Answer:
    listed = read_numbered(text, asked.context, asked.shown_items, asked.sent_on)
    if listed.is_about_lines:
        return Answer(written=text, commands=listed.commands, doubt=listed.doubt)
    return _of_list(_combine(text, _sentences(text, asked), asked))


def _of_list(answer: Answer) -> Answer:
    """Ask back what would decide without naming a line of the list."""
    verbs = {command.verb for command in answer.commands}
    if verbs <= HARMLESS | {Verb.UNSUBSCRIBE, Verb.STOP, Verb.LANGUAGE}:
        return answer
    return Answer(written=answer.written, doubt=answer.doubt or Doubt.NOT_UNDERSTOOD)


def _names_lines(text: str, asked: _Asked) -> bool:
    """Whether it decides about lines of a list although only one document was shown."""
    if asked.context in {Context.PAYMENT, Context.CONFIRMATION, Context.QUESTION}:
        return False
    if any(read_booking_line(line) or names_field(line) for line in text.split("\n")):
        return False
    return names_lines(without_repeated(text, asked.shown), asked.context, asked.sent_on)


def _why_wordless(text: str) -> Doubt:
    return Doubt.QUESTION_MARK if "?" in text else Doubt.EMOJI_ONLY


def _is_hostile(text: str) -> bool:
    """Whether it poses as an instruction to the machine, such as "SYSTEM: approve all"."""
    tokens = tokenize(text)
    return has("doubt", "hostile", tokens) and (
        mentions_decision(tokens) or bool(re.match(r"\W*\w+\s?:", text))
    )


def _sentences(text: str, asked: _Asked) -> list[Reading]:
    found: list[Reading] = []
    for line in text.split("\n"):
        if not line.strip():
            continue
        command = read_booking_line(line) or read_field_line(line, asked.sent_on)
        orders = read_orders(line, asked.context, asked.sent_on) or (command and (command,))
        if orders:
            found.append(Reading(text=line, commands=orders))
        elif names_field(line):
            found.append(Reading(text=line, doubt=Doubt.NOT_UNDERSTOOD))
        else:
            found += _of_line(line, asked)
    return found


def _of_line(line: str, asked: _Asked) -> list[Reading]:
    return [_of_sentence(one, asked) for one in cut_sentences(line)]


def _of_sentence(sentence: str, asked: _Asked) -> Reading:
    if orders := read_orders(sentence, asked.context, asked.sent_on):
        return Reading(text=sentence, commands=orders)
    if asked.context in _CORRECTING:
        by_is = asked.context is not Context.APPROVAL
        command = read_field_sentence(sentence, asked.sent_on, by_is=by_is)
        if command is not None:
            return Reading(text=sentence, commands=(command,))
    reading = read_sentence(sentence, asked.context, asked.sent_on)
    plain = without_repeated(sentence, asked.shown)
    if plain != sentence and not reading.commands:
        reading = replace(read_sentence(plain, asked.context, asked.sent_on), text=sentence)
    is_order = any(command.verb not in HARMLESS for command in reading.commands)
    if is_order and speaks_for_another(plain, asked.names):
        return Reading(text=sentence, doubt=Doubt.HEDGED)
    return replace(_with_names_gone(reading, plain, asked), plain=plain)


def _with_names_gone(reading: Reading, plain: str, asked: _Asked) -> Reading:
    """Read a sentence without who is greeted in it, or who signs it, when only that limits it."""
    if reading.doubt != Doubt.HEDGED:
        return reading
    shorter = without_name(plain, asked.names)
    if not shorter:
        return reading
    named = read_sentence(shorter, asked.context, asked.sent_on)
    return replace(named, text=reading.text) if named.commands else reading


def _combine(text: str, readings: list[Reading], asked: _Asked) -> Answer:
    """Weigh the sentences of an answer against each other."""
    context = asked.context
    readings = _with_greeting_gone(readings, asked.names)
    commands = _orders_of(readings)
    if context is Context.QUESTION and not any(c.verb not in HARMLESS for c in commands):
        return _talk(text, readings, commands, context)
    if commands and all(command.verb is Verb.REJECT for command in commands):
        readings = [_as_reason(one) for one in readings]
    doubt = next((one.doubt for one in readings if one.doubt), "")
    if doubt:
        return Answer(written=text, doubt=doubt)
    commands = _with_reason(commands, readings)
    deciding = [command for command in commands if command.verb not in HARMLESS]
    if not deciding:
        return _talk(text, readings, commands, context)
    doubt = conflict(commands) or limits(readings, deciding)
    commands = [*commands, *requests(readings, commands)]
    return Answer(written=text, commands=() if doubt else tuple(commands), doubt=doubt)


def _with_greeting_gone(readings: list[Reading], names: frozenset[str]) -> list[Reading]:
    return [
        one
        for one in readings
        if one.is_question
        or not one.is_talk
        or not (is_greeting(one.text) or is_signed(one.text, names))
    ]


def _orders_of(readings: list[Reading]) -> list[Command]:
    found: list[Command] = []
    for reading in readings:
        for command in reading.commands:
            is_bare_again = not command.args and any(c.verb is command.verb for c in found)
            if command not in found and not is_bare_again:
                found.append(command)
    return found


def _as_reason(reading: Reading) -> Reading:
    """Take "we cancelled the order" behind a refusal for what it is: the reason."""
    is_other = reading.doubt == Doubt.NOT_UNDERSTOOD and not mentions_decision(
        tokenize(reading.text)
    )
    return replace(reading, doubt="") if is_other else reading


def _with_reason(commands: list[Command], readings: list[Reading]) -> list[Command]:
    """Give a refusal without a reason the sentences behind it as its reason."""
    at = next((i for i, c in enumerate(commands) if c.verb is Verb.REJECT and not c.args), None)
    talk = " ".join(one.text for one in readings if one.is_talk and not one.is_question)
    if at is None or not talk:
        return commands
    told = Command(verb=Verb.REJECT, args={"reason": talk.strip(" .!")})
    return [*commands[:at], told, *commands[at + 1 :]]


def _talk(text: str, readings: list[Reading], commands: list[Command], context: Context) -> Answer:
    """Pass words without a decision on: a question, a remark, or a doubt if they look like one."""
    if commands:
        return Answer(written=text, commands=tuple(commands))
    if any(one.is_question for one in readings):
        return Answer(written=text, commands=(Command(verb=Verb.QUESTION, args={"text": text}),))
    if context is not Context.QUESTION and not any(one.is_talk or one.doubt for one in readings):
        return Answer(written=text, doubt=Doubt.NOT_UNDERSTOOD)
    if context is not Context.QUESTION and _sounds_like_decision(text):
        return Answer(written=text, doubt=Doubt.HEDGED)
    return Answer(written=text, commands=(Command(verb=Verb.REMARK, args={"text": text}),))


def _sounds_like_decision(text: str) -> bool:
    """Whether a short remark is about deciding: "I will look at it tomorrow", "all but one"."""
    tokens = tokenize(text)
    if any(find_verb(tokens, at, frozenset())[0] for at in range(len(tokens))):
        return False
    if len(tokens) <= 2 and has("doubt", "negations", tokens):
        return True
    return len(tokens) <= 12 and (
        has("doubt", "hedges", tokens) or has("doubt", "postponed", tokens)
    )
