"""Programs that open every link and send every form decide nothing and spend nothing."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from httpx import Response
from lxml import html

from mailbot.domain.command import Command, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Status
from storage.people import is_unsubscribed
from tests.kit.browser import House, Visitor, open_house
from tests.kit.office import APPROVER, MANAGER, OWNER

#: kind of page -> where its document stands, and who has the link
LETTERS: Mapping[Shown, tuple[Status, str]] = {
    Shown.APPROVAL: (Status.TO_APPROVE, APPROVER),
    Shown.REVIEW: (Status.TO_REVIEW, MANAGER),
    Shown.INBOX: (Status.INBOX, OWNER),
    Shown.QUARANTINE: (Status.QUARANTINED, OWNER),
    Shown.QUESTION: (Status.TO_REVIEW, OWNER),
    Shown.EXPORT: (Status.EXPORT_FAILED, MANAGER),
    Shown.NONE: (Status.TO_EXPORT, OWNER),
}
ENROLMENT = "enrolment"
PAGES = (*LETTERS, Shown.DIGEST, Shown.CONFIRMATION, ENROLMENT)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


@pytest.fixture
def scanner(house: House) -> Iterator[Visitor]:
    """A program that was never here, and keeps cookies as browsers do."""
    with closing(Visitor(house)) as visitor:
        yield visitor


def link(house: House, kind: Shown | str) -> str:
    """Return the path that a mail of this kind links to."""
    if kind == ENROLMENT:
        return house.invitation(APPROVER)
    if kind is Shown.DIGEST:
        return f"/d/{house.digest([house.invoice(number=str(n)) for n in (1, 2)])}"
    if kind is Shown.CONFIRMATION:
        return f"/d/{house.confirmation(house.invoice(), Command(verb=Verb.APPROVE))}"
    status, person = LETTERS[Shown(kind)]
    document = house.invoice(status=status)
    return f"/d/{house.letter(document, to=person, shown=Shown(kind))}"


def pages_behind(web: Visitor, path: str) -> dict[str, Response]:
    """Open a link and everything that it links to, and return the pages that there are."""
    seen: dict[str, Response] = {}
    todo = [path, f"{path}/approve", f"{path}/reject", f"{path}/correct", f"{path}/stop"]
    while todo:
        here = todo.pop()
        if here in seen:
            continue
        seen[here] = web.get(here, follow_redirects=True)
        if seen[here].headers["content-type"].startswith("text/html"):
            tree = html.fromstring(seen[here].text)
            todo += [str(at) for at in tree.xpath("//a/@href | //img/@src")]
    return {at: page for at, page in seen.items() if "<form" in page.text}


def as_it_stands(form: html.FormElement) -> dict[str, str]:
    return dict(form.form_values())


def only_hidden(form: html.FormElement) -> dict[str, str]:
    hidden = form.xpath(".//input[@type='hidden']")
    return {each.get("name"): each.get("value") for each in hidden}


def blank(form: html.FormElement) -> dict[str, str]:
    return {**dict.fromkeys(form.fields.keys(), ""), **only_hidden(form)}


def junk(form: html.FormElement) -> dict[str, str]:
    """Fill in every field: boxes are ticked, the first of several is picked."""
    filled = as_it_stands(form)
    for field in form.xpath(".//input[not(@type='hidden')] | .//textarea | .//select"):
        kind, name = field.get("type", field.tag), field.get("name")
        if kind in ("radio", "checkbox"):
            filled.setdefault(name, field.get("value"))
        elif kind == "select":
            filled[name] = next(option for option in field.value_options if option)
        elif kind == "date":
            filled[name] = "2026-12-31"
        else:
            filled[name] = "123456"
    return filled


Filling = Callable[[html.FormElement], dict[str, str]]


def send_forms(house: House, web: Visitor, pages: Mapping[str, Response], fill: Filling) -> int:
    """Send a form of each kind once, those of the answers too; return how many."""
    sent: set[tuple[str, ...]] = set()
    todo = list(pages.values())
    while todo:
        for form in html.fromstring(todo.pop().text).forms:
            verb = form.fields.get("verb", "") if "verb" in form.fields else ""
            action = str(form.action)
            name = (action, form.get("data-form", ""), verb or "")
            if name in sent:
                continue
            sent.add(name)
            # no form is refused only because they come so fast
            house.clock.move(timedelta(minutes=1))
            answer = web.post(action, data=fill(form))
            assert answer.status_code != 429
            todo.append(answer)
    return len(sent)


@pytest.mark.parametrize("kind", PAGES)
def test_forms_that_nobody_filled_in_change_not_one_row(
    house: House, scanner: Visitor, kind: Shown | str
) -> None:
    path = link(house, kind)
    before = house.everything()
    pages = pages_behind(scanner, path)
    assert pages
    for fill in (as_it_stands, only_hidden, blank):
        assert send_forms(house, scanner, pages, fill)
    assert house.everything() == before


@pytest.mark.parametrize("kind", PAGES)
def test_forms_that_were_filled_in_with_anything_decide_nothing(
    house: House, scanner: Visitor, kind: Shown | str
) -> None:
    """All that it can bring about is a code in the mailbox of the person on file, now and then."""
    path = link(house, kind)
    before = house.decisive()
    pages = pages_behind(scanner, path)
    decisive = {at: page for at, page in pages.items() if not at.endswith("/stop")}
    assert send_forms(house, scanner, decisive, junk)
    after = house.decisive()
    tokens = 'INSERT INTO "token"'
    assert set(before[tokens]) <= set(after.pop(tokens))
    del before[tokens]
    assert after == before
    written = [mail for mail in house.mails() if not mail.key.startswith(("test:", "enrol"))]
    assert {mail.letter for mail in written} == {"code"}
    assert len(written) <= 10


def test_a_box_that_anything_ticks_ends_a_list_and_nothing_else(
    house: House, scanner: Visitor
) -> None:
    path = link(house, Shown.DIGEST)
    before = house.decisive()
    send_forms(house, scanner, {"": scanner.get(f"{path}/stop")}, junk)
    after = house.decisive()
    assert len(after.pop('INSERT INTO "unsubscribed"')) == 1
    assert after == before
    with house.context.database.reading() as session:
        assert is_unsubscribed(session, APPROVER)


@pytest.mark.parametrize("kind", PAGES)
def test_no_other_method_does_anything(house: House, scanner: Visitor, kind: Shown | str) -> None:
    path = link(house, kind)
    before = house.everything()
    for method in ("HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"):
        for page in ("", "/approve", "/stop", "/file", "/page.png", "/enrol"):
            answer = scanner.request(method, f"{path}{page}")
            assert answer.status_code in ({200, 404, 410} if method == "HEAD" else {404, 405})
    assert house.everything() == before


@pytest.mark.parametrize("kind", PAGES)
def test_every_form_that_decides_has_something_to_fill_in(
    house: House, scanner: Visitor, kind: Shown | str
) -> None:
    """Something required that is neither ticked, nor picked, nor filled in beforehand."""
    for page in pages_behind(scanner, link(house, kind)).values():
        for form in html.fromstring(page.text).forms:
            wanted = form.xpath(".//*[@required]")
            assert wanted, html.tostring(form)
            assert not form.xpath(".//*[@checked]")
            for field in wanted:
                assert not field.get("value") or field.get("type") in ("radio", "checkbox")
                assert not field.text_content().strip() or field.tag == "select"


def test_a_one_click_unsubscription_ends_the_list_only(house: House, scanner: Visitor) -> None:
    """RFC 8058: mail programs, and scanners that play one, post this for every link they find."""
    one_click = {"List-Unsubscribe": "One-Click"}
    for kind in PAGES:
        path = link(house, kind)
        before = house.everything()
        scanner.post(path, data=one_click)
        assert house.everything() == before
        if kind is Shown.DIGEST:
            continue
        assert scanner.post(f"{path}/stop", data=one_click).status_code == 404
        assert house.everything() == before
