"""Who has sent mails to an office: how often, under which name, how often proved."""

from collections.abc import Sequence

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from mailbot.domain.seen_senders import SeenSender
from storage.tables.seen import SeenSenderRow

#: letters that an index can hold; nobody's address is longer (RFC 5321 §4.5.3.1)
_LONGEST_ADDRESS = 320
_LONGEST_NAME = 200
#: rows of one name, and domains of one office, that are looked at
_MOST_NAMES = 50
_MOST_DOMAINS = 20_000


def record_sender(
    session: Session, office: str, seen: SeenSender, *, domain: str, mail: str
) -> None:
    """Count one mail (`seen.mails` is 1) of an address, in one statement.

    `domain` is what it was registered under, `mail` the id of the mail.
    """
    if not seen.address or len(seen.address) > _LONGEST_ADDRESS:
        return
    row = SeenSenderRow.__table__  # type: ignore[attr-defined]
    insert = postgresql.insert if _is_postgresql(session) else sqlite.insert
    values = {
        "office": office,
        "address": seen.address,
        "name": seen.name[:_LONGEST_NAME],
        "domain": domain,
        "mails": seen.mails,
        "proved": seen.proved,
        "first_mail": mail,
        "first_at": seen.first_at,
        "last_at": seen.last_at,
    }
    again = {
        "mails": row.c.mails + seen.mails,
        "proved": row.c.proved + seen.proved,
        "last_at": seen.last_at,
    }
    session.execute(
        insert(row)
        .values(values)
        .on_conflict_do_update(index_elements=["office", "address", "name"], set_=again)
    )


def seen_with_address(
    session: Session, office: str, address: str, *, before_mail: str
) -> Sequence[SeenSender]:
    """Return what an office saw of an address, under each name, before a mail came."""
    query = select(SeenSenderRow).where(
        SeenSenderRow.office == office, SeenSenderRow.address == address
    )
    return _seen(session, query, before_mail)


def seen_with_name(
    session: Session, office: str, name: str, *, before_mail: str
) -> Sequence[SeenSender]:
    """Return who used a (folded) name before a mail came, most proved first."""
    query = (
        select(SeenSenderRow)
        .where(SeenSenderRow.office == office, SeenSenderRow.name == name[:_LONGEST_NAME])
        .order_by(col(SeenSenderRow.proved).desc())
    )
    return _seen(session, query.limit(_MOST_NAMES), before_mail) if name else ()


def proved_domains(session: Session, office: str, *, before_mail: str) -> Sequence[str]:
    """Return under which domains senders were registered that were proved before a mail came."""
    query = (
        select(SeenSenderRow.domain)
        .where(SeenSenderRow.office == office, col(SeenSenderRow.proved) > 0)
        .where(SeenSenderRow.first_mail != before_mail)
        .distinct()
        .limit(_MOST_DOMAINS)
    )
    return [domain for domain in session.exec(query) if domain]


def _seen(
    session: Session, query: SelectOfScalar[SeenSenderRow], before_mail: str
) -> list[SeenSender]:
    rows = session.exec(query)
    return [_sender(row) for row in rows if row.first_mail != before_mail]


def _sender(row: SeenSenderRow) -> SeenSender:
    return SeenSender(
        address=row.address,
        name=row.name,
        mails=row.mails,
        proved=row.proved,
        first_at=row.first_at,
        last_at=row.last_at,
    )


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
