"""Who was asked to approve what, and what they said."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from mailbot.domain.approval import Approval, ApprovalState
from storage.tables import ApprovalRow


def record_approvals(session: Session, approvals: Iterable[Approval]) -> None:
    """Keep approvals: new, or as they are now."""
    for approval in approvals:
        session.merge(
            ApprovalRow(
                document_id=approval.document_id,
                rule=approval.rule,
                approver=approval.approver,
                mode=approval.mode,
                state=approval.state.value,
                version=approval.version,
                decided_at=approval.decided_at,
                mail_id=approval.mail_id,
                decided_by=approval.decided_by,
            )
        )
    session.flush()


def approvals_of(session: Session, document_id: str) -> tuple[Approval, ...]:
    """Return every approver's part for a document."""
    rows = session.exec(
        select(ApprovalRow)
        .where(ApprovalRow.document_id == document_id)
        .order_by(ApprovalRow.rule, ApprovalRow.approver)
    )
    return tuple(_approval(row) for row in rows)


def open_approvals_by(session: Session, approver: str | None = None) -> Sequence[Approval]:
    """Return what still waits for this approver, or for anybody."""
    query = select(ApprovalRow).where(ApprovalRow.state == ApprovalState.OPEN.value)
    if approver is not None:
        query = query.where(ApprovalRow.approver == approver)
    rows = session.exec(query.order_by(col(ApprovalRow.document_id)))
    return [_approval(row) for row in rows]


def _approval(row: ApprovalRow) -> Approval:
    return Approval(
        document_id=row.document_id,
        rule=row.rule,
        approver=row.approver,
        mode="one" if row.mode == "one" else "all",
        version=row.version,
        state=ApprovalState(row.state),
        decided_at=row.decided_at,
        mail_id=row.mail_id,
        decided_by=row.decided_by or "",
    )
