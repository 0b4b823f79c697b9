"""What a certificate says, whoever signed it and however old it is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailbot.entrypoints.certificate import read_certificate
from tests.kit.keys import make_certificate

NOW = datetime.now(UTC)


@pytest.mark.parametrize("days", [10, -1])
def test_names_and_end_are_read(tmp_path: Path, days: int) -> None:
    ends = NOW + timedelta(days=days)
    cert, key = make_certificate(tmp_path, ["in.example", "*.office.example"], ends=ends)
    found = read_certificate(cert, key)
    assert abs(found.ends - ends) < timedelta(seconds=2)
    assert found.is_for("IN.example.")
    assert found.is_for("mx.office.example")
    assert not found.is_for("a.mx.office.example")
    assert not found.is_for("office.example")


def test_a_key_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    cert, _ = make_certificate(tmp_path, ["in.example"])
    _, other = make_certificate(tmp_path / "other", ["in.example"])
    with pytest.raises(OSError, match="MISMATCH"):
        read_certificate(cert, other)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("no certificate")
    with pytest.raises(OSError):
        read_certificate(tmp_path / "cert.pem", tmp_path / "cert.pem")
    with pytest.raises(OSError):
        read_certificate(tmp_path / "none.pem", None)
