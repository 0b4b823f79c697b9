"""Link pages in a real Chromium, on a screen as large as a phone."""

from contextlib import suppress

import pytest
from selenium.common.exceptions import NoAlertPresentException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Status
from storage.conversations import messages_about
from storage.people import is_unsubscribed
from tests.browser.conftest import Finger, Pages
from tests.kit.browser import PHONE
from tests.kit.office import APPROVER, MANAGER


def tick(pages: Pages, form: str, verb: str) -> None:
    box = pages.form(form).find_element(By.CSS_SELECTOR, f"input[value={verb}]")
    box.click()
    pages.waiting.until(lambda _: box.is_selected())


def approve(pages: Pages) -> None:
    tick(pages, "approve", "approve")
    pages.send(pages.form("approve"))


@pytest.mark.feature("CF-APPR-16", "SB-DDP-01")
def test_approve(pages: Pages) -> None:
    document = pages.house.invoice()
    pages.open(pages.house.letter(document), "/approve")
    approve(pages)
    assert pages.said == ["yes: Gedaan\nGoedgekeurd."]
    assert pages.house.now(document).status is Status.TO_REVIEW


@pytest.mark.feature("CF-APPR-16")
def test_reject_with_a_reason(pages: Pages) -> None:
    document = pages.house.invoice()
    pages.open(pages.house.letter(document), "/reject")
    form = pages.form("reject")
    form.find_element(By.NAME, "reason").send_keys("te duur,\nen niet besteld")
    pages.send(form)
    assert pages.said[0].startswith("yes: ")
    after = pages.house.now(document)
    assert (after.status, after.rejected_reason) == (
        Status.REJECTED,
        "te duur,\nen niet besteld",
    )


def test_a_new_browser_brings_a_code_and_then_decides_at_once(pages: Pages) -> None:
    pages.forget_cookies()
    first, second = pages.house.invoice(), pages.house.invoice(number="2026-115")
    pages.open(pages.house.letter(first), "/approve")
    approve(pages)
    assert "k…@bakkerij.example" in pages.browser.find_element(By.TAG_NAME, "main").text
    form = pages.form("code")
    # the field is there to type in at once
    pages.browser.switch_to.active_element.send_keys(pages.house.browser_code())
    pages.send(form)
    assert pages.said == ["yes: Gedaan\nGoedgekeurd."]
    pages.open(pages.house.letter(second), "/approve")
    approve(pages)
    assert pages.said == ["yes: Gedaan\nGoedgekeurd."]
    assert pages.house.now(second).status is Status.TO_REVIEW


def test_without_a_choice_the_browser_sends_nothing(pages: Pages) -> None:
    document = pages.house.invoice()
    pages.open(pages.house.letter(document), "/approve")
    pages.press(pages.form("approve"))
    assert pages.said == []
    pages.open(pages.house.letter(document), "/reject")
    pages.press(pages.form("reject"))
    assert pages.said == []
    assert pages.house.now(document) == document


def test_correct_a_field_then_approve_what_is_shown(pages: Pages) -> None:
    document = pages.house.invoice(status=Status.TO_REVIEW)
    token = pages.house.letter(document, to=MANAGER, shown=Shown.REVIEW)
    pages.open(token, "/correct")
    form = pages.form("correct")
    Select(form.find_element(By.NAME, "field")).select_by_visible_text("bedrag")
    form.find_element(By.NAME, "value").send_keys("1.210,00")
    pages.send(form)
    assert pages.said == ["yes: Gedaan\nbedrag is nu 1210,00."]
    assert "1.210,00" in pages.browser.find_element(By.TAG_NAME, "h1").text
    approve(pages)
    assert pages.said == ["yes: Gedaan\nGoedgekeurd."]
    after = pages.house.now(document)
    assert after.invoice is not None
    assert str(after.invoice.total_incl) == "1210.00"
    assert after.reviewed_by == (MANAGER,)


def test_the_link_beside_a_date_gives_a_date_to_fill_in(pages: Pages) -> None:
    document = pages.house.invoice()
    pages.open(pages.house.letter(document))
    links = pages.browser.find_elements(By.LINK_TEXT, "verbeter")
    wanted = [a for a in links if (a.get_attribute("href") or "").endswith("field=due_date")]
    wanted[0].click()
    pages.wait_for_another_page(wanted[0])
    value = pages.form("correct").find_element(By.NAME, "value")
    assert value.get_attribute("type") == "date"
    value.send_keys("12312026")
    pages.send(pages.form("correct"))
    after = pages.house.now(document).invoice
    assert after is not None
    assert str(after.due_date) == "2026-12-31"


def test_a_double_click_decides_once(pages: Pages) -> None:
    document = pages.house.invoice()
    pages.open(pages.house.letter(document))
    form = pages.form("question")
    form.find_element(By.NAME, "text").send_keys("Wie bestelde dit?")
    button = form.find_element(By.TAG_NAME, "button")
    pages.browser.execute_script("arguments[0].click(); arguments[0].click();", button)
    pages.wait_for_another_page(form)
    assert pages.said == ["yes: Genoteerd\nJe vraag is doorgestuurd; het antwoord komt per mail."]
    pages.browser.refresh()
    with pages.house.context.database.reading() as session:
        assert len(messages_about(session, document.id)) == 1


def test_reloading_the_answer_decides_once(pages: Pages) -> None:
    document = pages.house.invoice()
    pages.open(pages.house.letter(document), "/approve")
    approve(pages)
    pages.browser.refresh()
    with suppress(NoAlertPresentException):
        pages.browser.switch_to.alert.accept()
    assert pages.said == ["yes: Gedaan\nGoedgekeurd."]


def test_going_back_shows_what_is_left_to_decide(pages: Pages) -> None:
    """Nothing is kept by the browser, so that it asks again."""
    pages.open(pages.house.letter(pages.house.invoice()), "/reject")
    approve(pages)
    pages.browser.back()
    assert not pages.browser.find_elements(By.CSS_SELECTOR, "form[data-form=reject]")
    assert "al beslist" in pages.browser.find_element(By.TAG_NAME, "main").text


def test_another_tab_cannot_decide_otherwise(pages: Pages) -> None:
    document = pages.house.invoice()
    token = pages.house.letter(document)
    pages.open(token, "/reject")
    first = pages.browser.current_window_handle
    pages.browser.switch_to.new_window("tab")
    pages.open(token, "/approve")
    approve(pages)
    pages.browser.close()
    pages.browser.switch_to.window(first)
    form = pages.form("reject")
    form.find_element(By.NAME, "reason").send_keys("toch niet")
    pages.send(form)
    assert pages.said == ["no: Niet gedaan\nDit was al gebeurd; er is niets veranderd."]
    assert pages.house.now(document).status is Status.TO_REVIEW


def test_a_page_works_without_scripts(pages: Pages, finger: Finger) -> None:
    pages.browser.get("data:text/html,<p>uit</p><script>document.body.innerText='aan'</script>")
    assert "<p>uit</p>" in finger.page()
    document = pages.house.invoice()
    pages.open(pages.house.letter(document))
    finger.tap("details.hold summary")
    finger.tap("form[data-form=hold] input[value=open]")
    finger.tap("form[data-form=hold] button")
    finger.wait_for("Het document wacht tot je vrij antwoordt.")
    finger.tap("details.approve summary")
    finger.tap("form[data-form=approve] .choice")
    finger.tap("form[data-form=approve] button")
    finger.wait_for("Goedgekeurd.")
    assert pages.house.now(document).status is Status.TO_REVIEW


@pytest.mark.parametrize("page", ["", "/approve", "/reject", "/correct", "/stop"])
def test_nothing_is_wider_than_a_phone(pages: Pages, page: str) -> None:
    long = "Verzekeringsmaatschappijaansprakelijkheidsvoorwaarden" * 3
    warned = {"warnings": ("new_iban", "xml_differs_total"), "title": long}
    documents = [pages.house.invoice(number=f"{long}-{n}", **warned) for n in (1, 2)]
    for token in (pages.house.digest(documents), pages.house.letter(documents[0])):
        pages.open(token, page)
        for details in pages.browser.find_elements(By.TAG_NAME, "details"):
            pages.browser.execute_script("arguments[0].open = true", details)
        width = pages.browser.execute_script("return document.documentElement.scrollWidth")
        assert width <= PHONE[0]


def test_what_is_touched_is_large_enough_for_a_finger(pages: Pages) -> None:
    """WCAG 2.2 target size (enhanced): 44 by 44 CSS pixels."""
    pages.open(pages.house.letter(pages.house.invoice()))
    for details in pages.browser.find_elements(By.TAG_NAME, "details"):
        pages.browser.execute_script("arguments[0].open = true", details)
    touched = pages.browser.find_elements(
        By.CSS_SELECTOR, "button, summary, .choice, select, textarea, input.typed"
    )
    assert len(touched) > 10
    assert not [e.tag_name for e in touched if e.size["height"] < 44 or e.size["width"] < 44]


def test_every_field_has_a_label(pages: Pages) -> None:
    pages.open(pages.house.letter(pages.house.invoice()))
    unnamed = pages.browser.execute_script(
        "return [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]"
        ".filter(e => !e.labels.length).map(e => e.outerHTML)"
    )
    assert unnamed == []


def test_the_keyboard_is_enough(pages: Pages) -> None:
    document = pages.house.invoice()
    pages.open(pages.house.letter(document), "/approve")
    box = pages.form("approve").find_element(By.CSS_SELECTOR, "input[type=checkbox]")
    box.send_keys(Keys.SPACE)
    pages.browser.switch_to.active_element.send_keys(Keys.TAB)
    pages.browser.switch_to.active_element.send_keys(Keys.ENTER)
    pages.wait_for_another_page(box)
    assert pages.said == ["yes: Gedaan\nGoedgekeurd."]


def test_the_picture_shows_and_nothing_is_blocked(pages: Pages) -> None:
    pages.console()
    pages.open(pages.house.letter(pages.house.invoice()))
    width = pages.browser.execute_script("return document.querySelector('img').naturalWidth")
    assert width == 420
    assert not [line for line in pages.console() if "favicon" not in line]


def test_a_list_is_decided_line_by_line(pages: Pages) -> None:
    documents = [pages.house.invoice(number=f"2026-{n}") for n in (1, 2)]
    pages.open(pages.house.digest(documents))
    form = pages.browser.find_element(By.CSS_SELECTOR, "#item-2 form[data-form=reject]")
    form.find_element(By.XPATH, "ancestor::details/summary").click()
    form.find_element(By.NAME, "reason").send_keys("dubbel")
    pages.send(form)
    assert pages.said[0].startswith("yes: Gedaan · Regel 2\nVerworpen")
    statuses = [pages.house.now(document).status for document in documents]
    assert statuses == [Status.TO_APPROVE, Status.REJECTED]


def test_the_daily_list_ends_by_page(pages: Pages) -> None:
    pages.open(pages.house.digest([pages.house.invoice()]), "/stop")
    pages.browser.find_element(By.CSS_SELECTOR, "input[type=checkbox]").click()
    pages.send(pages.browser.find_element(By.TAG_NAME, "form"))
    assert APPROVER in pages.browser.find_element(By.TAG_NAME, "main").text
    with pages.house.context.database.reading() as session:
        assert is_unsubscribed(session, APPROVER)


def test_another_site_cannot_send_a_form(pages: Pages) -> None:
    """The cookie stays home when a form comes from elsewhere, even with a stamp that was seen."""
    document = pages.house.invoice()
    token = pages.house.letter(document)
    pages.open(token)
    stamp = pages.form("approve").find_element(By.NAME, "stamp").get_attribute("value")
    pages.browser.get(
        "data:text/html,<form method=post action="
        f"'{pages.url}/d/{token}'><input name=verb value=approve>"
        f"<input name=stamp value='{stamp}'><button>win</button></form>"
    )
    pages.send(pages.browser.find_element(By.TAG_NAME, "form"))
    assert "cookies" in pages.browser.find_element(By.TAG_NAME, "main").text
    assert pages.house.now(document) == document


def test_the_outbox_shows_a_mail_and_its_buttons_work(pages: Pages) -> None:
    pages.house.letter(pages.house.invoice())
    pages.browser.get(f"{pages.url}/outbox")
    link = pages.browser.find_element(By.PARTIAL_LINK_TEXT, "Drukkerij")
    link.click()
    pages.wait_for_another_page(link)
    frame = pages.browser.find_element(By.TAG_NAME, "iframe")
    pages.browser.switch_to.frame(frame)
    picture = pages.browser.find_element(By.TAG_NAME, "img")
    assert pages.browser.execute_script("return arguments[0].naturalWidth", picture) == 420
    button = pages.browser.find_element(By.LINK_TEXT, "Goedkeuren")
    assert (button.get_attribute("href") or "").endswith("/approve")
    pages.browser.switch_to.default_content()
