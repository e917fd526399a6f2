"""`semantic-cache lookup`: is there an answer to this question already?"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from workers.cli.exit_codes import ExitCode
from workers.cli.flatten import flatten
from workers.cli.help_text import epilog
from workers.cli.options import AsJson, Connection, Context, Namespace, pairs
from workers.cli.output import json_line, note, notes
from workers.cli.running import run

if TYPE_CHECKING:
    from client import LookupOptions
    from schemas import LookupResult

EPILOG = epilog("""
[bold]Examples[/bold]
  semantic-cache lookup "How long does the battery last?" && echo "a hit"
  semantic-cache lookup "How do I cancel?" -c user_persona=customer --explain
  semantic-cache lookup "What does it cost?" --json | jq -r .response

The answer goes to standard output, what is known about it to standard error. Exit code 0: a hit; 4: a miss.
""")

NOT_COMPARED = "answered by key: no other question was looked at; --mode semantic looks for those that are near"
NOT_LOOKED_FOR = "no stored question was looked at"


class Mode(StrEnum):
    """As LookupMode of the schemas, which need not be loaded to show the help."""

    EXACT_THEN_SEMANTIC = "exact_then_semantic"
    EXACT = "exact"
    SEMANTIC = "semantic"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for, and how strictly."""

    namespace: Namespace = "default"
    context: Context = None
    mode: Annotated[
        Mode, typer.Option(metavar="MODE", help="`exact`: by key alone; `semantic`: passes exact keys over.")
    ] = Mode.EXACT_THEN_SEMANTIC
    min_similarity: Annotated[
        float | None,
        typer.Option(min=0, max=1, metavar="COSINE", help="0 to 1; stricter than the workers', never laxer."),
    ] = None
    max_age: Annotated[float | None, typer.Option(min=0, metavar="SECONDS", help="Older answers do not count.")] = None
    wait_ms: Annotated[
        int,
        typer.Option(
            min=0, max=60_000, metavar="MS", help="Wait so long for an answer that another caller is computing."
        ),
    ] = 0
    after: Annotated[
        str | None, typer.Option(metavar="TOKEN", help="Reflect the invalidation that gave this token.")
    ] = None
    allow_stale: Annotated[
        bool, typer.Option("--allow-stale", help="An expired answer may be served, if its store allowed it.")
    ] = False

    def options(self) -> "LookupOptions":
        """For the client."""
        from schemas import LookupMode

        options: LookupOptions = {
            "namespace": self.namespace,
            "mode": LookupMode(self.mode.value),
            "wait_ms": self.wait_ms,
            "allow_stale": self.allow_stale,
        }
        if context := pairs("--context", self.context):
            options["context"] = context
        if self.min_similarity is not None:
            options["min_similarity"] = self.min_similarity
        if self.max_age is not None:
            options["max_age_seconds"] = self.max_age
        if self.after is not None:
            options["after"] = self.after
        return options


@flatten
def lookup(
    prompt: Annotated[str, typer.Argument(help="The question, as a user would put it.")],
    question: Question,
    connection: Connection,
    explain: Annotated[bool, typer.Option("--explain", help="Show the candidates with scores and reasons.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask for a stored answer."""
    result = run(_ask(prompt, question, connection, explain))
    if as_json:
        json_line(result.model_dump(mode="json", exclude_none=True))
    else:
        tell(result, explain=explain)
    raise typer.Exit(ExitCode.MISS if result.response is None else ExitCode.OK)


async def _ask(prompt: str, question: Question, connection: Connection, explain: bool) -> "LookupResult":
    options = question.options()
    options["explain"] = explain
    async with connection.client() as client:
        return await client.lookup(prompt, **options)


def tell(result: "LookupResult", *, explain: bool) -> None:
    """The answer to standard output, what is known about it to standard error."""
    if result.response is not None:
        typer.echo(result.response)
    note(" · ".join(summary(result)))
    if result.candidates is not None:
        notes().print(candidates_table(result))
    elif explain:
        note(NOT_COMPARED if result.response is not None else NOT_LOOKED_FOR)


def summary(result: "LookupResult") -> list[str]:
    """What is known about an answer, or about its absence, in a few words each."""
    if result.response is None:
        leader = {True: "yours to compute", False: "another caller is computing it", None: None}[result.leader]
        degraded = "Redis could not be asked" if result.degraded else None
        parts = ["miss", degraded, result.reason, leader, f"fence {result.fence}" if result.fence is not None else None]
    else:
        parts = [
            "stale hit" if result.stale else "hit",
            result.layer and result.layer.value.upper(),
            result.match and result.match.value,
            f"similarity {result.similarity:.3f}" if result.similarity is not None else None,
            f"asked as {result.matched_prompt!r}" if result.match == "semantic" else None,
            f"age {duration(result.age_seconds)}" if result.age_seconds is not None else None,
            f"expires in {duration(result.expires_in_seconds)}" if result.expires_in_seconds is not None else None,
            f"tags {', '.join(result.tags)}" if result.tags else None,
            f"entry {result.entry_id}" if result.entry_id else None,
        ]
    return [part for part in parts if part]


def candidates_table(result: "LookupResult") -> Table:
    """The stored questions that came near, and the verdict on each. Long ones are folded, never cut off."""
    table = Table(title="Candidates", title_justify="left", expand=False)
    candidates = result.candidates or ()
    is_verified = any(candidate.verifier_score is not None for candidate in candidates)
    for heading in ("cosine", "sure", "verifier") if is_verified else ("cosine", "sure"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("stored question", overflow="fold")
    for candidate in candidates:
        # 0: a floor, a guard or feedback refused it before the score was asked.
        numbers = [f"{candidate.similarity:.3f}", f"{candidate.confidence:.2f}" if candidate.confidence else ""]
        if is_verified:
            numbers.append("" if candidate.verifier_score is None else f"{candidate.verifier_score:.2f}")
        verdict = Text("yes ", "green") if candidate.accepted else Text("no ", "red")
        # Text, not strings: what users wrote is not markup.
        table.add_row(*numbers, verdict + Text(candidate.reason), Text(candidate.prompt))
    if not candidates:
        table.add_row("", "", "", "nothing is stored for this namespace and context")
    return table


def duration(seconds: float) -> str:
    """`12.5 s`, `58 min`, `23.9 h`, `3.2 d`."""
    for limit, divisor, unit in ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if abs(seconds) < limit:
            return f"{seconds / divisor:.3g} {unit}"
    return f"{seconds / 86_400:.3g} d"
