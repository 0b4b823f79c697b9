"""What the rules of e-invoices say of a document, as one warning; it stops nothing."""

from dataclasses import replace

import structlog

from mailbot.domain.invoice import Recognition, Source
from mailbot.recognition.validation import names_its_rules, validate
from mailbot.recognition.validation_engine import shared_engine
from mailbot.recognition.validation_hybrid import CARRIER_RULES

log = structlog.get_logger(__name__)

#: seconds; a document waits for its mail meanwhile
_WALL_TIME = 10.0
#: more are not named: the first ones are what the others follow from
_MOST_NAMED = 5


def with_broken_rules(read: Recognition, content: bytes, name: str) -> Recognition:
    """Return `read` with a warning that names the fatal rules which an e-invoice breaks.

    Only a file that says which rules it follows is measured. What cannot be checked in time goes
    without the warning, and into the log.
    """
    if not _is_structured(read) or not names_its_rules(content, name):
        return read
    verdict = validate(content, name, shared_engine(_WALL_TIME))
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
