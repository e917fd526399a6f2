"""What can go wrong with the embedded stack.

StackError
└── ServerDiedError
    └── PortTakenError
"""

from workers.errors import ConfigurationError


class StackError(ConfigurationError):
    """The embedded stack cannot do what was asked; the message says what would."""


class ServerDiedError(StackError):
    """An embedded server ended by itself; the end of its log is in the message."""


class PortTakenError(ServerDiedError):
    """An embedded server found its port in use by another process."""
