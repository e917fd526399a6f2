"""A broker as managed ones are: TLS by an authority of its own, sign-in by name and password or by certificate."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workers.stack import ApacheKafka
from workers.stack.ports import LOOPBACK, free_ports

USER = "worker"
PASSWORD = "between-us-4711"  # noqa: S105 - of a broker that lives for one test
KEY_PASSWORD = "of-the-key-0815"  # noqa: S105
HOST = "localhost"
"""What the broker's certificate names; it does not name the address."""

CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "2")


@dataclass(frozen=True)
class Certificates:
    """Files of one authority and of those that it vouches for, all PEM."""

    folder: Path

    @property
    def ca(self) -> Path:
        """The authority's certificate."""
        return self.folder / "ca.pem"

    @property
    def broker(self) -> Path:
        """The broker's key and certificate in one file, as Kafka takes them."""
        return self.folder / "broker.both.pem"

    @property
    def worker(self) -> Path:
        """A worker's certificate."""
        return self.folder / "worker.pem"

    @property
    def worker_key(self) -> Path:
        """Its key, locked by KEY_PASSWORD."""
        return self.folder / "worker.key"

    async def make(self) -> None:
        """Ask openssl for all of them."""
        (self.folder / "openssl.cnf").write_text("[req]\ndistinguished_name=dn\n[dn]\n")  # not the machine's own
        root = _extensions("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign")
        await self._certificate("ca", "-nodes", *root)
        await self._signed("broker", "-nodes", *_extensions(f"subjectAltName=DNS:{HOST}"))
        await self._signed("worker", "-passout", f"pass:{KEY_PASSWORD}")
        parts = [(self.folder / name).read_text() for name in ("broker.key", "broker.pem")]
        self.broker.write_text("".join(parts))

    async def _signed(self, name: str, *options: str) -> None:
        by = ("-CA", str(self.ca), "-CAkey", str(self.folder / "ca.key"))
        await self._certificate(name, *by, *_extensions("authorityKeyIdentifier=keyid"), *options)

    async def _certificate(self, name: str, *options: str) -> None:
        files = ("-keyout", str(self.folder / f"{name}.key"), "-out", str(self.folder / f"{name}.pem"))
        process = await asyncio.create_subprocess_exec(
            *("openssl", "req", "-x509", "-config", str(self.folder / "openssl.cnf"), *CURVE, *files),
            *("-subj", f"/CN={name}", *_extensions("subjectKeyIdentifier=hash"), *options),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()


def _extensions(*lines: str) -> list[str]:
    return [part for line in lines for part in ("-addext", line)]


class SecuredKafka(ApacheKafka):
    """One node with two more listeners: SASL_SSL, and TLS that asks for the client's certificate."""

    def __init__(self, certificates: Certificates) -> None:
        super().__init__()
        self.certificates = certificates
        self._secured_port = self._mutual_port = 0

    @property
    def secured(self) -> str:
        """SASL_SSL with PLAIN and SCRAM-SHA-512."""
        return f"{HOST}:{self._secured_port}"

    @property
    def secured_by_address(self) -> str:
        """The same, by a name that its certificate has not."""
        return f"{LOOPBACK}:{self._secured_port}"

    @property
    def mutual(self) -> str:
        """SSL; only who shows a certificate is let in."""
        return f"{HOST}:{self._mutual_port}"

    def settings(self, mechanism: str, **more: str) -> dict[str, str]:
        """For a worker on the SASL_SSL listener, without the prefix of the environment."""
        return prefixed(
            {
                "PROTOCOL": "SASL_SSL",
                "SASL_MECHANISM": mechanism,
                "USERNAME": USER,
                "PASSWORD": PASSWORD,
                "CA_FILE": str(self.certificates.ca),
            }
            | more
        )

    def _properties(self) -> str:
        self._secured_port, self._mutual_port = free_ports(2)
        places = f"SECURED://{HOST}:{self._secured_port},MUTUAL://{HOST}:{self._mutual_port}"
        lines = dict(line.split("=", 1) for line in super()._properties().splitlines())
        lines["listeners"] += f",{places}"
        lines["advertised.listeners"] += f",{places}"
        lines["listener.security.protocol.map"] += ",SECURED:SASL_SSL,MUTUAL:SSL"
        module = "org.apache.kafka.common.security"
        lines |= {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self.certificates.broker),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.certificates.ca),
            "listener.name.mutual.ssl.client.auth": "required",
            "listener.name.secured.sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512",
            "listener.name.secured.plain.sasl.jaas.config": (
                f'{module}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
            ),
            "listener.name.secured.scram-sha-512.sasl.jaas.config": f"{module}.scram.ScramLoginModule required;",
        }
        return "".join(f"{name}={value}\n" for name, value in lines.items())

    def _first_users(self) -> list[str]:
        return ["--add-scram", f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]"]


def prefixed(security: Mapping[str, str]) -> dict[str, str]:
    """Settings of kafka.security, as a deployment of the tests takes them."""
    return {f"KAFKA__SECURITY__{name}": value for name, value in security.items()}
