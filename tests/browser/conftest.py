"""One Chromium for each process of tests, and a fresh office with its pages for each test."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

from tests.kit.browser import House, open_browser, open_house, serve
from tests.kit.office import APPROVER, MANAGER, OWNER


@dataclass
class Pages:
    """The pages of a house in a browser as large as a phone."""

    house: House
    url: str
    browser: Chrome

    def open(self, token: str, page: str = "") -> None:
        """Follow a link of one of our mails."""
        self.browser.get(f"{self.url}/d/{token}{page}")

    def prove(self, *people: str) -> None:
        """Make the browser known as the one of these people."""
        for person in people:
            name, value = self.house.browser_cookie(person)
            cookie = {"name": name, "value": value, "url": self.url, "sameSite": "Strict"}
            self.browser.execute_cdp_cmd("Network.setCookie", cookie)

    def forget_cookies(self) -> None:
        """Be a browser that was never here."""
        self.browser.execute_cdp_cmd("Network.clearBrowserCookies", {})

    def form(self, name: str) -> WebElement:
        """Return a form, opened as a person would open it."""
        form = self.browser.find_element(By.CSS_SELECTOR, f"form[data-form={name}]")
        for details in form.find_elements(By.XPATH, "ancestor::details[not(@open)]"):
            details.find_element(By.TAG_NAME, "summary").click()
            self._wait_until_open(details)
        return form

    def _wait_until_open(self, details: WebElement) -> None:
        self.waiting.until(lambda _: details.get_attribute("open") is not None)

    @property
    def waiting(self) -> "WebDriverWait[Chrome]":
        """Waits long: a loaded machine is slow. Between two pages there is nothing to ask."""
        return WebDriverWait(self.browser, 60, 0.05, ignored_exceptions=[WebDriverException])

    def press(self, form: WebElement) -> None:
        """Press the button of a form."""
        form.find_element(By.TAG_NAME, "button").click()

    def send(self, form: WebElement) -> None:
        """Press the button of a form and wait for the answer."""
        self.press(form)
        self.wait_for_another_page(form)

    def wait_for_another_page(self, gone: WebElement) -> None:
        """Wait until the page that `gone` stands on has made place for another, whole one."""
        self.waiting.until(staleness_of(gone))
        self.waiting.until(lambda b: b.execute_script("return document.readyState") == "complete")

    def console(self) -> list[str]:
        """Return what the browser complained about since it was last asked."""
        lines: list[dict[str, Any]] = self.browser.get_log("browser")  # type: ignore[no-untyped-call]
        return [str(line["message"]) for line in lines]

    @property
    def said(self) -> list[str]:
        """What the page says came of a form."""
        found = self.browser.find_elements(By.CSS_SELECTOR, ".notice[data-done]")
        return [f"{n.get_attribute('data-done')}: {n.text}" for n in found]


@dataclass
class Finger:
    """Touches what is on the screen through the DevTools protocol, which needs no scripts."""

    browser: Chrome

    def tap(self, selector: str) -> None:
        """Tap in the middle of an element."""
        node = {"nodeId": self._node(selector)}
        self._do("DOM.scrollIntoViewIfNeeded", node)
        x0, y0, _, _, x1, y1, _, _ = self._do("DOM.getBoxModel", node)["model"]["border"]
        point = {"x": (x0 + x1) / 2, "y": (y0 + y1) / 2, "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            self._do("Input.dispatchMouseEvent", {"type": kind, **point})

    def page(self) -> str:
        """Return the page as the browser has it."""
        return str(self._do("DOM.getOuterHTML", {"nodeId": self._root()})["outerHTML"])

    def wait_for(self, text: str) -> None:
        """Wait until the page says this."""
        # between two pages there is no node to read: look again
        waiting = WebDriverWait(self.browser, 60, 0.05, ignored_exceptions=[WebDriverException])
        waiting.until(lambda _: text in self.page())

    def _node(self, selector: str) -> int:
        found = self._do("DOM.querySelector", {"nodeId": self._root(), "selector": selector})
        assert found["nodeId"], f"nothing to touch: {selector}"
        return int(found["nodeId"])

    def _root(self) -> int:
        return int(self._do("DOM.getDocument", {"depth": 0})["root"]["nodeId"])

    def _do(self, command: str, arguments: dict[str, Any]) -> Any:
        return self.browser.execute_cdp_cmd(command, arguments)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with open_browser(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


@pytest.fixture
def pages(house: House, chromium: Chrome) -> Iterator[Pages]:
    """The pages in a browser of everybody, who all typed their code once."""
    with serve(house) as url:
        opened = Pages(house, url, chromium)
        opened.prove(APPROVER, MANAGER, OWNER)
        yield opened
        # they are kept per host, and every test has a server on the same one
        opened.forget_cookies()


@pytest.fixture
def finger(pages: Pages) -> Iterator[Finger]:
    """The same pages where scripts are off; Selenium's own clicks need them."""
    switch = "Emulation.setScriptExecutionDisabled"
    pages.browser.execute_cdp_cmd(switch, {"value": True})
    yield Finger(pages.browser)
    pages.browser.execute_cdp_cmd(switch, {"value": False})
