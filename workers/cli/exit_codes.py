"""What a script can tell from the exit code."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of every subcommand; `semantic-cache --help` lists them."""

    OK = 0
    """Done; for `lookup`: a hit."""
    FAILED = 1
    """Refused by a worker as an error, or done only in part."""
    USAGE = 2
    """Wrong options, wrong settings, a message that breaks the contract."""
    UNAVAILABLE = 3
    """Kafka, the workers or the HTTP port do not answer; trying again may help."""
    MISS = 4
    """`lookup`: no answer is stored."""
    REFUSED = 5
    """`store`: what the answer was computed from has changed since."""
    INTERRUPTED = 130
    """Ctrl-C."""


EXIT_CODES_TEXT = """[bold]Exit codes[/bold]
  0  done; lookup: a hit             4  lookup: a miss
  1  failed, or done in part         5  store: refused, overtaken by a change
  2  wrong options or settings     130  Ctrl-C
  3  Kafka or the workers do not answer"""
