"""People at the command line: end somebody's authority, give it back, set up an authenticator."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated

import typer

from handlers.context import Unit
from handlers.enrolment import invite
from handlers.freezing import freeze, thaw
from handlers.stand_ins import let_stand_in
from mailbot.domain.events import EventKind
from mailbot.domain.people import Absence, Dossier, Employee, Person
from mailbot.entrypoints.cli.shared import ConfigOption, JsonOption, fail, opened
from storage.absences import end_absences
from storage.addresses import find_reach
from storage.approvals import open_approvals_by
from storage.codes import count_browsers
from storage.definitions import all_definitions, find_definition
from storage.freezes import freezes_of
from storage.totp import forget_authenticator, has_authenticator

person_app = typer.Typer(
    help="What people may do: frozen, given back, confirmed by an app.", no_args_is_help=True
)

EmailArgument = Annotated[str, typer.Argument(help="E-mail address of the person.")]
OfficeOption = Annotated[str, typer.Option("--office", help="Only in this office, by its code.")]

_DAY = ["%Y-%m-%d"]
#: who acts at the command line
OPERATOR = "operator"


@dataclass(frozen=True, kw_only=True)
class _Place:
    """One place where somebody is known."""

    where: str
    name: str
    roles: tuple[str, ...]
    is_frozen: bool
    limit: str


@person_app.command("freeze")
def freeze_person(
    email: EmailArgument,
    office: OfficeOption = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """End somebody's authority at once; what waits for them is asked of somebody else."""
    with opened(config) as context, context.transaction() as unit:
        _must_be_known(unit, email, office)
        handed = freeze(unit, email, office=office, by=OPERATOR)
    facts = [{"document": each.document.id, "to": each.to} for each in handed]
    if as_json:
        print(json.dumps({"frozen": email.lower(), "office": office, "handed_over": facts}))
        return
    print(f"{email} decides nothing any more; `mailbot person thaw {email}` gives it back.")
    for each in facts:
        print(f"  {each['document']}: {each['to'] or 'nobody else can approve it'}")


@person_app.command("thaw")
def thaw_person(
    email: EmailArgument, config: ConfigOption = None, as_json: JsonOption = False
) -> None:
    """Give a frozen person their authority back; what had ended stays ended."""
    with opened(config) as context, context.transaction() as unit:
        is_done = thaw(unit, email, by=OPERATOR)
        still = [place for place in _places(unit, email) if place.is_frozen]
    if not is_done and still:
        fail(f"{email} is frozen in the definition ({still[0].where}); apply it without frozen.")
    if not is_done:
        fail(f"{email} is not frozen; `mailbot person show {email}` tells what it may do.")
    print(json.dumps({"thawed": email.lower()}) if as_json else f"{email} decides again.")


@person_app.command("show")
def show_person(
    email: EmailArgument, config: ConfigOption = None, as_json: JsonOption = False
) -> None:
    """Show where somebody is known, what they may do, and what waits for them."""
    with opened(config) as context, context.transaction() as unit:
        places = _places(unit, email)
        if not places:
            fail(f"Nobody is called {email}; `mailbot show people` lists everybody.")
        now, freezes = context.now(), freezes_of(unit.session, email)
        reach = find_reach(unit.session, email)
        facts = {
            "email": email.lower(),
            "authenticator": has_authenticator(unit.session, email),
            "browsers": count_browsers(unit.session, email, at=now),
            "open_approvals": len(open_approvals_by(unit.session, email.lower())),
            "unreachable": reach.diagnostic if reach and reach.given_up_at else "",
            "frozen_by": [f"{by} at {at:%Y-%m-%d %H:%M}" for _o, at, by in freezes],
        }
    if as_json:
        print(json.dumps({**facts, "places": [asdict(place) for place in places]}))
        return
    for place in places:
        frozen = "  frozen" if place.is_frozen else ""
        limit = f"  limit {place.limit}" if place.limit else ""
        print(f"{place.where:28} {place.name:28} {', '.join(place.roles)}{limit}{frozen}")
    for name, value in facts.items():
        told = ", ".join(value) if isinstance(value, list) else value
        print(f"{name:16} {told}")


@person_app.command("enrol")
def enrol_person(email: EmailArgument, config: ConfigOption = None) -> None:
    """Mail somebody a link to set up an authenticator app, for what takes a second person."""
    with opened(config) as context, context.transaction() as unit:
        _must_be_known(unit, email, "")
        if not invite(unit, email):
            fail(f"{email} is frozen; thaw them first.")
    print(f"A mail with the link goes to {email}; until the first code is in, nothing changes.")


@person_app.command("disenrol")
def disenrol_person(email: EmailArgument, config: ConfigOption = None) -> None:
    """Forget somebody's authenticator app, when the telephone is lost."""
    with opened(config) as context, context.transaction() as unit:
        if not has_authenticator(unit.session, email):
            fail(f"{email} has no authenticator app.")
        forget_authenticator(unit.session, email)
    print(f"The app of {email} counts no more; `mailbot person enrol {email}` begins anew.")


@person_app.command("absent")
def absent_person(
    email: EmailArgument,
    stand_in: Annotated[str, typer.Argument(help="Who decides in their place.")],
    *,
    first: Annotated[datetime, typer.Option("--from", help="First day.", formats=_DAY)],
    last: Annotated[datetime, typer.Option("--until", help="Last day.", formats=_DAY)],
    config: ConfigOption = None,
) -> None:
    """Let somebody of the same dossiers approve in a person's place, on some days."""
    absence = Absence(
        person=email.lower(),
        stand_in=stand_in.lower(),
        starts_on=first.date(),
        ends_on=last.date(),
    )
    if absence.ends_on < absence.starts_on or absence.person == absence.stand_in:
        fail("Give another person, and a last day that is not before the first.")
    with opened(config) as context, context.transaction() as unit:
        _must_be_known(unit, email, "")
        shared = _dossiers_of(unit, absence)
        for dossier in shared:
            let_stand_in(unit, dossier, absence, by=OPERATOR)
    if not shared:
        fail(f"{stand_in} is not known in a dossier of {email}; nobody stands in.")
    names = ", ".join(dossier.code for dossier in shared)
    print(f"{stand_in} decides beside {email} from {first:%Y-%m-%d} to {last:%Y-%m-%d}: {names}.")


@person_app.command("present")
def present_person(email: EmailArgument, config: ConfigOption = None) -> None:
    """End what `mailbot person absent` said; a stand-in of the definition stays."""
    with opened(config) as context, context.transaction() as unit:
        count = end_absences(unit.session, email, today=context.now().date())
        if count:
            unit.note(EventKind.STAND_IN_NAMED, email.lower(), OPERATOR, stand_in="")
    print(f"{email} decides alone again." if count else f"Nobody stood in for {email}.")


def _dossiers_of(unit: Unit, absence: Absence) -> list[Dossier]:
    """Return the dossiers in which both the absent person and the stand-in are known."""
    found = []
    for written in all_definitions(unit.session):
        employees = {employee.email.lower() for employee in written.employees}
        for dossier in written.dossiers:
            known = employees | {person.email.lower() for person in dossier.people}
            if {absence.person, absence.stand_in} <= known:
                found.append(dossier)
    return found


def _must_be_known(unit: Unit, email: str, office: str) -> None:
    codes = [each.office.code for each in all_definitions(unit.session)]
    if office and office not in codes:
        fail(f"There is no office {office!r}; there are: {', '.join(codes)}.")
    if not _places(unit, email):
        fail(f"Nobody is called {email}; `mailbot show people` lists everybody.")


def _places(unit: Unit, email: str) -> list[_Place]:
    """Return everywhere where the address is known, as it stands now."""
    places: list[_Place] = []
    for written in all_definitions(unit.session):
        definition = find_definition(unit.session, written.office.code)
        if definition is None:
            continue
        for employee in definition.employees:
            if employee.email.lower() == email.lower():
                where = f"office {definition.office.code}"
                places.append(_place(where, employee, (employee.role.value,)))
        for dossier in definition.dossiers:
            for person in dossier.people:
                if person.email.lower() == email.lower():
                    roles = tuple(role.value for role in person.roles)
                    places.append(_place(f"dossier {dossier.code}", person, roles))
    return places


def _place(where: str, who: Person | Employee, roles: tuple[str, ...]) -> _Place:
    return _Place(
        where=where,
        name=who.name,
        roles=roles,
        is_frozen=who.frozen,
        limit=f"{who.limit:f}" if who.limit is not None else "",
    )
