"""Takes the files out of a structured invoice (EN 16931 BG-24, attached documents)."""

import base64
import binascii
from collections.abc import Iterable, Iterator

from mailbot.recognition.embedded import EmbeddedFile
from mailbot.recognition.file_kind import find_media_type
from mailbot.recognition.xml_tree import Element

#: more are left out
_MAX_FILES = 100


def read_binary_objects(nodes: Iterable[Element]) -> Iterator[EmbeddedFile]:
    """Yield each file as name, media type by content, content; what is no base64 is left out."""
    for number, node in enumerate(nodes, start=1):
        if number > _MAX_FILES:
            return
        content = _decode(node.text or "")
        if content:
            name = " ".join(node.get("filename", "").split()) or f"embedded-{number}"
            yield name, find_media_type(content), content


def _decode(text: str) -> bytes:
    compact = "".join(text.split())
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""
