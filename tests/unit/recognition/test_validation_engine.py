"""The rule engine lives apart: it dies alone, and the next document is served."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.recognition import validation_engine
from mailbot.recognition.validation import validate
from mailbot.recognition.validation_engine import LARGE, RuleEngine, UncheckedError
from mailbot.recognition.validation_process import MEMORY
from tests.kit.einvoices import ubl_invoice

SCHEMA = "facturx:ubl-2.1/maindoc/UBL-Invoice-2.1.xsd"
NLCIUS = "mailbot:nlcius/nlcius-ubl.sch"


@pytest.fixture
def engine() -> Iterator[RuleEngine]:
    made = RuleEngine()
    yield made
    made.close()


def process_of(engine: RuleEngine) -> int:
    assert engine._process is not None
    return engine._process.pid


def test_one_process_serves_many_documents(engine: RuleEngine) -> None:
    xml = ubl_invoice().encode()
    engine.check(xml, SCHEMA, [NLCIUS])
    first = process_of(engine)
    report = engine.check(xml, SCHEMA, [NLCIUS])
    assert process_of(engine) == first
    assert report.schema_errors == ()
    assert [rule for rule, _flag, _text in report.findings[0] or ()] == ["SI-V20-INV-R000"]


def test_a_process_that_died_has_a_successor(engine: RuleEngine) -> None:
    engine.check(ubl_invoice().encode(), SCHEMA, [NLCIUS])
    assert engine._process is not None
    engine._process.kill()
    assert engine.check(ubl_invoice().encode(), SCHEMA, [NLCIUS]).schema_errors == ()


def test_a_document_that_always_kills_the_engine_is_not_checked(engine: RuleEngine) -> None:
    with pytest.raises(UncheckedError) as caught:
        engine.check(b"<a/>", SCHEMA, ["mailbot:there/is/no/such/file.sch"])
    assert caught.value.reason == "engine_died"
    assert engine.check(ubl_invoice().encode(), SCHEMA, [NLCIUS]).schema_errors == ()


def test_a_check_that_takes_too_long_is_given_up() -> None:
    engine = RuleEngine(wall_time=0.0)
    try:
        found = validate(ubl_invoice().encode(), "factuur.xml", engine)
    finally:
        engine.close()
    assert (found.profile, found.unchecked, found.is_valid) == ("peppol-bis-3", "TOO-SLOW", False)
    assert found.reasons["TOO-SLOW"]


def test_who_must_wait_too_long_for_others_is_not_checked() -> None:
    engine = RuleEngine(wall_time=0.01)
    with engine._lock, pytest.raises(UncheckedError) as caught:
        engine.check(b"<a/>", SCHEMA, [])
    assert caught.value.reason == "too_slow"


def test_the_engine_is_replaced_after_many_documents(
    engine: RuleEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation_engine, "MAX_DOCUMENTS", 1)
    engine.check(b"<a/>", SCHEMA, [])
    first = process_of(engine)
    engine.check(b"<a/>", SCHEMA, [])
    assert process_of(engine) != first


def test_the_engine_is_replaced_after_a_large_document(engine: RuleEngine) -> None:
    engine.check(b"<a>" + b" " * LARGE + b"</a>", SCHEMA, [])
    assert engine._process is None
    assert engine.check(ubl_invoice().encode(), SCHEMA, [NLCIUS]).schema_errors == ()


def test_several_threads_share_one_engine(engine: RuleEngine) -> None:
    found: list[tuple[str, ...]] = []
    xml = ubl_invoice().encode()

    def check() -> None:
        found.append(engine.check(xml, SCHEMA, [NLCIUS]).schema_errors)

    threads = [threading.Thread(target=check) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [()] * 5


def test_the_process_has_a_limit_of_memory(engine: RuleEngine) -> None:
    engine.check(b"<a/>", SCHEMA, [])
    limits = Path(f"/proc/{process_of(engine)}/limits").read_text("ascii").splitlines()
    assert [line.split()[3] for line in limits if line.startswith("Max data")] == [str(MEMORY)]


def test_rules_that_stop_on_a_document_say_so(engine: RuleEngine) -> None:
    xml = ubl_invoice().replace(">100.00</cbc:TaxableAmount>", ">fifty</cbc:TaxableAmount>")
    report = engine.check(xml.encode(), SCHEMA, ["facturx:ubl-2.1/EN16931-UBL-validation.xslt"])
    assert report.findings == (None,)
    assert report.schema_errors


def test_a_closed_engine_opens_again(engine: RuleEngine) -> None:
    engine.check(b"<a/>", SCHEMA, [])
    engine.close()
    assert engine.check(b"<a/>", SCHEMA, []).schema_errors
