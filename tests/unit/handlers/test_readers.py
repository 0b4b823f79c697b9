"""What was made to fill memory or time costs one file, and the next one is read."""

from collections.abc import Callable, Iterator

import pytest

from benchmarks.bombs import archives, others, pdfs
from handlers.readers import (
    MODULES,
    pages_in,
    paper_of,
    parts_of,
    password_of,
    picture_of,
    recognised,
    unlocked,
    unwrapped,
    verdict_on,
)
from mailbot.domain.invoice import DocumentClass, Recognition
from mailbot.domain.learning import knows_nobody
from mailbot.domain.mail import Unpacked
from mailbot.mail.parse import parse_mail
from mailbot.recognition.page_cut import CutError
from mailbot.sandbox.limits import Limits
from mailbot.sandbox.pool import ReaderDiedError, Sandbox
from tests.kit.mails import build_mail
from tests.kit.structured_builders import build_ubl

PDF = b"%PDF-1.7 a document"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(MODULES, size=1, limits=Limits(memory=700_000_000, cpu_seconds=1))
    yield made
    made.close()


def read(sandbox: Sandbox, content: bytes, name: str) -> Recognition:
    return recognised(sandbox, content, name, own_vat="", habits_of=knows_nobody)


def unpacked(sandbox: Sandbox, name: str, content: bytes) -> Unpacked:
    mail = build_mail(files=((name, content), ("b.pdf", PDF)))
    return unwrapped(sandbox, parse_mail(mail))


@pytest.fixture(autouse=True)
def _goes_on(sandbox: Sandbox) -> Iterator[None]:
    """Whatever a file does, the invoice behind it is read."""
    yield
    assert read(sandbox, build_ubl(), "f.xml").invoice.invoice_number


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (pdfs.forms_in_forms, "f.pdf"),
        (pdfs.xref_in_circles, "f.pdf"),
        (pdfs.jpeg_2000, "f.pdf"),
        (others.deep_xml, "f.xml"),
        (others.laughs, "f.xml"),
    ],
)
def test_a_document_without_end(sandbox: Sandbox, make: Callable[[], bytes], name: str) -> None:
    found = read(sandbox, make(), name)
    assert found.unreadable or found.invoice.document_class is DocumentClass.NOT_INVOICE


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (archives.nested, "f.zip"),
        (archives.overlapping, "f.zip"),
        (archives.links_and_places, "f.zip"),
        (archives.msg_in_circles, "f.msg"),
        (archives.winmail, "winmail.dat"),
    ],
)
def test_an_archive_without_end(sandbox: Sandbox, make: Callable[[], bytes], name: str) -> None:
    """What hangs beside it on the same mail is kept."""
    found = unpacked(sandbox, name, make())
    assert "b.pdf" in [part.name for part in found.documents]
    assert len(found.documents) + len(found.left_out) < 1000
    assert not [part for part in found.documents if b"root:" in part.content]


class Deadly(Sandbox):
    """A sandbox in which no reader survives anything."""

    def run(self, *_args: object, **_kwargs: object) -> object:  # type: ignore[override]
        raise ReaderDiedError("died")


def test_what_no_reader_survives_is_kept_and_told() -> None:
    deadly = Deadly((), size=1)
    assert read(deadly, PDF, "f.pdf").unreadable == "unreadable"
    assert paper_of(deadly, PDF, "f.pdf", own_vat="") is None
    assert picture_of(deadly, PDF, 600) == b""
    assert unlocked(deadly, PDF, ["a"]) is None
    assert password_of(deadly, PDF, ["a"]) is None
    verdict = verdict_on(deadly, build_ubl(), "f.xml")
    assert verdict is not None
    assert not verdict.is_valid
    assert verdict.unchecked
    found = unpacked(deadly, "f.zip", archives.links_and_places())
    assert [part.name for part in found.documents] == ["b.pdf"]
    assert found.problems == ("unreadable_container:f.zip",)
    for cut in (lambda: pages_in(deadly, PDF), lambda: parts_of(deadly, PDF, [(1, 1)])):
        with pytest.raises(CutError):
            cut()
