"""What can go wrong while fetching, in words for whoever runs the set-up.

FetchError
├── DownloadFailedError
├── ChecksumMismatchError
└── ToolMissingError
"""

from workers.errors import ConfigurationError


class FetchError(ConfigurationError):
    """Something that the embedded stack or the model needs could not be put in place."""


class DownloadFailedError(FetchError):
    """A download did not end well; its tool's own last words are in the message."""


class ChecksumMismatchError(FetchError):
    """What was downloaded is not what this version of the project was tested with."""


class ToolMissingError(FetchError):
    """A program or package that fetching needs is not installed."""
