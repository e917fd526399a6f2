"""`semantic-cache demo`: watch it work."""

from typing import Annotated

import typer

from workers.cli.exit_codes import ExitCode
from workers.cli.help_text import epilog
from workers.cli.running import run

EPILOG = epilog("""
Brings up Kafka and Redis, starts two workers, and plays a day of a shop in about a minute: repeats, paraphrases, other
personas, contrasts, a hundred callers with one question, a price that changes, a product that goes. It checks what it
shows: the exit code is 0 only if every promise held. Nothing stays behind.
""")


def demo(
    plain: Annotated[bool, typer.Option("--plain", help="Plain lines even on a terminal.")] = False,
) -> None:
    """Watch it work: a story with two workers, checked as it is told."""
    raise typer.Exit(run(_demo(plain)))


async def _demo(plain: bool) -> ExitCode:
    from workers.demo.command import DemoEnd, run_demo

    codes = {DemoEnd.KEPT: ExitCode.OK, DemoEnd.BROKEN: ExitCode.FAILED, DemoEnd.STOPPED: ExitCode.INTERRUPTED}
    return codes[await run_demo(plain=plain)]
