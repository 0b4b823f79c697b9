"""What a file is, by content."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.recognition.file_kind import FileKind, find_kind, find_media_type


@pytest.mark.parametrize(
    ("content", "media_type", "kind"),
    [
        (b"%PDF-1.7\n", "application/pdf", FileKind.PDF),
        (b"\r\nMIME junk\r\n%PDF-1.4\n", "application/pdf", FileKind.PDF),
        (b"\x89PNG\r\n\x1a\n....", "image/png", FileKind.IMAGE),
        (b"\xff\xd8\xff\xe0....", "image/jpeg", FileKind.IMAGE),
        (b"II*\x00....", "image/tiff", FileKind.IMAGE),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp", FileKind.IMAGE),
        (b"\x00\x00\x00\x18ftypheic", "image/heic", FileKind.IMAGE),
        (b"<?xml version='1.0'?><a/>", "application/xml", FileKind.XML),
        (b"\xef\xbb\xbf \n<Invoice/>", "application/xml", FileKind.XML),
        ("<a/>".encode("utf-16"), "application/xml", FileKind.XML),
        ("<a/>".encode("utf-16-be"), "application/xml", FileKind.XML),
        (b"<!DOCTYPE html><html>", "application/octet-stream", FileKind.UNKNOWN),
        (b"<HTML><body>", "application/octet-stream", FileKind.UNKNOWN),
        (b"PK\x03\x04....", "application/zip", FileKind.UNKNOWN),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage", FileKind.UNKNOWN),
        (b"Dear customer", "application/octet-stream", FileKind.UNKNOWN),
        (b"", "application/octet-stream", FileKind.EMPTY),
        (b" \r\n\x00\x00", "application/octet-stream", FileKind.EMPTY),
    ],
)
def test_content_says_what_a_file_is(content: bytes, media_type: str, kind: FileKind) -> None:
    assert find_media_type(content) == media_type
    assert find_kind(content) is kind


@pytest.mark.parametrize(
    ("name", "kind"), [("invoice.XML", FileKind.XML), ("invoice.txt", FileKind.UNKNOWN)]
)
def test_name_decides_only_about_markup_behind_other_text(name: str, kind: FileKind) -> None:
    assert find_kind(b"exported by X: <Invoice/>", name) is kind


def test_name_does_not_overrule_content() -> None:
    assert find_kind(b"%PDF-1.7", "invoice.xml") is FileKind.PDF


@given(st.binary(max_size=200), st.text(max_size=20))
def test_every_content_is_of_some_kind(content: bytes, name: str) -> None:
    assert find_kind(content, name) in FileKind
