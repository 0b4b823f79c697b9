"""Files in a bucket: as in a folder, and what is ill outside is never taken for a lost file."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from mailbot.domain.errors import Temporary
from mailbot.settings import Blobs as BlobSettings
from storage import blobs_s3
from storage.blobs import Blobs
from storage.blobs_s3 import S3Blobs
from tests.kit.flaky_proxy import (
    FlakyProxy,
    Trouble,
    answering,
    cut_after,
    cut_request_after,
    damaging,
    flaky_proxy,
    hanging_up,
    silent,
)
from tests.kit.ports import free_port
from tests.kit.s3 import S3Server

CONTENT = b"%PDF-1.7 factuur\x00\xff" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
OTHER = hashlib.sha256(b"iets anders").hexdigest()


@dataclass
class Room:
    """A bucket behind a proxy that can be ill."""

    blobs: S3Blobs
    proxy: FlakyProxy
    server: S3Server
    bucket: str

    def path(self, sha256: str) -> str:
        return f"/{self.bucket}/kantoor/{sha256[:2]}/{sha256}"


@pytest.fixture
def room(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    pauses = {"init_backoff": timedelta(milliseconds=1), "max_backoff": timedelta(milliseconds=9)}
    hurried = {**blobs_s3._RETRY, "max_retries": 2, "backoff": {**pauses, "base": 2}}
    monkeypatch.setattr(blobs_s3, "_RETRY", hurried)
    with flaky_proxy(s3.port) as proxy:
        settings = BlobSettings(**s3.new_bucket(port=proxy.port), seconds=0.3)
        bucket = settings.url.split("/")[2]
        yield Room(S3Blobs(settings), proxy, s3, bucket)


def test_an_object_is_called_as_a_file_of_the_folder_is(room: Room) -> None:
    room.blobs.put(CONTENT)
    assert room.server.ask("GET", room.path(SHA256)) == CONTENT


def test_a_bucket_without_prefix_and_what_others_keep_there(s3: S3Server) -> None:
    settings = s3.new_bucket(prefix="")
    blobs = S3Blobs(BlobSettings(**settings))
    s3.ask("PUT", f"/{settings['url'].split('/')[2]}/leesmij.txt", b"van iemand anders")
    blobs.put(CONTENT)
    assert list(blobs.names()) == [SHA256]
    assert blobs.get(SHA256) == CONTENT


def test_names_come_page_by_page(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs_s3, "_PAGE", 3)
    kept = sorted(room.blobs.put(str(number).encode()) for number in range(8))
    assert list(room.blobs.names()) == kept


#: what a server, or the way to it, may suffer from
TROUBLES = {
    "500": answering(500),
    "503": answering(503),
    "429": answering(429),
    "no answer": cut_after(0),
    "half a head": cut_after(20),
    "half an answer": cut_after(5000),
    "half a request": cut_request_after(700),
    "hangs up": hanging_up,
    "silent": silent,
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_a_trouble_that_passes_is_not_noticed(room: Room, trouble: Trouble) -> None:
    room.proxy.trouble(trouble, times=1)
    assert room.blobs.put(CONTENT) == SHA256
    room.proxy.trouble(trouble, times=1)
    assert room.blobs.get(SHA256) == CONTENT
    assert room.proxy.connections > len(["put", "get"])


#: what may be asked of a store
ASKS: dict[str, Callable[[Blobs], object]] = {
    "put": lambda blobs: blobs.put(CONTENT),
    "get": lambda blobs: blobs.get(SHA256),
    "has": lambda blobs: blobs.has(SHA256),
    "names": lambda blobs: list(blobs.names()),
    "verify": lambda blobs: list(blobs.verify()),
}


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)
@pytest.mark.parametrize("name", ["503", "hangs up"])
def test_a_trouble_that_stays_is_temporary(
    room: Room, name: str, ask: Callable[[Blobs], object]
) -> None:
    room.blobs.put(CONTENT)
    room.proxy.trouble(TROUBLES[name])
    with pytest.raises(Temporary, match=f"the blob store s3://{room.bucket}/kantoor: "):
        ask(room.blobs)
    room.proxy.recover()
    assert room.blobs.get(SHA256) == CONTENT


@pytest.mark.parametrize("name", ["no answer", "half a head", "half a request"])
def test_half_a_put_is_no_file(room: Room, name: str) -> None:
    """An answer that got lost may hide an object that is whole; never one that is not."""
    room.proxy.trouble(TROUBLES[name])
    with pytest.raises(Temporary):
        room.blobs.put(CONTENT)
    room.proxy.recover()
    assert list(room.blobs.verify()) == []


def test_who_may_not_is_no_lost_file(room: Room) -> None:
    room.proxy.trouble(answering(403))
    for ask in ASKS.values():
        with pytest.raises(Temporary, match="403"):
            ask(room.blobs)


def test_no_such_bucket_is_no_lost_file(s3: S3Server) -> None:
    settings = {**s3.new_bucket(), "url": "s3://verschreven/kantoor"}
    blobs = S3Blobs(BlobSettings(**settings))
    for ask in ("put", "get", "names"):
        with pytest.raises(Temporary, match="404 Not Found"):
            ASKS[ask](blobs)


def test_no_server_is_no_lost_file(room: Room) -> None:
    settings = {**room.server.new_bucket(), "endpoint": f"http://127.0.0.1:{free_port()}"}
    blobs = S3Blobs(BlobSettings(**settings))
    for ask in ASKS.values():
        with pytest.raises(Temporary, match="error sending request"):
            ask(blobs)


def test_what_is_damaged_on_its_way_there_is_refused(room: Room) -> None:
    room.proxy.trouble(damaging(b"%PDF-1.7", b"%PDF-1.4"))
    with pytest.raises(Temporary, match="400 Bad Request"):
        room.blobs.put(CONTENT)
    room.proxy.recover()
    assert not room.blobs.has(SHA256)


def test_what_is_damaged_on_its_way_back_is_asked_for_again(room: Room) -> None:
    room.blobs.put(CONTENT)
    room.proxy.trouble(damaging(b"%PDF-1.7", b"%PDF-1.4", is_answer=True), times=1)
    assert room.blobs.get(SHA256) == CONTENT


def test_the_secret_key_comes_from_a_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        S3Blobs(BlobSettings(url="s3://kantoor", secret_key_file=tmp_path / "geen"))
