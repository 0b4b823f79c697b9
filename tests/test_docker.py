"""The files of docker/ fit together and fit mailbot, as far as that shows without an engine."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from mailbot.entrypoints.service import PARTS
from mailbot.settings import Settings, read_settings

DOCKER = Path(__file__).parents[1] / "docker"
FILES = ("compose.yaml", "compose.many.yaml")
#: what an operator brings; docs/operations.md says so
BROUGHT = {"./offices", "./secrets", "./secrets/reply_tokens"}


def read(name: str) -> dict[str, Any]:
    """Return a compose file with its variables filled in."""
    text = re.sub(r"\$\{(\w+):\?[^}]*\}", r"value-of-\1", (DOCKER / name).read_text())
    return dict(yaml.safe_load(text))


SERVICES = [(name, service) for name in FILES for service in read(name)["services"]]
OURS = [
    (name, service)
    for name, service in SERVICES
    if read(name)["services"][service].get("image") == "mailbot"
]


def mounts(service: dict[str, Any]) -> dict[str, str]:
    """Return what is mounted: source by target."""
    pairs = [volume.split(":") for volume in service.get("volumes", [])]
    return {target: source for source, target, *_ in pairs}


def settings_of(service: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return the settings that a service reads when it starts."""
    for name, value in service.get("environment", {}).items():
        monkeypatch.setenv(name, value)
    return read_settings(DOCKER / mounts(service)["/etc/mailbot/mailbot.toml"])


@pytest.mark.parametrize(("name", "service"), SERVICES)
def test_what_a_service_names_is_there(name: str, service: str) -> None:
    composed = read(name)
    one = composed["services"][service]
    if "build" in one:
        folder = one["build"] if isinstance(one["build"], str) else one["build"]["context"]
        file = one["build"]["dockerfile"] if isinstance(one["build"], dict) else "Dockerfile"
        assert (DOCKER / folder / file).is_file()
    assert set(one.get("depends_on", [])) <= set(composed["services"])
    for source in mounts(one).values():
        is_there = (DOCKER / source).exists() if source.startswith(".") else False
        assert is_there or source in BROUGHT or source in composed["volumes"], source


@pytest.mark.parametrize(("name", "service"), OURS)
def test_a_service_of_ours_starts_parts_that_there_are_with_settings_that_hold(
    name: str, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = read(name)["services"][service]
    settings = settings_of(one, monkeypatch)
    assert mounts(one)[str(settings.service.data)] in read(name)["volumes"]
    words = one.get("command", "serve").split()
    assert words[0] == "serve"
    assert words[1:2] in ([], ["--only"])
    assert {part for word in words[2:] for part in word.split(",")} <= set(PARTS)
    for port in one.get("ports", []):
        listens = {settings.smtp.listen, settings.web.listen}
        assert f"0.0.0.0:{port.rpartition(':')[2]}" in listens


def test_on_many_machines_everything_runs_and_nothing_is_shared_that_may_not_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services = read("compose.many.yaml")["services"]
    ours = {name: services[name] for file, name in OURS if file == "compose.many.yaml"}
    parts = [one["command"].removeprefix("serve --only ").split(",") for one in ours.values()]
    assert {part for some in parts for part in some} == set(PARTS) - {"imap"}
    assert sum(some == ["smtp"] for some in parts) == 2
    assert sum("worker" in some for some in parts) == 2
    assert len({mounts(one)["/data"] for one in ours.values()}) == len(ours)
    assert len({one["hostname"] for one in ours.values()}) == len(ours)
    for one in ours.values():
        settings = settings_of(one, monkeypatch)
        assert settings.database.url.startswith("postgresql://")
        assert settings.blobs.url.startswith("s3://")
        assert mounts(one)["/data/secrets/reply_tokens"] == "./secrets/reply_tokens"
        if "worker" in one["command"]:
            assert mounts(one)[str(settings.service.exports)] == "exports"


def test_postfix_hands_over_where_the_smtp_services_listen() -> None:
    services = read("compose.many.yaml")["services"]
    aliases = [services[f"smtp-{n}"]["networks"]["default"]["aliases"] for n in (1, 2)]
    listen = read_settings(DOCKER / "mailbot.many.toml").lmtp.listen
    main = (DOCKER / "postfix" / "main.cf").read_text()
    assert aliases == [["intake"], ["intake"]]
    assert f"relay_transport = lmtp:inet:intake:{listen.rpartition(':')[2]}\n" in main
    limit = read_settings(DOCKER / "mailbot.many.toml").smtp.max_size
    assert f"message_size_limit = {limit}\n" in main
