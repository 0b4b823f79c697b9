"""How far a mailbox was read, over restarts and spoilt files."""

from pathlib import Path

from storage.imap_positions import ImapPosition, ImapPositions


def test_each_mailbox_has_its_own_position(tmp_path: Path) -> None:
    positions = ImapPositions(tmp_path / "imap")
    assert positions.find("a@host/INBOX") is None
    positions.record("a@host/INBOX", ImapPosition(uidvalidity=7, uid=42))
    positions.record("../b", ImapPosition(uidvalidity=8, uid=1))
    again = ImapPositions(tmp_path / "imap")
    assert again.find("a@host/INBOX") == ImapPosition(uidvalidity=7, uid=42)
    assert again.find("../b") == ImapPosition(uidvalidity=8, uid=1)


def test_a_spoilt_file_is_no_position(tmp_path: Path) -> None:
    positions = ImapPositions(tmp_path)
    positions.record("a", ImapPosition(uidvalidity=7, uid=42))
    (file,) = tmp_path.iterdir()
    for content in (b"", b"\xff", b'{"uid": "x"}'):
        file.write_bytes(content)
        assert positions.find("a") is None
