"""A reader does what it is asked and nothing else; whatever becomes of it, the program goes on."""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path

import pytest

from mailbot.domain.errors import Refused, Temporary
from mailbot.domain.invoice import Evidence, Invoice, Recognition, RecognitionStatus, Source
from mailbot.domain.learning import SupplierHabits
from mailbot.mail.winmail import UnreadableWinmailError
from mailbot.recognition.page_cut import CutError
from mailbot.recognition.vocabulary import folded
from mailbot.sandbox.limits import Limits
from mailbot.sandbox.pool import ReaderBugError, ReaderDiedError, Sandbox
from tests.kit import reader_work

ROOT = Path(__file__).resolve().parents[3]
LIMITS = Limits(memory=700_000_000, cpu_seconds=1)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        made = Sandbox(("tests.kit.reader_work",), size=4, limits=LIMITS)
        assert made.refused() == ()
    _made[:] = [made]
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _goes_on(sandbox: Sandbox) -> Iterator[None]:
    """Whatever a test does to readers, the next file is read."""
    yield
    assert sandbox.run(reader_work.pid) > 0


@pytest.mark.parametrize("act", reader_work.ACTS)
def test_a_reader_can_do_nothing_but_read(sandbox: Sandbox, act: str) -> None:
    assert sandbox.run(reader_work.try_to, act) in ("OSError", "PermissionError")


def test_libraries_may_have_threads(sandbox: Sandbox) -> None:
    assert sandbox.run(reader_work.try_a_thread)


def test_the_same_reader_reads_on(sandbox: Sandbox) -> None:
    first = sandbox.run(reader_work.pid)
    assert first != os.getpid()
    assert sandbox.run(reader_work.pid) == first


def test_another_reader_takes_over_after_some_files() -> None:
    made = Sandbox((), size=1, limits=Limits(files=2))
    replaced = [made.run(folded, "A") and len(made.ended) for _ in range(4)]
    made.close()
    assert replaced == [0, 1, 1, 2]
    assert made.ended[0].memory > 0


def test_values_come_back_as_they_were(sandbox: Sandbox) -> None:
    evidence = {"iban": Evidence(confidence=0.1 + 0.2, source=Source.OCR, box=(1.5, 2, 3, 4))}
    invoice = Invoice(
        supplier_name="Café Ørsted 😀",
        total_incl=Decimal("12.50"),
        invoice_date=date(2026, 11, 25),
        evidence=evidence,
    )
    read = Recognition(
        invoice=invoice,
        status=RecognitionStatus.OK_NEW,
        embedded=(("a.pdf", "application/pdf", bytes(range(256))), ("b.xml", "text/xml", b"")),
        parts=((1, 2, invoice),),
        text='quote " and \x00',
    )
    assert sandbox.run(reader_work.echo, read) == read


def test_text_that_is_no_unicode_is_replaced(sandbox: Sandbox) -> None:
    broken = Recognition(invoice=Invoice(), status=RecognitionStatus.OK, text="a\ud800b")
    assert sandbox.run(reader_work.echo, broken).text == "a?b"


@pytest.mark.parametrize(
    ("work", "reason"),
    [(reader_work.eat_memory, "too_large"), (reader_work.never_end, "too_slow")],
)
def test_a_file_that_wants_too_much_is_tried_once(
    sandbox: Sandbox, work: object, reason: str
) -> None:
    sandbox.run(reader_work.pid)
    with pytest.raises(ReaderDiedError) as died:
        sandbox.run(work)  # type: ignore[arg-type]
    assert died.value.reason == reason


@pytest.mark.parametrize("how", reader_work.DEATHS)
def test_a_reader_that_dies_has_one_successor(sandbox: Sandbox, how: str) -> None:
    notes: list[str] = []

    def note(word: str) -> str:
        notes.append(word)
        return ""

    with pytest.raises(ReaderDiedError) as died:
        sandbox.run(reader_work.die, note=note, how=how)
    assert died.value.reason == "died"
    assert notes == ["dies", "dies"]


def test_what_the_machine_killed_is_read_by_the_next(sandbox: Sandbox) -> None:
    answers = iter(["yes", "no"])

    def note(_word: str) -> str:
        return next(answers)

    assert sandbox.run(reader_work.die_once, note=note) == "read"


def test_a_reader_that_asks_for_ever_is_ended(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(_word: str) -> str:
        return "yes"

    monkeypatch.setattr(sandbox, "_limits", replace(LIMITS, file_seconds=0.2))
    with pytest.raises(ReaderDiedError):
        sandbox.run(reader_work.drip, ask=ask)


def test_a_reader_that_says_nothing_is_ended(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "_limits", replace(LIMITS, wall_seconds=0.2))
    with pytest.raises(ReaderDiedError):
        sandbox.run(reader_work.sleep)


def test_what_is_read_while_the_program_stops_is_read_later(sandbox: Sandbox) -> None:
    sandbox.interrupt()  # nothing is being read: nothing happens

    def ask(_word: str) -> str:
        sandbox.interrupt()
        return "yes"

    with pytest.raises(Temporary, match="read again later"):
        sandbox.run(reader_work.drip, ask=ask)


def test_errors_of_ours_are_raised_again(sandbox: Sandbox) -> None:
    with pytest.raises(CutError, match="pdf_broken"):
        sandbox.run(reader_work.cut_badly, "pdf_broken")
    with pytest.raises(Refused, match="bad_value"):
        sandbox.run(reader_work.refuse)


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (reader_work.stumble, "KeyError: 'missing'"),
        (reader_work.stumble_over_a_number, "invalid literal for int"),
    ],
)
def test_a_bug_tells_where_it_is(sandbox: Sandbox, work: object, words: str) -> None:
    with pytest.raises(ReaderBugError, match=words):
        sandbox.run(work)  # type: ignore[arg-type]


def test_what_the_program_raises_comes_back_to_it(sandbox: Sandbox) -> None:
    away = Temporary("the database is away")

    def ask(_word: str) -> str:
        raise away

    with pytest.raises(Temporary) as raised:
        sandbox.run(reader_work.raise_as_asked, ask=ask)
    assert raised.value is away


def test_a_bug_of_the_program_ends_the_reader_that_asked(sandbox: Sandbox) -> None:
    def ask(_word: str) -> str:
        raise KeyError("ours")

    with pytest.raises(KeyError, match="ours"):
        sandbox.run(reader_work.raise_as_asked, ask=ask)


def test_a_reader_asks_the_program_for_what_it_knows(sandbox: Sandbox) -> None:
    def habits_of(invoice: Invoice) -> SupplierHabits | None:
        return SupplierHabits(name=f"known: {invoice.supplier_name}")

    assert (
        sandbox.run(reader_work.ask_for_habits, habits_of=habits_of) == "known: Drukkerij Dupont"
    )


def test_functions_of_the_program_run_in_it(sandbox: Sandbox) -> None:
    assert sandbox.run(reader_work.ask_where) == (os.getpid(), "a word")
    with pytest.raises(UnreadableWinmailError):
        sandbox.run(reader_work.read_winmail, b"no winmail")


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        *((b"d", how) for how in ("a pickle", "no JSON", "deep", "another type")),
        *((b"d", how) for how in ("bytes that are not there", "endless", "many files")),
        *((b"q", how) for how in ("no such function", "no such arguments", "a pickle")),
        (b"d", "a large file"),
        (b"?", "no JSON"),
        (b"w", "a pickle"),
        (b"e", "another type"),
    ],
)
def test_a_reader_that_lies_is_not_believed(  # noqa: PLR0917 - two are fixtures
    sandbox: Sandbox, kind: bytes, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((ReaderDiedError, ReaderBugError)):
        sandbox.run(reader_work.lie, kind, how)
    assert list(tmp_path.iterdir()) == []


def test_several_threads_have_a_reader_each(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda _: sandbox.run(reader_work.pid), range(12)))
    assert len(found) == 12


def test_a_new_server_follows_one_that_was_killed(sandbox: Sandbox) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        server = sandbox._running()._process
        server.kill()
        server.wait()
        assert sandbox.run(reader_work.pid) > 0


def test_a_forked_process_has_readers_of_its_own(sandbox: Sandbox) -> None:
    ours = sandbox.run(reader_work.pid)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        with ProcessPoolExecutor(1, mp_context=get_context("fork")) as forked:
            assert forked.submit(_read_in_fork).result() != ours
    assert sandbox.run(reader_work.pid) == ours


def _read_in_fork() -> int:
    (made,) = _made
    try:
        return made.run(reader_work.pid)
    finally:
        made.close()


_made: list[Sandbox] = []
