"""A document waits for approval: ask everyone whose turn it is; shared by handlers.

Where approvers are asked in order, the next is asked when the one before has approved.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from handlers.asking import Showing, show
from handlers.context import Context, Unit
from handlers.correspondence import find_person
from handlers.stand_ins import places, stand_ins
from mailbot.compose.requests import write_approval_request
from mailbot.domain.approval import Approval, ApprovalState
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Document, Status
from mailbot.domain.events import EventKind
from mailbot.domain.job import Job
from mailbot.domain.people import Dossier
from mailbot.rules.approval import due, parts_for
from mailbot.rules.approval_conditions import version_of
from storage.approvals import approvals_of, record_approvals
from storage.definitions import get_dossier
from storage.documents import get_document


def handle(context: Context, job: Job) -> None:
    """Ask each approver once for this version of the document."""
    with context.transaction() as unit:
        document = get_document(unit.session, job.ids["document"])
        if document.status is not Status.TO_APPROVE or document.on_hold:
            return
        dossier = get_dossier(unit.session, document.dossier)
        approvals = approvals_of(unit.session, document.id)
        waiting = due(approvals)
        for approver in _readers(unit, dossier, waiting):
            decided = [a for a in approvals if approver in (a.approver, a.decided_by)]
            # who has decided a part of this version is asked anew about another one
            done = sum(a.decided_at is not None and a.version == document.version for a in decided)
            key = f"approval:{document.id}:{document.version}{f':{done}' if done else ''}"
            ask_approver(unit, document, dossier, approver, key=key)
        now = context.now()
        asked = [replace(a, asked_at=now) for a in waiting if a.asked_at is None]
        record_approvals(unit.session, asked)


def ask_approver(
    unit: Unit,
    document: Document,
    dossier: Dossier,
    approver: str,
    *,
    key: str,
    is_reminder: bool = False,
) -> bool:
    """Lay a document before one approver; return whether anything waits for them.

    `key` says the cause: the same again is a no-op.
    """
    approvals = approvals_of(unit.session, document.id)
    taken = places(unit.session, dossier, approver, unit.context.now())
    parts = parts_for(approvals, approver, taken, document)
    person = find_person(unit.session, dossier, approver)
    if person is None or not parts:
        return False  # `mailbot apply` gives what waits for who left to somebody else
    rules = tuple(dict.fromkeys(part.rule for part in parts))
    mine = {part.approver for part in parts}
    others = {
        a.approver for a in approvals if a.rule in rules and a.state is not ApprovalState.CANCELLED
    } - {*mine, approver}
    request = partial(
        write_approval_request,
        rules=rules,
        together_with=_names(unit, dossier, others, is_first=True),
        in_place_of=_names(unit, dossier, mine - {approver}),
        is_reminder=is_reminder,
    )
    showing = Showing(to=person, key=key, shown=Shown.APPROVAL, write=request)
    show(unit, document, dossier, showing)
    known = {rule.name: version_of(rule) for rule in dossier.approval_rules}
    facts = {
        "rules": ", ".join(rules),
        "rule_versions": ", ".join(known.get(rule, "") for rule in rules),
        "version": str(document.version),
        **({"reminder": "yes"} if is_reminder else {}),
    }
    unit.note(EventKind.APPROVAL_ASKED, document.id, approver, **facts)
    return True


def _names(
    unit: Unit, dossier: Dossier, emails: set[str], *, is_first: bool = False
) -> tuple[str, ...]:
    """Return what people are called, in the order of their addresses."""
    found = (find_person(unit.session, dossier, email) for email in sorted(emails))
    return tuple((p.first_name if is_first else p.name) for p in found if p)


def _readers(unit: Unit, dossier: Dossier, waiting: Sequence[Approval]) -> Iterator[str]:
    """Yield each approver once, who stands in for them today, and who may decide instead."""
    now = unit.context.now()
    approvers = [a.approver for a in waiting]
    beside = [e for a in approvers for e in stand_ins(unit.session, dossier, a, now)]
    instead = [a.escalated_to for a in waiting if a.escalated_to]
    yield from dict.fromkeys((*approvers, *beside, *instead))
