"""How this process connects to Kafka: made once from the settings, handed to every part that talks to a broker."""

import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from workers.errors import ConfigurationError
from workers.kafka.security import VARIABLE, KafkaSecurityConfig
from workers.settings import KafkaConfig


class _OneSidedClose(ssl.SSLObject):
    """Closes without waiting for the broker to close too, as TLS allows (RFC 8446, section 6.1).

    A broker that holds a fetch answers only after it; and one that reads a request and the close behind it in one go
    never answers the close, so that closing would take the event loop's whole patience: 30 s, at every start.
    """

    def unwrap(self) -> None:
        """Send the close; the other side's is not awaited."""
        with suppress(ssl.SSLWantReadError):
            super().unwrap()


@dataclass(frozen=True, slots=True)
class KafkaConnection:
    """Where the brokers are, and how they let one in."""

    servers: str
    """`host:port`, several separated by commas."""
    security: KafkaSecurityConfig = field(default_factory=KafkaSecurityConfig)
    tls: ssl.SSLContext | None = field(default=None, repr=False, compare=False)
    """Shared by all connections, so that certificates are read once."""

    @classmethod
    def of(cls, config: KafkaConfig) -> Self:
        """By the settings. Reads the certificates.

        Raises:
            ConfigurationError: a file does not hold what it should, or its password is wrong.
        """
        return cls(config.bootstrap_servers, config.security, tls_context(config.security))

    def options(self) -> dict[str, Any]:
        """For every class of aiokafka that connects. Holds the password: for no log."""
        return {"bootstrap_servers": [place.strip() for place in self.servers.split(",")], **self.security_options()}

    def security_options(self) -> dict[str, Any]:
        """The same without the address; of a Kafka that is not secured, nothing."""
        security = self.security
        options: dict[str, Any] = {}
        if security.protocol.is_encrypted or security.protocol.signs_in:
            options["security_protocol"] = security.protocol.value
        if self.tls is not None:
            options["ssl_context"] = self.tls
        if security.sasl_mechanism is not None and security.password is not None:
            options["sasl_mechanism"] = security.sasl_mechanism.value
            options["sasl_plain_username"] = security.username
            options["sasl_plain_password"] = security.password.get_secret_value()
        return options


def tls_context(security: KafkaSecurityConfig) -> ssl.SSLContext | None:
    """What the brokers' certificates are checked against, and this worker's own; None where nothing is encrypted.

    Raises:
        ConfigurationError: as `KafkaConnection.of`.
    """
    if not security.protocol.is_encrypted:
        return None
    try:
        context = ssl.create_default_context(cafile=security.ca_file)
    except OSError as exc:
        raise ConfigurationError(
            f"{VARIABLE}CA_FILE: {security.ca_file} cannot be read as certificates in PEM form: {_reason(exc)}"
        ) from exc
    context.sslobject_class = _OneSidedClose
    context.check_hostname = security.check_hostname
    if security.certificate_file is not None:
        _add_own(context, security)
    return context


def _add_own(context: ssl.SSLContext, security: KafkaSecurityConfig) -> None:
    assert security.certificate_file is not None  # noqa: S101 - the caller looked; for the type checker
    # Never None: without a password OpenSSL would ask for it at the terminal.
    password = "" if security.key_password is None else security.key_password.get_secret_value()
    try:
        context.load_cert_chain(security.certificate_file, security.key_file, password)
    except OSError as exc:
        raise ConfigurationError(
            f"the certificate {security.certificate_file} and its key {security.key_file or 'in the same file'} "
            f"cannot be used: {_reason(exc)}. Both must be PEM, belong together, and an encrypted key needs "
            f"{VARIABLE}KEY_PASSWORD"
        ) from exc


def _reason(exc: OSError) -> str:
    """OpenSSL's word for it where it has one, else the system's."""
    if isinstance(exc, ssl.SSLError):
        return (exc.reason or "no PEM, or locked by another password").lower().replace("_", " ")
    return exc.strerror or str(exc)
