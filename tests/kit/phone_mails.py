"""Shows mails as a phone shows them: their HTML in a real browser, pictures inline."""

import base64
from dataclasses import dataclass

from selenium import webdriver

from mailbot.domain.letter import Letter

#: CSS pixels; the narrowest phone that people still have
WIDTH, HEIGHT = 360, 740


@dataclass
class PhoneMails:
    """A browser as narrow as a phone, in which mails are opened one after the other."""

    browser: webdriver.Chrome

    def open(self, letter: Letter) -> None:
        """Show a letter."""
        self.browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 2, "mobile": True},
        )
        page = self.browser.execute_cdp_cmd("Page.getFrameTree", {})["frameTree"]["frame"]["id"]
        content = {"frameId": page, "html": as_page(letter)}
        self.browser.execute_cdp_cmd("Page.setDocumentContent", content)

    @property
    def width(self) -> int:
        """How wide what is shown is: more than WIDTH must be scrolled sideways."""
        return int(self.browser.execute_script("return document.documentElement.scrollWidth"))

    @property
    def smallest_print(self) -> float:
        """The smallest size of letters that are shown, in CSS pixels."""
        return float(self.browser.execute_script(_SMALLEST_PRINT))

    def picture(self) -> bytes:
        """Return the whole of what is shown as a PNG."""
        height = self.browser.execute_script("return document.documentElement.scrollHeight")
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": height, "scale": 0.5}
        shot = self.browser.execute_cdp_cmd(
            "Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip}
        )
        return base64.b64decode(shot["data"])


_SMALLEST_PRINT = """
const seen = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
let smallest = 99;
while (seen.nextNode()) {
  const style = getComputedStyle(seen.currentNode.parentElement);
  if (seen.currentNode.textContent.trim() && style.display !== "none" && style.opacity !== "0"
      && style.maxHeight !== "0px")
    smallest = Math.min(smallest, parseFloat(style.fontSize));
}
return smallest;
"""


def as_page(letter: Letter) -> str:
    """Return the HTML of a letter with its pictures in it, as a mail program shows it."""
    page = letter.html
    for content_id, image in letter.images.items():
        kind = "png" if image.startswith(b"\x89PNG") else "jpeg"
        data = base64.b64encode(image).decode()
        page = page.replace(f"cid:{content_id}", f"data:image/{kind};base64,{data}")
    return page
