from __future__ import annotations

import socket
from urllib.parse import urlsplit

from workers.settings import Settings
from workers.stack.ports import LOOPBACK, free_port, free_ports
from workers.stack.stack import DEFAULT_KAFKA_PORT, DEFAULT_REDIS_PORT


def test_ports_are_different_and_can_be_bound() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    for port in ports:
        with socket.socket() as server:
            server.bind((LOOPBACK, port))


def test_a_preferred_port_is_taken_if_it_is_free() -> None:
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        port = server.getsockname()[1]
        assert free_port(port) != port
    assert free_port(port) == port


def test_a_port_that_somebody_listens_on_is_not_free() -> None:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((LOOPBACK, 0))
        server.listen()
        port = server.getsockname()[1]
        assert free_port(port) != port


def test_the_default_ports_are_those_of_the_settings() -> None:
    redis, kafka = Settings.model_fields["redis"].default, Settings.model_fields["kafka"].default
    assert urlsplit(redis.url.get_secret_value()).port == DEFAULT_REDIS_PORT
    assert kafka.bootstrap_servers == f"localhost:{DEFAULT_KAFKA_PORT}"
