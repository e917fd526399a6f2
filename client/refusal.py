"""Why Kafka lets nobody in.

aiokafka tries every address and says only that none would do; the reasons go to its log. Here each address is tried
once more, to tell a refusal, which waiting does not help, from an outage.
"""

import asyncio
import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from aiokafka import errors
from aiokafka.conn import collect_hosts, create_conn
from aiokafka.protocol.metadata import MetadataRequest

KNOCK_MS = 5000
MOST_ADDRESSES = 8
"""That are tried: clusters may have hundreds of brokers, and those of one cluster are set up alike."""
HOST_NAME, IP_ADDRESS = 62, 64
"""OpenSSL's verification errors for a certificate that is good, but for another host (X509_V_ERR_…_MISMATCH)."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stands between this process and a broker."""

    sentence: str
    is_final: bool
    """Whether waiting does not help; else it may be an outage all the same."""


async def find_obstacle(options: Mapping[str, Any], brokers: Iterable[tuple[str, int]] = ()) -> Obstacle | None:
    """Try each bootstrap server and each of `brokers`, with `options` as aiokafka takes them.

    None: nothing is known that an outage would not explain.
    """
    given = options.get("bootstrap_servers", "localhost")
    places = dict.fromkeys([*((host, port) for host, port, _ in collect_hosts(given)), *brokers])
    tried = islice(places, MOST_ADDRESSES)
    found = [one for one in await asyncio.gather(*(_knock(*place, options) for place in tried)) if one]
    return min(found, key=lambda one: not one.is_final, default=None)


async def _knock(host: str, port: int, options: Mapping[str, Any]) -> Obstacle | None:
    access = {name: value for name, value in options.items() if name.startswith(("sasl_", "security_", "ssl_"))}
    has_answered = False
    try:
        connection = await create_conn(host, port, request_timeout_ms=KNOCK_MS, **access)
        has_answered = True
        try:
            await connection.send(MetadataRequest([]))
        finally:
            await connection.close()
    except (errors.KafkaError, OSError, TimeoutError) as exc:
        return _judge(exc, f"Kafka at {host}:{port}", options, has_answered=has_answered)
    return None


def _judge(error: BaseException, place: str, options: Mapping[str, Any], *, has_answered: bool) -> Obstacle | None:
    protocol = options.get("security_protocol", "PLAINTEXT")
    for cause in _causes(error):
        if sentence := _refusal(cause, place, options):
            return Obstacle(sentence, is_final=True)
    if has_answered:
        return Obstacle(f"{place} takes {protocol} and then hangs up: does it ask for a sign-in?", is_final=False)
    if any(isinstance(cause, ConnectionRefusedError) for cause in _causes(error)):
        return None
    if any(isinstance(c, (errors.KafkaConnectionError, ConnectionError, ssl.SSLError)) for c in _causes(error)):
        return Obstacle(f"{place} hangs up: is that where it speaks {protocol}?", is_final=False)
    return None


def _refusal(error: BaseException, place: str, options: Mapping[str, Any]) -> str | None:
    """A sentence where the error is final."""
    mechanism = options.get("sasl_mechanism", "PLAIN")
    match error:
        case errors.SaslAuthenticationFailed() | errors.AuthenticationFailedError():
            name = options.get("sasl_plain_username")
            return f"{place} refuses the sign-in of {name!r} by {mechanism}: check the user name and the password"
        case errors.UnsupportedSaslMechanismError():
            return f"{place} does not offer the SASL mechanism {mechanism}: choose one that its listener has enabled"
        case errors.IllegalSaslStateError():
            return f"{place} has no sign-in: take the address of its SASL listener, or a protocol without SASL"
        case ssl.SSLCertVerificationError(verify_code=code) if code in (HOST_NAME, IP_ADDRESS):
            return (
                f"{place} shows a certificate for another host ({error.verify_message}): reach it by a name that its "
                "certificate has, or turn the check of the host name off"
            )
        case ssl.SSLCertVerificationError():
            return (
                f"{place} shows a certificate that is not trusted here ({error.verify_message}): give the file of the "
                "authority (CA) that signed it"
            )
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            return None
        case ssl.SSLError(reason=str(reason)):
            word = reason.lower().replace("_", " ")
            return f"{place} and this side do not agree on TLS ({word}): check the client certificate and the protocol"
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """It and what it came of."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
