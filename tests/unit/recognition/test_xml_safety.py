"""XML from strangers is refused when it is dangerous and mended when it is only wrong."""

import pytest

from mailbot.recognition import xml_safety
from mailbot.recognition.xml_safety import XmlError, read_xml

LAUGHS = (
    b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "haha"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>"""
)


@pytest.mark.parametrize(
    "content",
    [
        LAUGHS,
        b'<!DOCTYPE a SYSTEM "http://evil.example/a.dtd"><a/>',
        b'<!-- x --><?pi?>\n<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&f;</a>',
        LAUGHS.decode().encode("utf-16"),
        LAUGHS.decode().replace("?>", ' encoding="utf-16"?>').encode("utf-16-le"),
        b"\xef\xbb\xbf" + LAUGHS,
        b"junk " + LAUGHS,
        b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>',
    ],
)
def test_a_doctype_is_refused_wherever_it_hides(content: bytes) -> None:
    with pytest.raises(XmlError) as error:
        read_xml(content)
    assert error.value.reason == "unreadable"


def test_a_doctype_inside_a_text_is_only_text() -> None:
    assert read_xml(b"<a><![CDATA[<!DOCTYPE html>]]></a>").root.text == "<!DOCTYPE html>"


@pytest.mark.parametrize(
    "content",
    [b"<a><b></a>", b"<a>", b"<", b"<?xml", b"<!--", b"<a>" * 5000, b"<a>" * 300 + b"</a>" * 300],
)
def test_what_is_not_well_formed_or_too_deep_is_refused(content: bytes) -> None:
    with pytest.raises(XmlError):
        read_xml(content)


def test_a_file_over_the_limit_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_safety, "MAX_XML", 10)
    with pytest.raises(XmlError) as error:
        read_xml(b"<a>" + b"x" * 20 + b"</a>")
    assert error.value.reason == "too_large"


def test_an_attachment_of_eleven_megabytes_is_read() -> None:
    assert len(read_xml(b"<a>" + b"A" * 11_000_000 + b"</a>").root.text or "") == 11_000_000


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"<?xml version='1.0' encoding='UTF-8'?><a>Caf\xe9</a>", "Café"),
        (b"<a>Jansen & Zonen &amp; Co</a>", "Jansen & Zonen & Co"),
        (b"<a>one\x0btwo</a>", "onetwo"),
        (b"Exported:\r\n<?xml version='1.0'?><a>x</a>", "x"),
        (b"<?xml version='1.0' encoding='klingon'?><a>x</a>", "x"),
    ],
)
def test_what_has_one_meaning_is_mended(content: bytes, text: str) -> None:
    read = read_xml(content)
    assert read.root.text == text
    assert read.was_mended


@pytest.mark.parametrize(
    "content",
    [
        b" \r\n<?xml version='1.0'?><a>\xc3\xa9</a>",
        b"\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?><a>\xc3\xa9</a>",
        b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>",
        "<?xml version='1.0' encoding='UTF-16'?><a>é</a>".encode("utf-16"),
        "<a>é</a>".encode("utf-16-le"),
    ],
)
def test_encodings_that_are_told_are_no_fault(content: bytes) -> None:
    read = read_xml(content)
    assert read.root.text == "é"
    assert not read.was_mended
