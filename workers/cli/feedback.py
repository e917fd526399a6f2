"""`semantic-cache feedback …`: was that hit right?"""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from workers.cli.flatten import flatten
from workers.cli.help_text import epilog
from workers.cli.options import Connection, Context, Namespace, load_settings, pairs
from workers.cli.output import json_line, note
from workers.cli.running import run

if TYPE_CHECKING:
    from client import FeedbackOptions
    from workers.cache.verdicts import PairVerdict

SEND_EPILOG = epilog("""
[bold]Example[/bold]
  semantic-cache feedback send wrong "How do I not cancel?" 9f86d081884c…

The question and its context as they were asked with; the entry's id from the hit (lookup --json). A pairing called
wrong is not served again by any worker. There is no reply: it returns when Kafka has the record.
""")
EXPORT_EPILOG = epilog("""
[bold]Example[/bold]
  semantic-cache feedback export --namespace shop-eu > pairs.jsonl
  semantic-cache calibrate pairs.jsonl

A line is {"question": …, "cached": …, "same": true or false}. It asks Redis itself, at SEMANTIC_CACHE_REDIS__URL.
Verdicts on an entry that was gone when they came have no stored question, and are left out.
""")

app = typer.Typer(
    name="feedback", help="Verdicts on hits.", no_args_is_help=True, rich_markup_mode="rich", add_completion=False
)


class Word(StrEnum):
    """As Verdict of the schemas, which need not be loaded to show the help."""

    RIGHT = "right"
    WRONG = "wrong"


@app.command(epilog=SEND_EPILOG)
@flatten
def send(
    verdict: Annotated[Word, typer.Argument(help="`right` or `wrong`.", metavar="VERDICT")],
    prompt: Annotated[str, typer.Argument(help="The question that was asked.")],
    entry_id: Annotated[str, typer.Argument(help="The entry that it was answered with.")],
    connection: Connection,
    namespace: Namespace = "default",
    context: Context = None,
) -> None:
    """Say whether a hit was right."""
    options: FeedbackOptions = {"namespace": namespace}
    if fields := pairs("--context", context):
        options["context"] = fields
    run(_send(verdict, (prompt, entry_id), connection, options))
    note(f"said: {verdict.value}")


async def _send(verdict: Word, pairing: tuple[str, str], connection: Connection, options: "FeedbackOptions") -> None:
    from schemas import Verdict

    async with connection.client() as client:
        await client.feedback(Verdict(verdict.value), *pairing, **options)


@app.command(epilog=EXPORT_EPILOG)
def export(namespace: Namespace = "default") -> None:
    """Write the verdicts of a namespace as labelled pairs, a line each."""
    verdicts = run(_export(namespace))
    kept = [verdict for verdict in verdicts if verdict.cached is not None and not verdict.is_own]
    for verdict in kept:
        json_line({"question": verdict.question, "cached": verdict.cached, "same": verdict.verdict == "right"})
    note(f"{len(kept):,} of {len(verdicts):,} verdicts are on a pairing that is known in full")


async def _export(namespace: str) -> "list[PairVerdict]":
    from workers.cache.l2.link import RedisLink
    from workers.cache.l2.redis_commands import Keys
    from workers.cache.l2.verdicts import RedisVerdicts

    config = load_settings().redis
    link = RedisLink(config, on_connect=lambda: None)
    link.open()
    try:
        # Verdicts are of no embedding model: any fingerprint does.
        kept = RedisVerdicts(link, Keys(config.key_prefix, ""), timeout_ms=config.write_timeout_ms, max_count=1)
        return await kept.verdicts(namespace)
    finally:
        await link.aclose()


@app.callback()
def feedback() -> None:
    """Verdicts on hits."""
