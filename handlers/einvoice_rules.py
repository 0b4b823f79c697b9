"""What the rules of e-invoices say of a document, as one warning; it stops nothing."""

from dataclasses import replace

import structlog

from handlers.readers import verdict_on
from mailbot.domain.invoice import Recognition, Source
from mailbot.recognition.validation_hybrid import CARRIER_RULES
from mailbot.sandbox.pool import Sandbox

log = structlog.get_logger(__name__)

#: more are not named: the first ones are what the others follow from
_MOST_NAMED = 5


def with_broken_rules(
    sandbox: Sandbox, read: Recognition, content: bytes, name: str
) -> Recognition:
    """Return `read` with a warning that names the fatal rules which an e-invoice breaks.

    Only a file that says which rules it follows is measured. What cannot be checked in time goes
    without the warning, and into the log.
    """
    verdict = verdict_on(sandbox, content, name) if _is_structured(read) else None
    if verdict is None:
        return read
    if verdict.unchecked:
        log.warning("einvoice_unchecked", why=verdict.unchecked)
    broken = [rule for rule in verdict.rules if rule not in CARRIER_RULES]
    if not broken:
        return read
    return replace(read, warnings=(*read.warnings, _warning(broken)))


def _is_structured(read: Recognition) -> bool:
    sources = {evidence.source for evidence in read.invoice.evidence.values()}
    return bool(sources & {Source.UBL, Source.CII})


def _warning(broken: list[str]) -> str:
    """Return the id of the sentence and, behind a colon, what it names."""
    more = ["…"] if len(broken) > _MOST_NAMED else []
    return f"breaks_rules:{','.join([*broken[:_MOST_NAMED], *more])}"
