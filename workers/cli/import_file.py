"""`semantic-cache import`: many answers from a file, a line each."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from workers.cli.exit_codes import ExitCode
from workers.cli.flatten import flatten
from workers.cli.help_text import epilog
from workers.cli.options import AsJson, Connection, Namespace
from workers.cli.output import json_line, note, notes
from workers.cli.running import run

if TYPE_CHECKING:
    from workers.cli.importing import ImportOptions, Show, Tally

EPILOG = epilog("""
[bold]A line[/bold]
  {"prompt": "How long does it last?", "response": "18 hours.", "tags": ["product:x"]}

and, if wanted, namespace, context, ttl_seconds, metadata, fence, stale_if_error_seconds, request_id: the fields of a
StoreRequest.

[bold]Examples[/bold]
  semantic-cache import answers.jsonl --namespace shop-eu
  zcat answers.jsonl.gz | semantic-cache import - --json

A bad line is reported with its number and passed over; the exit code is then 1. The import stops where Kafka or the
workers no longer answer (exit code 3), and can simply be run again: what is stored already is replaced by the same.
""")


@flatten
def import_file(
    file: Annotated[str, typer.Argument(metavar="FILE.jsonl", help="`-` reads standard input.")],
    connection: Connection,
    namespace: Namespace = "default",
    in_flight: Annotated[
        int, typer.Option(min=1, max=10_000, metavar="N", help="Stores that may be under way at once.")
    ] = 200,
    as_json: AsJson = False,
) -> None:
    """Store the answers of a JSON Lines file."""
    from workers.cli.importing import ImportOptions

    with ExitStack() as exits:
        lines, size = exits.enter_context(_opened(file))
        show = exits.enter_context(_progress(size))
        options = ImportOptions(namespace, in_flight, complain=note, show=show)
        tally = run(_import(lines, connection, options))
    if as_json:
        json_line(tally.as_dict())
    else:
        note(str(tally))
    raise typer.Exit(_exit_code(tally))


async def _import(lines: IO[bytes], connection: Connection, options: "ImportOptions") -> "Tally":
    from workers.cli.importing import Importer

    return await Importer(connection.client(), options).run(lines)


def _exit_code(tally: "Tally") -> ExitCode:
    if tally.stopped_at is not None:
        return ExitCode.UNAVAILABLE
    return ExitCode.OK if tally.is_clean else ExitCode.FAILED


@contextmanager
def _opened(file: str) -> Iterator[tuple[IO[bytes], int | None]]:
    """The lines, and how many bytes there are, if that can be known."""
    if file == "-":
        yield sys.stdin.buffer, None
        return
    path = Path(file)
    try:
        opened = path.open("rb")
    except OSError as exc:
        raise typer.BadParameter(f"{file}: {exc.strerror}", param_hint="FILE.jsonl") from exc
    with opened:
        yield opened, path.stat().st_size


@contextmanager
def _progress(size: int | None) -> Iterator["Show"]:
    """A moving bar on a terminal, nothing elsewhere."""
    console = notes()
    columns = (TextColumn("importing"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[done]}"))
    with Progress(*columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task("importing", total=size, done="")

        def show(read: int, tally: "Tally") -> None:
            bars.update(task, completed=read, done=f"{tally.lines:,} lines")

        yield show
