"""`semantic-cache invalidate`: these answers are no longer true."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from workers.cli.flatten import flatten
from workers.cli.help_text import epilog
from workers.cli.options import AsJson, Connection, Namespace
from workers.cli.output import json_line, note
from workers.cli.running import run

if TYPE_CHECKING:
    from client import Selection
    from schemas import InvalidationResult

EPILOG = epilog("""
[bold]Examples[/bold]
  semantic-cache invalidate --tag product:aurora-15
  semantic-cache invalidate --tag brand:Aurora --tag category:laptops --all-of
  semantic-cache invalidate --everything --namespace shop-eu --dry-run

When it returns, the answers are gone from Redis, and from every worker's memory within the staleness bound; a lookup
with --after TOKEN does not even wait for that.
""")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What shall go: tags, entries, or everything."""

    tag: Annotated[list[str] | None, typer.Option("--tag", "-t", metavar="TAG", help="May be given several times.")] = (
        None
    )
    all_of: Annotated[bool, typer.Option("--all-of", help="Entries with all the tags; else with any of them.")] = False
    entry_id: Annotated[list[str] | None, typer.Option(metavar="ID", help="May be given several times.")] = None
    everything: Annotated[bool, typer.Option("--everything", help="The whole namespace.")] = False
    namespace: Namespace = "default"
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what would go, and touch nothing.")] = False

    def selection(self) -> "Selection":
        """For the client."""
        selection: Selection = {"namespace": self.namespace, "match_all": self.all_of, "dry_run": self.dry_run}
        if self.tag:
            selection["tags"] = self.tag
        if self.entry_id:
            selection["entry_ids"] = self.entry_id
        if self.everything:
            selection["everything"] = True
        return selection


@flatten
def invalidate(chosen: Chosen, connection: Connection, as_json: AsJson = False) -> None:
    """Remove answers from every level, for good."""
    if sum(map(bool, (chosen.tag, chosen.entry_id, chosen.everything))) != 1:
        raise typer.BadParameter("name exactly one of --tag, --entry-id, --everything")
    result = run(_invalidate(chosen, connection))
    if as_json:
        json_line(result.model_dump(mode="json", exclude_none=True))
        return
    verb = "would remove" if chosen.dry_run else "removed"
    note(f"{verb} {result.removed or 0:,}" + (f" · token {result.token}" if result.token else ""))


async def _invalidate(chosen: Chosen, connection: Connection) -> "InvalidationResult":
    async with connection.client() as client:
        return await client.invalidate(**chosen.selection())
