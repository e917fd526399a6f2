"""What may be set about a secured Kafka, what goes to aiokafka, and that no password is shown."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest

from workers.errors import ConfigurationError
from workers.kafka.connection import KafkaConnection
from workers.settings import KafkaConfig, Settings, load_settings

PREFIX = "SEMANTIC_CACHE_KAFKA__SECURITY__"
PASSWORD = "between-us-4711"  # noqa: S105 - of nothing
SASL = {"SASL_MECHANISM": "SCRAM-SHA-256", "USERNAME": "worker", "PASSWORD": PASSWORD}


def read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(PREFIX + name, value)
    return load_settings()


def connection(**security: Any) -> KafkaConnection:  # noqa: ANN401 - as read from the environment
    return KafkaConnection.of(KafkaConfig.model_validate({"bootstrap_servers": "a:1, b:2", "security": security}))


def test_a_kafka_that_is_not_secured_needs_nothing() -> None:
    assert connection().options() == {"bootstrap_servers": ["a:1", "b:2"]}


def test_what_aiokafka_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    made = KafkaConnection.of(read(monkeypatch, PROTOCOL="SASL_SSL", CHECK_HOSTNAME="false", **SASL).kafka)
    options = made.security_options()
    context = options.pop("ssl_context")
    assert isinstance(context, ssl.SSLContext)
    assert (context.check_hostname, context.verify_mode) == (False, ssl.CERT_REQUIRED)
    assert options == {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-256",
        "sasl_plain_username": "worker",
        "sasl_plain_password": PASSWORD,
    }


def test_the_host_name_is_checked_unless_told_otherwise() -> None:
    assert connection(protocol="SSL").security_options()["ssl_context"].check_hostname


def test_sign_in_without_encryption_has_no_tls() -> None:
    sasl = {name.lower(): value for name, value in SASL.items()}
    assert "ssl_context" not in connection(protocol="SASL_PLAINTEXT", **sasl).options()


def test_a_variable_that_is_set_to_nothing_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("PROTOCOL", "SASL_MECHANISM", "USERNAME", "PASSWORD", "CA_FILE", "CHECK_HOSTNAME", "KEY_PASSWORD")
    assert read(monkeypatch, **dict.fromkeys(names, "")).kafka == KafkaConfig()


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"PROTOCOL": "TLS"}, "'PLAINTEXT', 'SSL', 'SASL_PLAINTEXT' or 'SASL_SSL'"),
        ({"PROTOCOL": "SASL_SSL"} | SASL | {"SASL_MECHANISM": "GSSAPI"}, "'PLAIN', 'SCRAM-SHA-256' or 'SCRAM-SHA-512'"),
        ({"PROTOCOL": "SASL_SSL"} | SASL | {"PASSWORD": ""}, f"so it needs {PREFIX}PASSWORD too"),
        ({"PROTOCOL": "SASL_SSL"} | SASL | {"USERNAME": ""}, f"so it needs {PREFIX}USERNAME too"),
        ({"PROTOCOL": "SASL_SSL"} | SASL | {"SASL_MECHANISM": ""}, f"so it needs {PREFIX}SASL_MECHANISM too"),
        (SASL, f"PLAINTEXT signs in nobody, so {PREFIX}SASL_MECHANISM, {PREFIX}USERNAME and {PREFIX}PASSWORD would do"),
        ({"PROTOCOL": "SSL", "USERNAME": "a"}, f"choose {PREFIX}PROTOCOL=SASL_SSL, or leave it out"),
        ({"CA_FILE": __file__}, f"choose {PREFIX}PROTOCOL=SSL, or leave it out"),
        ({"PROTOCOL": "SASL_PLAINTEXT", "CA_FILE": __file__} | SASL, f"choose {PREFIX}PROTOCOL=SASL_SSL"),
        ({"CHECK_HOSTNAME": "false"}, f"PLAINTEXT is not encrypted, so {PREFIX}CHECK_HOSTNAME would do nothing"),
        ({"PROTOCOL": "SSL", "CA_FILE": "/not/there.pem"}, f"{PREFIX}CA_FILE: there is no file /not/there.pem"),
        ({"PROTOCOL": "SSL", "KEY_FILE": __file__}, f"set {PREFIX}CERTIFICATE_FILE too"),
        ({"PROTOCOL": "SSL", "KEY_PASSWORD": PASSWORD}, f"set {PREFIX}CERTIFICATE_FILE too"),
        ({"PASWORD": PASSWORD}, f"did you mean {PREFIX}PASSWORD?"),
    ],
)
def test_what_does_not_go_together_is_said(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ConfigurationError) as met:
        read(monkeypatch, **variables)
    assert sentence in str(met.value)
    assert PASSWORD not in f"{met.value}{met.value.__cause__}{met.value.__cause__!r}"


@pytest.mark.parametrize("name", ["ca_file", "certificate_file"])
def test_a_file_that_holds_something_else_is_said(tmp_path: Path, name: str) -> None:
    junk = tmp_path / "junk.pem"
    junk.write_text("junk")
    with pytest.raises(ConfigurationError, match=r"junk\.pem"):
        connection(protocol="SSL", **{name: junk})


def test_no_repr_shows_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, PROTOCOL="SASL_SSL", **SASL)
    for shown in (settings, settings.kafka, KafkaConnection.of(settings.kafka)):
        assert PASSWORD not in f"{shown!r}{shown}"
    assert PASSWORD not in settings.model_dump_json()
