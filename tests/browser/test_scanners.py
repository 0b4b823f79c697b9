"""A Chromium that opens every link, runs scripts and presses every button decides nothing."""

from mailbot.domain.command import Command, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Status
from tests.browser.conftest import Pages
from tests.kit.office import APPROVER, MANAGER, OWNER

LETTERS = (
    (Shown.APPROVAL, Status.TO_APPROVE, APPROVER),
    (Shown.REVIEW, Status.TO_REVIEW, MANAGER),
    (Shown.INBOX, Status.INBOX, OWNER),
    (Shown.QUARANTINE, Status.QUARANTINED, OWNER),
    (Shown.QUESTION, Status.TO_REVIEW, OWNER),
    (Shown.EXPORT, Status.EXPORT_FAILED, MANAGER),
)
FORMS = "return [...document.forms].map(form => form.dataset.form)"
#: presses the button of one form, or all but presses it, whatever its fields say
PRESS = """
const form = [...document.forms].find(form => form.dataset.form === arguments[0]);
form.noValidate = true;
if (arguments[1]) for (const field of form.elements) {
  if (field.type === "checkbox" || field.type === "radio") field.checked = true;
  else if (field.type === "date") field.value = "2026-12-31";
  else if (field.tagName === "SELECT") field.selectedIndex = 1;
  else if (field.type !== "hidden") field.value = "123456";
}
form.querySelector("button").click();
"""


def links(pages: Pages) -> list[str]:
    """Return what one mail of every kind links to."""
    house = pages.house
    found = [
        f"/d/{house.letter(house.invoice(status=status), to=to, shown=shown)}"
        for shown, status, to in LETTERS
    ]
    confirmation = house.confirmation(house.invoice(), Command(verb=Verb.APPROVE))
    digest = house.digest([house.invoice(number=str(number)) for number in (1, 2)])
    return [*found, f"/d/{confirmation}", f"/d/{digest}", f"/d/{digest}/stop", house.invitation()]


def open_page(pages: Pages, path: str) -> list[str]:
    """Open a page and return the names of its forms."""
    pages.browser.get(f"{pages.url}{path}")
    names: list[str] = pages.browser.execute_script(FORMS)
    return names


def press(pages: Pages, name: str, *, filled: bool) -> None:
    page = pages.browser.find_element("tag name", "html")
    pages.browser.execute_script(PRESS, name, filled)
    pages.wait_for_another_page(page)


def test_pressing_every_button_changes_not_one_row(pages: Pages) -> None:
    pages.forget_cookies()
    paths = links(pages)
    before = pages.house.everything()
    for page in ("/approve", "/reject", "/correct", "/page.png", "/stop", "/enrol"):
        open_page(pages, f"{paths[0]}{page}")
    pressed: set[str] = set()
    for path in paths:
        first, *others = open_page(pages, path)
        for name in [first, *(each for each in others if each not in pressed)]:
            # what it answers has the same forms
            press(pages, name, filled=False)
            pressed.add(name)
    assert len(pressed) >= 12
    assert pages.house.everything() == before


def test_ticking_and_typing_anything_decides_nothing(pages: Pages) -> None:
    pages.forget_cookies()
    paths = [path for path in links(pages) if not path.endswith("/stop")]
    before = pages.house.decisive()
    for path in paths:
        first, *_ = open_page(pages, path)
        press(pages, first, filled=True)
        assert pages.browser.execute_script(FORMS) == ["code", "again"]
        press(pages, "again", filled=True)
        press(pages, "code", filled=True)
    after = pages.house.decisive()
    tokens = 'INSERT INTO "token"'
    assert set(before.pop(tokens)) <= set(after.pop(tokens))
    assert after == before
