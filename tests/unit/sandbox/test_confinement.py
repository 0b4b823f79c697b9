"""Every process that reads what strangers wrote has taken from itself what it does not need."""

import subprocess
import sys
from pathlib import Path

import pytest

from mailbot.domain.errors import Temporary
from mailbot.recognition import ocr_engine
from mailbot.recognition.validation_engine import RuleEngine, UncheckedError, check_by_shared
from mailbot.sandbox import confinement, landlock, system_calls
from mailbot.sandbox.pool import Sandbox

SCHEMA = "facturx:ubl-2.1/maindoc/UBL-Invoice-2.1.xsd"
#: as the kernel tells it in /proc/PID/status: a filter, and no new rights by any program
CONFINED = {"Seccomp:\t2", "NoNewPrivs:\t1"}
#: converts a file by a reader that does something else
TAKEN_OVER = """
import socket, sys
from mailbot.mail import winmail_process
winmail_process.TNEF = lambda *_args, **_options: socket.socket()
sys.exit(winmail_process.main())
"""


def state_of(pid: int) -> set[str]:
    return set(Path(f"/proc/{pid}/status").read_text().splitlines())


@pytest.mark.ocr
def test_tesseract_is_confined() -> None:
    with ocr_engine._process() as process:
        process.ask({"check": ["nld"]}, b"")
        assert state_of(process._process.pid) >= CONFINED


def test_the_rule_engine_is_confined() -> None:
    engine = RuleEngine()
    try:
        engine.check(b"<a/>", SCHEMA, [])
        assert engine._process is not None
        assert state_of(engine._process.pid) >= CONFINED
    finally:
        engine.close()


def test_a_reader_of_winmail_is_confined() -> None:
    ran = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", TAKEN_OVER], input=b"", capture_output=True, check=False
    )
    assert b"Function not implemented" in ran.stderr


def test_the_rule_engine_gets_no_document_type() -> None:
    """Saxon would follow it to files and addresses; an honest reader has taken it out."""
    with pytest.raises(UncheckedError):
        check_by_shared(b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", SCHEMA, [])


@pytest.mark.parametrize(
    ("width", "height", "pixels"), [(2, 2, b"123"), (-1, -4, b"1234"), (1, 1, b"1{}\n")]
)
def test_tesseract_gets_no_more_pixels_than_announced(
    width: int, height: int, pixels: bytes
) -> None:
    """What is left over would be its next request, and the answer that of another document."""
    with pytest.raises(ocr_engine.PageError):
        ocr_engine.ask_tesseract({}, pixels, width, height)


def test_a_system_without_protections_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "_call", lambda *_arguments: -1)
    monkeypatch.setattr(system_calls, "pyseccomp", None)
    system_calls.prepare.cache_clear()
    try:
        assert not confinement.read_programs_only()
        assert not confinement.call_little()
    finally:
        system_calls.prepare.cache_clear()


def test_a_server_that_does_not_start_is_one_sentence_for_the_operator() -> None:
    made = Sandbox(("no.such.module",), size=1)
    with pytest.raises(Temporary, match="the sandbox of readers cannot be started"):
        made.refused()
    made.close()
