"""What stands in the rows of each large table, as SQL over the facts of a document (`rows`)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from benchmarks.growth.rows import WHOLE, Spelling
from mailbot.domain.document import Status
from mailbot.domain.values import to_data
from tests.kit.letters import INVOICE, a_document, certain

_TOTAL = "987654.32"
_COMMON = (
    "factuur factuurdatum vervaldatum omschrijving aantal eenheidsprijs totaal exclusief btw"
    " maatstaf te betalen bedrag rekening iban bic mededeling klantnummer ondernemingsnummer"
    " rpr antwerpen voorwaarden zie keerzijde levering dienst"
)
#: words that stand in more or fewer documents: one of so many
_RARE = ((7919, 300), (104729, 3000), (1299709, 30000), (15485863, 300000))
_APPROVER = "'karim@' || f.code || '.example'"
#: what a template holds -> the fact that stands there
_SIGNS = {
    "@ID@": "id",
    "@DOS@": "code",
    "@MAIL@": "mail",
    "@SHA@": "sha",
    "@NUM@": "number",
    "@STA@": "status",
    "@SUP@": "supplier",
    "@OFFICE@": "office",
}


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows of one table."""

    table: str
    #: column -> SQL
    values: dict[str, str]
    #: of which documents there is one, as SQL
    where: str = "1 = 1"


def tables(say: Spelling) -> Iterator[Rows]:
    """Yield the rows of each table."""
    yield _mails(say)
    yield _documents(say)
    yield _entries(say)
    yield _approvals(say)
    yield _letters(say)
    yield _tokens(say)
    yield _events(say)


def _mails(say: Spelling) -> Rows:
    sender = "'facturen' || (f.i % 5000) || '@drukkerij.example'"
    values = {
        "id": "f.mail",
        "delivery_key": f"{say.hex('f.i', 26)} || ':aankoop@in.example'",
        "received_at": say.moment,
        "envelope_sender": sender,
        "envelope_recipient": "'aankoop-' || f.code || '@in.example'",
        "message_id": "'<' || f.i || '@drukkerij.example>'",
        "subject": "'Factuur ' || f.number",
        "sender": sender,
        "dossier": "f.code",
        "sha256": "f.sha",
        "state": "'read'",
        "repeat_of": "''",
        "data": _filled(_mail_data()),
    }
    return Rows(table="mail", values=values, where="f.i % 2 = 0")


def _documents(say: Spelling) -> Rows:
    whole = f"f.d < {WHOLE} OR f.status NOT IN ('exported', 'rejected')"
    slim, full = (_filled(_document_data(is_whole=is_whole)) for is_whole in (False, True))
    values = {
        "id": "f.id",
        "dossier": "f.code",
        "kind": "'purchase'",
        "status": "f.status",
        "version": "1",
        "mail_id": "f.mail",
        "received_at": say.moment,
        "sha256": "f.sha",
        "supplier_key": "f.supplier",
        "number_key": "lower(f.number)",
        "issue_date": say.day,
        "total_incl": say.cents,
        "on_hold": "(f.i % 10000 = 1)",
        "data": f"CASE WHEN {whole} THEN {full} ELSE {slim} END",
    }
    return Rows(table="document", values=values)


def _entries(say: Spelling) -> Rows:
    rare = " || ' ' || ".join(f"'w' || (f.i * {prime} % {size})" for prime, size in _RARE)
    words = " || ' ' || ".join(
        (
            "f.marks",
            f"'xr' || {say.month}",
            f"'xm' || {say.month}",
            f"'xy' || {say.year}",
            "'xa' || f.cents",
            "'xn' || lower(f.number)",
            "lower(f.number)",
            "lower(f.supplier)",
            "'drukkerij leverancier' || f.supplier_number",
        )
    )
    values = {
        "number": "f.ms * 32768 + f.i % 32768",
        "key": "f.id",
        "is_document": say.is_true,
        "dossier": "f.code",
        "words": words,
        "written": "'beste hierbij onze factuur'",
        "text": f"'{_COMMON} ' || {rare}",
    }
    return Rows(table="search_entry", values=values)


def _approvals(say: Spelling) -> Rows:
    values = {
        "document_id": "f.id",
        "rule": "'aankopen'",
        "approver": _APPROVER,
        "mode": "'all'",
        "state": "CASE f.status WHEN 'to_approve' THEN 'open' ELSE 'approved' END",
        "version": "1",
        "decided_at": say.moment,
        "mail_id": "f.mail",
    }
    where = "f.i % 3 = 0 OR f.status = 'to_approve'"
    return Rows(table="approval", values=values, where=where)


def _letters(say: Spelling) -> Rows:
    waits = "WHEN f.i % 100000 = 6 THEN 'deferred' WHEN f.i % 100000 = 12 THEN 'queued'"
    values = {
        "id": "f.id",
        "key": "'approval:' || f.id",
        "state": f"CASE {waits} ELSE 'sent' END",
        "not_before": say.moment,
        "created_at": say.moment,
        "sent_at": say.moment,
        "tries": "1",
        "recipient": _APPROVER,
        "envelope_sender": f"'b.' || {say.hex('f.i', 32)} || '@in.example'",
        "message_id": "'<' || f.id || '@in.example>'",
        "subject": "'Goedkeuren? ' || f.number",
        "letter": "'approval'",
        "is_answer": "(f.i % 30 = 0)",
        "document_id": "f.id",
        "dossier": "f.code",
        "sha256": "f.sha",
        "last_answer": "'250 ok'",
    }
    return Rows(table="outbox", values=values, where="f.i % 3 = 0")


def _tokens(say: Spelling) -> Rows:
    values = {
        "hash": "f.sha",
        "created_at": say.moment,
        "expires_at": say.moment,
        "person": _APPROVER,
        "outbox_id": "f.id",
        "data": _filled(_token_data()),
    }
    return Rows(table="token", values=values, where="f.i % 6 = 0")


def _events(say: Spelling) -> Rows:
    values = {
        "number": "f.i / 5 + 1",
        "at": say.moment,
        "event": "'document_recognised'",
        "actor": "'mailbot'",
        "subject": "f.id",
        "data": "'{}'",
        "previous_hash": "f.sha",
        "content_hash": "f.sha",
        "hash": "f.sha",
    }
    return Rows(table="audit", values=values, where="f.i % 5 = 0")


def _filled(template: str) -> str:
    """Return SQL that puts the facts of a document into a template."""
    sql = f"'{template}'"
    for sign, fact in _SIGNS.items():
        if sign in template:
            sql = f"replace({sql}, '{sign}', f.{fact})"
    if _TOTAL in template:
        amount = "(f.cents / 100) || '.' || substr(cast(100 + f.cents % 100 AS text), 2)"
        sql = f"replace({sql}, '{_TOTAL}', {amount})"
    return sql


def _document_data(*, is_whole: bool) -> str:
    total = Decimal(_TOTAL)
    invoice = replace(
        INVOICE, supplier_vat="@SUP@", invoice_number="@NUM@", total_incl=total, amount_due=total
    )
    document = a_document(
        id="@ID@",
        dossier="@DOS@",
        mail_id="@MAIL@",
        invoice=certain(invoice),
        status=Status.EXPORTED,
    )
    data = to_data(document)
    data["status"], data["files"][0]["sha256"] = "@STA@", "@SHA@"
    if not is_whole:
        data["booking"], data["invoice"]["evidence"] = None, {}
        data["invoice"] = {name: one for name, one in data["invoice"].items() if one}
        data = {name: one for name, one in data.items() if one}
    return _compact(data)


def _mail_data() -> str:
    envelope = {
        "spool_id": "s",
        "received_at": "2026-11-20T12:00:00Z",
        "channel": "smtp",
        "envelope_sender": "facturen@drukkerij.example",
        "envelope_recipients": ["aankoop@in.example"],
        "client_address": "192.0.2.7",
    }
    data = {
        "id": "@MAIL@",
        "envelope": envelope,
        "envelope_recipient": "aankoop-@DOS@@in.example",
        "sha256": "@SHA@",
        "dossier": "@DOS@",
        "subject": "Factuur @NUM@",
        "state": "read",
        "sender": "facturen@drukkerij.example",
    }
    return _compact(data)


def _token_data() -> str:
    at = "2026-11-20T12:00:00Z"
    data = {
        "hash": "@SHA@",
        "person": "karim@x.example",
        "context": "approval",
        "office": "@OFFICE@",
        "dossier": "@DOS@",
        "outbox_id": "@ID@",
        "created_at": at,
        "expires_at": at,
        "items": [{"document_id": "@ID@", "version": 1, "context": "approval"}],
    }
    return _compact(data)


def _compact(data: object) -> str:
    return json.dumps(data, separators=(",", ":"))
