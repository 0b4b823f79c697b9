"""The spool: whole or not at all, byte for byte, and never silently wrong."""

import errno
import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.identifiers import new_id
from mailbot.domain.mail import Authentication, Channel, Envelope
from mailbot.domain.values import to_json
from storage import durable
from storage.spool import Spool, SpoolDamaged, SpoolFailed, SpoolFull

NOON = datetime(2026, 11, 13, 12, 0, tzinfo=UTC)
RAW = b"Subject: x\r\n\r\n\x00\xff bare \n and \r\r\n"


def envelope(spool_id: str = "0198a") -> Envelope:
    return Envelope(
        spool_id=spool_id,
        received_at=NOON,
        channel=Channel.SMTP,
        envelope_sender="zoë@drukkerij.example",
        envelope_recipients=("a@in.example", "b@in.example"),
        client_address="192.0.2.1",
        authentication=Authentication(spf="pass", from_domain="drukkerij.example", aligned=True),
        source_key="imap:x:1:2",
    )


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "data" / "spool")


def test_what_is_put_is_read_back(spool: Spool) -> None:
    assert spool.put(RAW, envelope()) == "0198a"
    assert spool.read("0198a") == (RAW, envelope())


@given(st.binary(max_size=3000), st.text(max_size=50))
def test_any_bytes_are_kept(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, who: str
) -> None:
    spool = Spool(tmp_path_factory.getbasetemp() / "any")
    given_envelope = replace(envelope(), envelope_sender=who)
    spool.put(raw, given_envelope)
    assert spool.read("0198a") == (raw, given_envelope)


def test_entries_are_oldest_first_and_go_when_removed(spool: Spool) -> None:
    ids = [new_id(NOON + timedelta(seconds=n)) for n in range(3)]
    for one in reversed(ids):
        spool.put(RAW, envelope(one))
    assert (spool.entries(), spool.count()) == (ids, 3)
    spool.remove(ids[0])
    spool.remove(ids[0])
    assert spool.entries() == ids[1:]
    with pytest.raises(KeyError):
        spool.read(ids[0])


def test_a_spool_that_was_never_used_is_empty(spool: Spool) -> None:
    assert (spool.entries(), spool.quarantined(), spool.count()) == ([], [], 0)


def test_mails_are_readable_for_our_own_user_alone(spool: Spool) -> None:
    spool.put(RAW, envelope())
    (path,) = spool.folder.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert spool.folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content + b"x",
        lambda content: content.replace(b"Subject", b"subject"),
        lambda content: content.replace(b"drukkerij", b"drukkerjj"),
        lambda content: content[10:],
        lambda content: b"",
        lambda content: content.replace(b"mailbot-spool 2", b"mailbot-spool 3"),
    ],
)
def test_a_damaged_entry_is_noticed_and_put_aside(spool: Spool, damage: object) -> None:
    spool.put(RAW, envelope())
    path = spool.folder / "0198a.mail"
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(SpoolDamaged, match=r"^0198a: ") as found:
        spool.read("0198a")
    spool.quarantine("0198a", str(found.value))
    assert (spool.entries(), spool.quarantined()) == ([], ["0198a"])
    assert (spool.folder / "damaged" / "0198a.mail.why").read_text() == str(found.value)


def test_an_entry_of_the_version_before_is_read(spool: Spool) -> None:
    spool.check_room()
    wrapped = to_json(envelope()).encode()
    digest = hashlib.sha256(wrapped + RAW).hexdigest()
    head = f"mailbot-spool 1 {digest} {len(wrapped)} {len(RAW)}\n".encode()
    (spool.folder / "0198a.mail").write_bytes(head + wrapped + RAW)
    assert spool.read("0198a") == (RAW, envelope())


def put_together(spool: Spool, *ids: str) -> None:
    drafts = [(spool.draft(one), envelope(one)) for one in ids]
    for draft, one in drafts:
        draft.add(one.spool_id.encode() + RAW)
    assert spool.put_all(drafts) == [None] * len(ids)


def test_mails_of_one_moment_are_one_file_and_read_one_by_one(spool: Spool) -> None:
    put_together(spool, "1", "2", "3")
    (file,) = spool.folder.iterdir()
    for reader in (spool, Spool(spool.folder)):
        assert (reader.entries(), reader.count()) == (["1", "2", "3"], 3)
    assert Spool(spool.folder).read("2") == (b"2" + RAW, envelope("2"))
    spool.remove("1")
    spool.remove("3")
    spool.remove("3")
    assert (spool.entries(), spool.count(), file.exists()) == (["2"], 1, True)
    assert Spool(spool.folder).entries() == ["1", "2", "3"], "after a restart once more"
    spool.remove("2")
    assert (spool.entries(), spool.count(), file.exists()) == ([], 0, False)


def test_damage_to_one_of_several_spares_the_others(spool: Spool) -> None:
    put_together(spool, "1", "2", "3")
    (file,) = spool.folder.iterdir()
    file.write_bytes(file.read_bytes().replace(b"2" + RAW, b"2" + RAW.upper()))
    assert spool.read("3").raw == b"3" + RAW
    with pytest.raises(SpoolDamaged) as found:
        spool.read("2")
    spool.quarantine("2", str(found.value))
    assert (spool.entries(), spool.quarantined()) == (["1", "3"], ["2"])


@pytest.mark.parametrize("damage", [lambda c: c[20:], lambda c: c.replace(b'"2"', b'"4"')])
def test_several_mails_whose_index_is_spoilt_stay_together(
    spool: Spool, damage: Callable[[bytes], bytes]
) -> None:
    put_together(spool, "1", "2")
    (file,) = spool.folder.iterdir()
    content = damage(file.read_bytes())
    file.write_bytes(content)
    assert spool.entries() == ["1-2"]
    with pytest.raises(SpoolDamaged):
        spool.read("1-2")
    spool.quarantine("1-2", "why")
    assert (spool.entries(), spool.quarantined()) == ([], ["1-2"])
    assert (spool.folder / "damaged" / "1-2.mail").read_bytes() == content


@pytest.mark.parametrize("sizes", [(10, 20), (300_000, 10), (300_000, 300_000)])
def test_a_mail_that_comes_in_pieces_is_whole(spool: Spool, sizes: tuple[int, ...]) -> None:
    spool.check_room()
    drafts = [(spool.draft(str(n)), envelope(str(n))) for n in range(len(sizes))]
    for (draft, _), size in zip(drafts, sizes, strict=True):
        for _ in range(size // 10):
            draft.add(b"123456789\n")
            if draft.is_due:
                draft.write()
        assert draft.read(15) == (b"123456789\n" * 2)[:15][:size]
    assert spool.put_all(drafts) == [None] * len(sizes)
    assert [len(spool.read(str(n)).raw) for n in range(len(sizes))] == list(sizes)
    assert not list(spool.folder.glob(".*"))


def test_a_mail_that_was_given_up_leaves_nothing_and_takes_nothing(spool: Spool) -> None:
    spool.check_room()
    draft = spool.draft("1")
    draft.add(b"x" * 300_000)
    draft.write()
    draft.close()
    draft.close()
    assert list(spool.folder.iterdir()) == []
    draft.add(b"y")
    with pytest.raises(OSError, match="given up"):
        draft.write()


def test_a_folder_that_cannot_be_synced_keeps_none_of_them(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their senders try again, and must not find them kept twice."""
    spool.check_room()
    drafts = [(spool.draft(one), envelope(one)) for one in ("1", "2", "3")]
    drafts[0][0].add(b"x" * 300_000)
    drafts[0][0].write()
    with monkeypatch.context() as patch:
        patch.setattr("storage.spool.sync_folder", broken(errno.EIO))
        found = spool.put_all(drafts)
    assert [type(one) for one in found] == [SpoolFailed] * 3
    assert list(spool.folder.iterdir()) == []


def test_an_envelope_of_another_version_is_noticed(spool: Spool) -> None:
    spool.check_room()
    wrapped = b'{"spool_id": "0198a"}'
    digest = hashlib.sha256(wrapped + RAW).hexdigest()
    head = f"mailbot-spool 1 {digest} {len(wrapped)} {len(RAW)}\n".encode()
    (spool.folder / "0198a.mail").write_bytes(head + wrapped + RAW)
    with pytest.raises(SpoolDamaged, match="the envelope cannot be read"):
        spool.read("0198a")


def broken(number: int):
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.ENOSPC, SpoolFull),
        (errno.EDQUOT, SpoolFull),
        (errno.EIO, SpoolFailed),
        (errno.EROFS, SpoolFailed),
    ],
)
def test_a_disk_that_refuses_leaves_nothing_behind(
    spool: Spool, monkeypatch: pytest.MonkeyPatch, number: int, error: type[Exception]
) -> None:
    spool.check_room()
    with monkeypatch.context() as patch:
        patch.setattr(durable.os, "fsync", broken(number))
        with pytest.raises(error):
            spool.put(RAW, envelope())
    assert list(spool.folder.iterdir()) == []


@pytest.mark.feature("KA-MAIL-03")
def test_the_mail_the_file_and_the_folder_are_synced_before_put_returns(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.check_room()
    synced: list[tuple[str, int]] = []
    fsync = os.fsync

    def watch(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        names = sum(one.suffix == ".mail" for one in spool.folder.iterdir())
        synced.append(("folder" if path.is_dir() else "file", names))
        fsync(descriptor)

    monkeypatch.setattr(durable.os, "fsync", watch)
    spool.put(RAW, envelope())
    assert synced == [("file", 0), ("folder", 1)]


def test_limits_of_disk_and_number(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    with pytest.raises(SpoolFull, match="bytes are free"):
        Spool(tmp_path, min_free_disk=2 * free).check_room()
    with pytest.raises(SpoolFull, match="bytes are free"):
        Spool(tmp_path).check_room(2 * free)
    small = Spool(tmp_path, max_entries=1)
    small.put(RAW, envelope())
    with pytest.raises(SpoolFull, match="1 mails are waiting"):
        small.put(RAW, envelope("0198b"))


def test_a_folder_that_cannot_be_made_is_a_failure_for_now(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SpoolFailed):
        Spool(tmp_path / "file" / "spool").put(RAW, envelope())


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a" * 65, "a\x00b"])
def test_an_id_cannot_lead_elsewhere(spool: Spool, name: str) -> None:
    with pytest.raises(ValueError, match="not the id"):
        spool.read(name)


def test_only_old_half_written_files_are_cleaned_away(spool: Spool) -> None:
    spool.put(RAW, envelope())
    old, fresh = spool.folder / ".old.new", spool.folder / ".fresh.new"
    old.write_text("half")
    fresh.write_text("half")
    os.utime(old, (0, 0))
    spool.clean(before=datetime(2000, 1, 1, tzinfo=UTC))
    assert (old.exists(), fresh.exists(), spool.count()) == (False, True, 1)
