"""Reply tokens: nobody can guess one, and RCPT needs no database to see that."""

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.mail.address import read_recipient, write_reply_address
from storage.reply_tokens import is_well_formed, new_token, read_secret, token_hash

SECRET, OTHER = bytes(32), b"\x01" * 32


def test_a_token_is_known_by_its_secret_whatever_its_case() -> None:
    token = new_token(SECRET)
    assert is_well_formed(token, SECRET)
    assert is_well_formed(token.upper(), SECRET)
    assert not is_well_formed(token, OTHER)
    assert token_hash(token) == token_hash(token.upper())


def test_no_two_tokens_are_alike() -> None:
    tokens = {new_token(SECRET) for _ in range(1000)}
    assert len(tokens) == len({token_hash(one) for one in tokens}) == 1000


def test_every_letter_of_a_token_counts() -> None:
    token = new_token(SECRET)
    for at, letter in enumerate(token):
        changed = token[:at] + ("b" if letter == "a" else "a") + token[at + 1 :]
        assert not is_well_formed(changed, SECRET)


@given(
    st.text(max_size=40) | st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=32, max_size=32)
)
def test_guesses_are_no_tokens(guess: str) -> None:
    assert not is_well_formed(guess, SECRET)


def test_a_token_fits_in_an_address() -> None:
    token = new_token(SECRET)
    address = write_reply_address(token, "in.example")
    assert len(address.partition("@")[0]) <= 64, "RFC 5321 §4.5.3.1.1"
    assert read_recipient(address.upper()).token == token


def test_the_secret_is_made_once_for_our_own_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "reply_tokens"
    secret = read_secret(path)
    assert len(secret) == 32
    assert read_secret(path) == secret
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["reply_tokens"]


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    found: list[bytes] = []
    together = threading.Barrier(8)

    def start() -> None:
        together.wait()
        found.append(read_secret(tmp_path / "reply_tokens"))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.parametrize("content", ["", "zz", "00" * 31, "geheim"])
def test_a_spoilt_secret_is_not_replaced_in_silence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "reply_tokens"
    path.write_text(content)
    with pytest.raises(ValueError, match="put back the file of your backup"):
        read_secret(path)
    assert path.read_text() == content
