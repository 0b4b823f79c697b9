"""Lays a document before one approver, for the first time or again; shared by handlers."""

from functools import partial

from handlers.asking import Showing, show
from handlers.context import Unit
from handlers.correspondence import find_person
from handlers.stand_ins import places
from mailbot.compose.requests import write_approval_request
from mailbot.domain.approval import ApprovalState
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Document
from mailbot.domain.events import EventKind
from mailbot.domain.people import Dossier
from mailbot.rules.approval import parts_for
from mailbot.rules.approval_conditions import version_of
from storage.approvals import approvals_of


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
