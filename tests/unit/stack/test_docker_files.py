"""The image and the composition, as far as they can be judged without a daemon."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from workers.settings import ENV_PREFIX, load_settings
from workers.stack.kafka_jars import KAFKA_VERSION

ROOT = Path(__file__).parents[3]
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
INSTRUCTIONS = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", DOCKERFILE, flags=re.MULTILINE)).splitlines()
IGNORED = (ROOT / "docker" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def arguments(instruction: str) -> list[list[str]]:
    return [shlex.split(line)[1:] for line in INSTRUCTIONS if line.startswith(f"{instruction} ")]


def sources_from_the_tree() -> list[str]:
    copies = (words for words in arguments("COPY") if not words[0].startswith("--from"))
    return [source.rstrip("/") for words in copies for source in words[:-1]]


@pytest.mark.parametrize("source", sources_from_the_tree())
def test_what_is_copied_exists_and_is_not_ignored(source: str) -> None:
    assert (ROOT / source).exists()
    assert f"!{source}" in IGNORED


def test_what_the_project_is_packaged_from_is_copied() -> None:
    packages = {"schemas", "workers", "client", "pyproject.toml", "README.md", "LICENSE"}
    assert packages <= set(sources_from_the_tree())


def test_packages_are_installed_by_hash_or_from_here() -> None:
    installs = re.findall(r"/pip (?:install|wheel) ([^&\n]+)", "\n".join(INSTRUCTIONS))
    assert len(installs) == 5
    assert all("--require-hashes" in install or "--no-index" in install for install in installs)


def test_the_worker_is_nobody_and_is_watched() -> None:
    assert arguments("USER") == [["10001"]]
    (health,) = arguments("HEALTHCHECK")
    assert "http://127.0.0.1:8000/health/ready" in " ".join(health)
    assert arguments("EXPOSE") == [["8000"]]


def test_every_service_has_a_version_and_its_health_is_checked() -> None:
    assert set(SERVICES) == {"kafka", "redis", "worker"}
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{KAFKA_VERSION}"
    assert SERVICES["redis"]["image"] == "redis:8"
    for name in ("kafka", "redis"):
        assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
        assert SERVICES["worker"]["depends_on"][name] == {"condition": "service_healthy"}


def test_each_worker_has_a_port_of_the_host() -> None:
    (mapping,) = SERVICES["worker"]["ports"]
    first, last = map(int, mapping.partition(":")[0].split("-"))
    assert last - first + 1 == SERVICES["worker"]["deploy"]["replicas"] == 2


def test_the_workers_environment_is_settings_that_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SERVICES["worker"]["environment"].items():
        assert name.startswith(ENV_PREFIX)
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.redis.url.get_secret_value() == "redis://redis:6379"
    assert (
        f"INSIDE://{settings.kafka.bootstrap_servers}" in SERVICES["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    )


def test_every_listener_of_kafka_has_a_protocol() -> None:
    environment = SERVICES["kafka"]["environment"]
    protocols = dict(pair.split(":") for pair in environment["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(","))
    listeners = dict(pair.split("://:") for pair in environment["KAFKA_LISTENERS"].split(","))
    advertised = dict(pair.split("://") for pair in environment["KAFKA_ADVERTISED_LISTENERS"].split(","))
    assert set(listeners) == set(protocols) == set(advertised) | {"CONTROLLER"}
    assert all(address.endswith(f":{listeners[name]}") for name, address in advertised.items())
    assert environment["KAFKA_CONTROLLER_QUORUM_VOTERS"] == f"1@kafka:{listeners['CONTROLLER']}"


def test_volumes_are_declared() -> None:
    used = {volume.partition(":")[0] for each in SERVICES.values() for volume in each.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])
