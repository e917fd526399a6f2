"""Ports that are free now."""

import socket
from contextlib import ExitStack, suppress

LOOPBACK = "127.0.0.1"


def free_ports(count: int) -> list[int]:
    """`count` different ports on the loopback interface that nobody listens on at this moment.

    Another process may take one before its user does: whoever uses them must be ready to ask again.
    """
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [each.getsockname()[1] for each in sockets]


def free_port(preferred: int | None = None) -> int:
    """`preferred` if nobody has it, else any free port."""
    if preferred is not None:
        with socket.socket() as probe, suppress(OSError):
            # As servers do: a port with nothing but connections of a server that is gone is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((LOOPBACK, preferred))
            return preferred
    return free_ports(1)[0]
