"""What can be set about a secured Kafka, and what does not go together."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import ConfigDict, SecretStr, model_validator

from workers.cache.config import Config

VARIABLE = "SEMANTIC_CACHE_KAFKA__SECURITY__"
"""First part of these settings' names in the environment, for sentences that can be acted on."""


class SecurityProtocol(StrEnum):
    """What a broker's listener speaks, in Kafka's own words."""

    PLAINTEXT = "PLAINTEXT"
    SSL = "SSL"
    SASL_PLAINTEXT = "SASL_PLAINTEXT"
    SASL_SSL = "SASL_SSL"

    @property
    def is_encrypted(self) -> bool:
        """Whether it is TLS."""
        return self in (SecurityProtocol.SSL, SecurityProtocol.SASL_SSL)

    @property
    def signs_in(self) -> bool:
        """Whether it asks for a name and a password."""
        return self in (SecurityProtocol.SASL_PLAINTEXT, SecurityProtocol.SASL_SSL)


class SaslMechanism(StrEnum):
    """How name and password are proved. PLAIN sends the password itself; SCRAM a proof of it."""

    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"


class KafkaSecurityConfig(Config):
    """Encryption and sign-in of a secured Kafka."""

    model_config = ConfigDict(hide_input_in_errors=True)

    protocol: SecurityProtocol = SecurityProtocol.PLAINTEXT
    """What the listener speaks. Managed ones mostly speak `SASL_SSL`."""
    sasl_mechanism: SaslMechanism | None = None
    """`PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`."""
    username: str | None = None
    """For SASL."""
    password: SecretStr | None = None
    """For SASL."""
    ca_file: Path | None = None
    """The authorities that the brokers' certificates are signed by (PEM); absent: those that this machine trusts."""
    certificate_file: Path | None = None
    """This worker's own certificate (PEM), with those between it and its authority; for brokers that ask for one."""
    key_file: Path | None = None
    """Its key (PEM); absent: it is in the certificate's file."""
    key_password: SecretStr | None = None
    """Of an encrypted key."""
    check_hostname: bool = True
    """Off: a broker's certificate need not name the host that it was reached by; its authority is checked all the
    same."""

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, given: object) -> object:
        """A variable that is set to nothing, as orchestrators do, says nothing."""
        return {name: value for name, value in given.items() if value != ""} if isinstance(given, dict) else given

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if found := list(self._objections()):
            raise ValueError("; ".join(found))
        return self

    def _objections(self) -> Iterator[str]:
        sasl = {"SASL_MECHANISM": self.sasl_mechanism, "USERNAME": self.username, "PASSWORD": self.password}
        if self.protocol.signs_in:
            for name in (name for name, value in sasl.items() if value is None):
                yield f"{self.protocol} signs in by name and password, so it needs {VARIABLE}{name} too"
        elif idle := [VARIABLE + name for name, value in sasl.items() if value is not None]:
            yield (
                f"{self.protocol} signs in nobody, so {_listed(idle)} would do nothing: choose "
                f"{VARIABLE}PROTOCOL={'SASL_SSL' if self.protocol.is_encrypted else 'SASL_SSL or SASL_PLAINTEXT'}, or "
                f"leave {'it' if len(idle) == 1 else 'them'} out"
            )
        yield from self._tls_objections()

    def _tls_objections(self) -> Iterator[str]:
        files = {"CA_FILE": self.ca_file, "CERTIFICATE_FILE": self.certificate_file, "KEY_FILE": self.key_file}
        given = files | {"KEY_PASSWORD": self.key_password, "CHECK_HOSTNAME": None if self.check_hostname else False}
        idle = [VARIABLE + name for name, value in given.items() if value is not None]
        if idle and not self.protocol.is_encrypted:
            secure = SecurityProtocol.SASL_SSL if self.protocol.signs_in else SecurityProtocol.SSL
            yield (
                f"{self.protocol} is not encrypted, so {_listed(idle)} would do nothing: choose "
                f"{VARIABLE}PROTOCOL={secure}, or leave {'it' if len(idle) == 1 else 'them'} out"
            )
        for name, path in files.items():
            if path is not None and not path.is_file():
                yield f"{VARIABLE}{name}: there is no file {path}"
        if self.certificate_file is None and (self.key_file is not None or self.key_password is not None):
            yield f"a key is of no use without its certificate: set {VARIABLE}CERTIFICATE_FILE too"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
