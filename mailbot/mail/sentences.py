"""Reads one sentence: a clear order, talk, or an order with something that limits it.

A sentence is an order only when every word of it is understood: the verb, its arguments, and words
that change nothing. A clause of its own beside an approval must be known to be harmless.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from mailbot.domain.command import HARMLESS, Command, Context, Doubt, Verb
from mailbot.mail.caveats import (
    is_about_harmless,
    only_names_decision,
    read_polite_order,
    weakens_approval,
)
from mailbot.mail.phrase_book import has, index_of, match
from mailbot.mail.scan import Scan
from mailbot.mail.tokens import Token, tokenize
from mailbot.mail.verb_arguments import WITH_ARGUMENTS
from mailbot.mail.verbs import (
    WEAK,
    find_verb,
    is_filler,
    is_separator,
    mentions_decision,
    permitted_in,
    verb_of,
)

_BAD_EMOJI = re.compile(
    "[\U0001f44e\u274c\u2716\U0001f914\U0001f615\U0001f61f\u26d4\U0001f6d1\u2753\u2049\U0001f928\U0001f612]"
    r"|(?:^|\s)[:;]['-]?[(/|]"
)
#: these take words behind them that need not be understood
_WITH_REASON = frozenset({Verb.REJECT, Verb.HOLD, Verb.BLOCK, Verb.CANCEL, Verb.DELETE})
_BEGINNING = frozenset({Verb.SEARCH, Verb.REPORT, Verb.STATUS, Verb.HISTORY, Verb.LANGUAGE})
#: "approved, allow": these agree, too
_AGREEING = frozenset({Verb.CONFIRM, Verb.ALLOW, Verb.ALLOW_ONCE})
_PRELUDES = frozenset({WEAK, Verb.CONFIRM.value})
_PLEASE = frozenset({"aub", "svp", "stp", "please", "pls", "bitte", "graag", "a.u.b"})
_LESS: dict[Verb, tuple[Verb, ...]] = {Verb.ALLOW: (Verb.ALLOW_ONCE,)}
_SELF_ANNOUNCED = frozenset({Verb.HOLD, Verb.SEND, Verb.FORWARD, Verb.PAY})


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a sentence says: orders, or why there are none, or talk."""

    text: str
    commands: tuple[Command, ...] = ()
    doubt: str = ""
    is_question: bool = False
    #: "ok" alone: clear only when nothing else stands in the answer
    is_weak: bool = False
    is_courtesy: bool = False
    #: the text without what only repeats the document that was shown; None: there was nothing
    plain: str | None = None

    @property
    def said(self) -> str:
        """The words that may limit a decision."""
        return self.text if self.plain is None else self.plain

    @property
    def is_talk(self) -> bool:
        """Whether it asks for nothing and casts no doubt."""
        return not (self.commands or self.doubt or self.is_courtesy)


def read_sentence(text: str, context: Context, sent_on: date) -> Reading:
    """Return what one sentence or line says."""
    tokens = tokenize(text)
    if not any(token.text.isalnum() or len(token.text) > 2 for token in tokens):
        return Reading(text=text, is_courtesy=True)
    order = read_polite_order(text)
    if order:
        return replace(read_sentence(order, context, sent_on), text=text)
    if "?" in text or _asks(tokens):
        doubt = Doubt.QUESTION_MARK if mentions_decision(tokens) else ""
        return Reading(text=text, doubt=doubt, is_question=True)
    scan = Scan(text=text, tokens=tokens, context=context, sent_on=sent_on)
    scan.at = _skip_greeting(tokens)
    while scan.at < len(tokens) and not scan.doubt:
        _step(scan)
    return _conclude(scan)


def _asks(tokens: Sequence[Token]) -> bool:
    return bool(match(index_of("grammar", "asks"), tokens, 0))


def _skip_greeting(tokens: Sequence[Token]) -> int:
    """Return where the sentence starts behind "Dag An," or "Hello"."""
    length = match(index_of("mail", "greetings"), tokens, 0)
    if not length or find_verb(tokens, 0, frozenset())[1] > length:
        return 0  # "all good"
    end = next((i for i in range(length, len(tokens)) if is_separator(tokens[i])), len(tokens))
    return end if end - length <= 4 else length


def _step(scan: Scan) -> None:
    if is_separator(scan.tokens[scan.at]):
        scan.at += 1
        scan.clause = scan.at if scan.commands else None
        return
    name, length = find_verb(scan.tokens, scan.at, permitted_in(scan.context))
    filler = is_filler(scan.tokens, scan.at)
    if name and length >= filler and not (_is_minor(scan, name) or _is_told(scan, name)):
        _take_verb(scan, name, length)
    elif filler:
        _take_filler(scan, filler)
    elif scan.commands:
        _take_tail(scan)
    elif wait := _wait_behind_until(scan):
        scan.at = wait
    else:
        _take_lead(scan)


def _wait_behind_until(scan: Scan) -> int:
    """Return where "wait" stands in "until next Monday wait", 0 if it is not said like that."""
    if not match(index_of("grammar", "until"), scan.tokens, scan.at):
        return 0
    for at in range(scan.at + 1, min(scan.at + 8, len(scan.tokens))):
        name = find_verb(scan.tokens, at, frozenset())[0]
        if name:
            return at if name == Verb.HOLD else 0
    return 0


def _is_minor(scan: Scan, name: str) -> bool:
    """Tell verbs that say no more than an approval beside them: "approved, may be paid"."""
    minor = {Verb.PAY, Verb.PAID, Verb.HANDLED, Verb.TITLE, Verb.LABEL, Verb.REMARK, Verb.QUESTION}
    is_marked = scan.at + 1 < len(scan.tokens) and scan.tokens[scan.at + 1].text == ":"
    if verb_of(name) in {Verb.LABEL, Verb.TITLE} and is_marked:
        return False  # "approved, label: site"
    has_main = any(command.verb is Verb.APPROVE for command in scan.commands)
    return verb_of(name) in minor and (has_main or _approves_later(scan))


def _is_told(scan: Scan, name: str) -> bool:
    """Tell "I find this expensive" from "find …": what asks for something begins its sentence."""
    begins = not (scan.saw_self or scan.leads or scan.commands)
    return verb_of(name) in _BEGINNING and not begins


def _approves_later(scan: Scan) -> bool:
    later = range(scan.at + 1, len(scan.tokens))
    names = (find_verb(scan.tokens, i, frozenset())[0] for i in later)
    return any(name == Verb.APPROVE for name in names)


def _take_filler(scan: Scan, length: int) -> None:
    words = [token.text for token in scan.tokens[scan.at : scan.at + length]]
    scan.saw_self |= bool(match(index_of("grammar", "self"), scan.tokens, scan.at))
    is_thanks = match(index_of("filler", "courtesy"), scan.tokens, scan.at) == length
    scan.saw_courtesy |= is_thanks
    scan.saw_other |= not is_thanks and bool(words)
    scan.at += length


def _take_verb(scan: Scan, name: str, length: int) -> None:
    if name == Verb.PAID and has("grammar", "modals", scan.tokens[: scan.at]):
        name = Verb.APPROVE  # "may be booked and paid"
    verb = _meant(verb_of(name), scan.context)
    scan.verb_at, scan.at = scan.at, scan.at + length
    scan.clause = None
    if scan.commands and verb in {Verb.QUESTION, Verb.REMARK}:
        scan.saw_other = True  # "…, I ask the site": talk behind an order
    elif verb is Verb.HOLD and scan.commands and scan.commands[-1].verb is Verb.HOLD:
        scan.at = scan.clause = scan.verb_at
        _take_tail(scan)  # "on hold, I am waiting for the credit note"
    elif (name in _PRELUDES or verb is Verb.APPROVE) and _is_prelude(scan, verb):
        scan.saw_other = True  # "ok, allow"
    elif doubt := _why_no_order(scan, verb):
        scan.doubt = doubt
    elif not _is_negated(scan):
        _weigh_agreement(scan, name)
        _add(scan, verb)
    elif verb is not Verb.APPROVE or not _refuses_next(scan.tokens, scan.at):
        scan.doubt = Doubt.NEGATED


def _why_no_order(scan: Scan, verb: Verb) -> str:
    """Return the doubt that a verb casts where it cannot be meant as an order, "" if it can."""
    if verb not in permitted_in(scan.context):
        return Doubt.HEDGED if scan.commands else Doubt.NOT_UNDERSTOOD
    if verb in _SELF_ANNOUNCED and scan.saw_self:
        return Doubt.HEDGED  # "I am waiting", "I will send"
    if verb is Verb.HOLD and _is_noun(scan):
        return Doubt.HEDGED  # "the waiting"
    if verb is Verb.STOP and not _is_alone(scan):
        return Doubt.NOT_UNDERSTOOD  # "stop the payment": no wish about mails
    return ""


def _is_noun(scan: Scan) -> bool:
    """Whether it is "the waiting", "das Warten"."""
    return scan.verb_at == 1 and bool(match(index_of("grammar", "neuter"), scan.tokens, 0))


def _is_alone(scan: Scan) -> bool:
    """Whether nothing but courtesy stands beside the verb."""
    others = [*scan.tokens[: scan.verb_at], *scan.tokens[scan.at :]]
    polite = [t for t in others if match(index_of("filler", "courtesy"), [t], 0)]
    return all(is_separator(t) or t in polite or t.text in _PLEASE for t in others)


def _weigh_agreement(scan: Scan, name: str) -> None:
    """Remember whether only "ok" agrees: a clear verb beside it leaves no doubt."""
    is_first = not any(command.verb is Verb.APPROVE for command in scan.commands)
    if name == WEAK:
        scan.saw_weak |= is_first
    elif name == Verb.APPROVE:
        scan.saw_weak = False


def _is_prelude(scan: Scan, verb: Verb) -> bool:
    """Whether "ok" or "I confirm", which decide nothing here, lead to a verb that does."""
    if verb in permitted_in(scan.context):
        return False
    rest = range(scan.at, len(scan.tokens))
    later = {find_verb(scan.tokens, at, frozenset())[0] for at in rest} - {""}
    meant = {verb_of(name) for name in later} & permitted_in(scan.context)
    return bool(meant) and (verb is not Verb.APPROVE or meant <= _AGREEING)


def _meant(verb: Verb, context: Context) -> Verb:
    """Return what "stop" means: it calls off what is asked, elsewhere it ends the mails."""
    is_asked = context in {Context.PAYMENT, Context.CONFIRMATION}
    return Verb.CANCEL if verb is Verb.STOP and is_asked else verb


def _is_negated(scan: Scan) -> bool:
    """Whether a negation stands beside the verb, or ends its clause: "I reject this not"."""
    before = scan.tokens[max(0, scan.verb_at - 1) : scan.verb_at]
    behind = [] if is_filler(scan.tokens, scan.at) else scan.tokens[scan.at : scan.at + 1]
    if has("doubt", "negations", [*before, *behind]) or _is_subject(scan):
        return True
    end = scan.at
    while end < len(scan.tokens) and (step := is_filler(scan.tokens, end)):
        end += step
    length = match(index_of("doubt", "negations"), scan.tokens, end)
    after = end + length
    return bool(length) and (after >= len(scan.tokens) or is_separator(scan.tokens[after]))


def _is_subject(scan: Scan) -> bool:
    """Whether the verb is only spoken of and denied: "refusing is no option"."""
    if not match(index_of("grammar", "copula"), scan.tokens, scan.at):
        return False
    rest = range(scan.at, len(scan.tokens))
    end = next((i for i in rest if is_separator(scan.tokens[i])), len(scan.tokens))
    return has("doubt", "negations", scan.tokens[scan.at : end])


def _refuses_next(tokens: Sequence[Token], at: int) -> bool:
    """Whether a refusing word follows as a clause of its own: "not agreed, rejected"."""
    if at + 1 >= len(tokens) or not is_separator(tokens[at]):
        return False
    return find_verb(tokens, at + 1, frozenset())[0] == Verb.REJECT


def _add(scan: Scan, verb: Verb) -> None:
    if verb in {Verb.APPROVE, Verb.ALLOW} and _is_said(scan, verb):
        return
    if verb is Verb.ALLOW_ONCE:
        scan.commands = [c for c in scan.commands if c.verb is not Verb.ALLOW]
    if verb in WITH_ARGUMENTS:
        command = WITH_ARGUMENTS[verb](scan)
        if command is None:
            scan.doubt = Doubt.NOT_UNDERSTOOD
            return
        scan.commands.append(command)
        return
    scan.commands.append(Command(verb=verb))


def _is_said(scan: Scan, verb: Verb) -> bool:
    """Whether it was said before, or less of it: "allow once" holds beside "allow"."""
    return any(c.verb in {verb, *_LESS.get(verb, ())} for c in scan.commands)


def _take_tail(scan: Scan) -> None:
    """Take what stands behind an order as a clause of its own."""
    begins_clause = scan.clause is not None
    tail = scan.tokens[scan.at if scan.clause is None else scan.clause :]
    has_reason = bool(match(index_of("grammar", "reason"), scan.tokens, scan.at))
    last = scan.commands[-1].verb
    if last in _WITH_REASON:
        is_other = last is Verb.HOLD and _decides(tail)
        scan.doubt = Doubt.HEDGED if is_other or has("doubt", "limits", tail) else ""
    elif not begins_clause and match(index_of("doubt", "negations"), tail, 0):
        scan.doubt = Doubt.NEGATED
    elif scan.saw_weak or not (begins_clause or has_reason) or weakens_approval(tail):
        scan.doubt = Doubt.HEDGED
    scan.at = len(scan.tokens)


def _decides(tokens: Sequence[Token]) -> bool:
    """Whether a verb that approves or refuses stands in it."""
    names = {find_verb(tokens, at, frozenset())[0] for at in range(len(tokens))}
    return bool(names & {Verb.APPROVE, Verb.REJECT})


def _take_lead(scan: Scan) -> None:
    """Step over a clause in front of the verb, to be judged when the verb is known."""
    end = _lead_end(scan)
    if _disagrees(scan.tokens[scan.at : end]) and _refuses_next(scan.tokens, end):
        scan.at = end
        return
    is_open = end == len(scan.tokens) or scan.tokens[end].text == ":"
    scan.leads.append(list(scan.tokens[scan.at : end]))
    if is_open and end < len(scan.tokens):
        scan.leads.append(list(scan.tokens[end:]))
        end = len(scan.tokens)
    scan.at = end
    contrast = end + 1 if end < len(scan.tokens) and is_separator(scan.tokens[end]) else end
    while contrast < len(scan.tokens) and match(
        index_of("doubt", "contrast"), scan.tokens, contrast
    ):
        if not is_about_harmless(scan.leads[-1]):
            scan.leads[-1].append(scan.tokens[contrast])
        contrast += 1
        scan.at = contrast


def _disagrees(lead: Sequence[Token]) -> bool:
    """Whether it is "not agreed" and the like, which a refusing word behind it makes clear."""
    return len(lead) <= 4 and has("doubt", "negations", lead) and mentions_decision(lead)


def _lead_end(scan: Scan) -> int:
    """Return where a clause ends: "not urgent but approved" has two without a comma."""
    contrast = index_of("doubt", "contrast")
    for i in range(scan.at, len(scan.tokens)):
        if is_separator(scan.tokens[i]):
            return i
        lead = scan.tokens[scan.at : i]
        if lead and match(contrast, scan.tokens, i) and is_about_harmless(lead):
            return i
    return len(scan.tokens)


def _conclude(scan: Scan) -> Reading:
    lead = [token for clause in scan.leads for token in clause]
    if scan.doubt:
        return Reading(text=scan.text, doubt=scan.doubt)
    if not scan.commands:
        return _without_order(scan, lead)
    if _is_limited(scan, lead):
        return Reading(text=scan.text, doubt=Doubt.HEDGED)
    return Reading(text=scan.text, commands=tuple(scan.commands), is_weak=scan.saw_weak)


def _is_limited(scan: Scan, lead: Sequence[Token]) -> bool:
    """Whether the form of the sentence, or what stands in front of its verb, limits the order."""
    verbs = {command.verb for command in scan.commands} - HARMLESS
    if verbs and only_names_decision(scan.text, verbs):
        return True
    if _BAD_EMOJI.search(scan.text) or "\u2026" in {token.text for token in scan.tokens}:
        return True
    if lead and _lead_limits(scan, lead):
        return True
    return scan.saw_weak and bool(lead or _is_acknowledgement(scan))


def _is_acknowledgement(scan: Scan) -> bool:
    """Whether "ok" may say no more than "received": with thanks, or "ok, seen"."""
    if has("grammar", "mine", scan.tokens) or any(
        c.verb is not Verb.APPROVE for c in scan.commands
    ):
        return False
    return scan.saw_courtesy or has("grammar", "seen", scan.tokens)


def _lead_limits(scan: Scan, lead: Sequence[Token]) -> bool:
    verbs = {command.verb for command in scan.commands}
    if verbs <= _WITH_REASON:
        return has("doubt", "limits", lead) or has("doubt", "hedges", lead)
    serious = [clause for clause in scan.leads if not is_about_harmless(clause)]
    return any(weakens_approval(one) for one in serious)


def _without_order(scan: Scan, lead: list[Token]) -> Reading:
    if not lead:
        # only words that change nothing: "thanks", "yes"
        return Reading(text=scan.text, is_courtesy=True)
    if has("doubt", "hostile", lead):
        return Reading(text=scan.text, doubt=Doubt.NOT_UNDERSTOOD)
    if mentions_decision(lead):
        is_negated = has("doubt", "negations", lead)
        return Reading(text=scan.text, doubt=Doubt.NEGATED if is_negated else Doubt.HEDGED)
    return Reading(text=scan.text)
