"""What the answers to our mails may do."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from mailbot.domain.token import Token
from mailbot.domain.values import from_json, to_json
from storage.tables import TokenRow


def record_token(session: Session, token: Token) -> None:
    """Remember a token by its hash."""
    session.add(
        TokenRow(
            hash=token.hash,
            created_at=token.created_at,
            expires_at=token.expires_at,
            person=token.person,
            outbox_id=token.outbox_id,
            data=to_json(token),
        )
    )


def find_token(session: Session, token_hash: str) -> Token | None:
    """Return the token with this hash; locked until the end of the transaction."""
    row = session.get(TokenRow, token_hash, with_for_update=True)
    return _token(row) if row else None


def spend_token(session: Session, token_hash: str, at: datetime) -> None:
    """Note that the token has decided something."""
    row = session.get(TokenRow, token_hash)
    if row is not None and row.spent_at is None:
        row.spent_at = at
        session.add(row)


def find_token_of(session: Session, outbox_id: str) -> Token | None:
    """Return the token that one mail of ours carries."""
    row = session.exec(select(TokenRow).where(TokenRow.outbox_id == outbox_id)).first()
    return _token(row) if row else None


def end_tokens(session: Session, person: str, *, office: str, at: datetime) -> None:
    """End every token of a person in an office, or everywhere (office "")."""
    rows = session.exec(
        select(TokenRow).where(TokenRow.person == person.lower(), col(TokenRow.expires_at) > at)
    )
    for row in rows:
        if office in ("", _token(row).office):
            row.expires_at = at
            session.add(row)
    session.flush()


def _token(row: TokenRow) -> Token:
    """Return a token as it stands now; its row knows what happened to it since."""
    token = from_json(Token, row.data)
    return replace(token, spent_at=row.spent_at, expires_at=row.expires_at)
