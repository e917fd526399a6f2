"""`semantic-cache store`: keep this answer."""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.exit_codes import ExitCode
from workers.cli.flatten import flatten
from workers.cli.help_text import epilog
from workers.cli.options import AsJson, Connection, Context, Namespace, pairs
from workers.cli.output import json_line, note
from workers.cli.running import run

if TYPE_CHECKING:
    from client import StoreOptions
    from schemas import StoreResult

EPILOG = epilog("""
[bold]Examples[/bold]
  semantic-cache store "How long does it last?" "18 hours." --tag product:x --ttl 3600
  ask-the-model "$q" | semantic-cache store "$q" - --fence "$fence"

The fence comes from the miss (semantic-cache lookup … --json | jq .fence). With it, an answer that was overtaken by a
change of its product is refused (exit code 5).
""")


@dataclass(frozen=True, slots=True)
class Keeping:
    """Under which conditions it is kept."""

    namespace: Namespace = "default"
    context: Context = None
    tag: Annotated[
        list[str] | None,
        typer.Option("--tag", "-t", metavar="TAG", help="What the answer depends on; may be given several times."),
    ] = None
    ttl: Annotated[float | None, typer.Option(metavar="SECONDS", help="Default: the workers' own.")] = None
    metadata: Annotated[str | None, typer.Option(metavar="JSON", help="An object that comes back with the answer.")] = (
        None
    )
    fence: Annotated[int | None, typer.Option(min=0, metavar="N", help="From the miss.")] = None
    stale_if_error: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="After expiry, for lookups that allow stale answers.")
    ] = None

    def options(self) -> "StoreOptions":
        """For the client."""
        options: StoreOptions = {"namespace": self.namespace}
        if context := pairs("--context", self.context):
            options["context"] = context
        if self.tag:
            options["tags"] = self.tag
        if self.ttl is not None:
            options["ttl_seconds"] = self.ttl
        if self.metadata is not None:
            options["metadata"] = _json_object(self.metadata)
        if self.fence is not None:
            options["fence"] = self.fence
        if self.stale_if_error is not None:
            options["stale_if_error_seconds"] = self.stale_if_error
        return options


@flatten
def store(
    prompt: Annotated[str, typer.Argument(help="The question.")],
    response: Annotated[str, typer.Argument(help="The answer; `-` reads it from standard input.")],
    keeping: Keeping,
    connection: Connection,
    as_json: AsJson = False,
) -> None:
    """Keep an answer."""
    text = sys.stdin.read() if response == "-" else response
    result = run(_store(prompt, text, keeping, connection))
    if as_json:
        json_line(result.model_dump(mode="json", exclude_none=True))
    else:
        note(" · ".join(part for part in (result.status.value, result.reason, result.entry_id) if part))
    raise typer.Exit(ExitCode.REFUSED if result.status == "refused" else ExitCode.OK)


async def _store(prompt: str, response: str, keeping: Keeping, connection: Connection) -> "StoreResult":
    options = keeping.options()
    async with connection.client() as client:
        return await client.store(prompt, response, **options)


def _json_object(text: str) -> dict[str, Any]:
    import json

    try:
        value = json.loads(text)
    except ValueError as exc:
        raise typer.BadParameter(f"not JSON: {exc}", param_hint="--metadata") from exc
    if not isinstance(value, dict):
        raise typer.BadParameter('must be a JSON object, such as \'{"model": "m-large"}\'', param_hint="--metadata")
    return value
