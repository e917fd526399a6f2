"""The end of the story: what was seen, what it was worth, and how to go on."""

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from workers.demo.board import headline, ways
from workers.demo.model import DOLLARS_A_THOUSAND_TOKENS, THINKING_SECONDS, TOKENS_A_CALL
from workers.demo.promises import Promises
from workers.demo.tally import Tally

GO_ON = """\
semantic-cache stack        Kafka and Redis until Ctrl-C; prints what to export
semantic-cache worker       in a second terminal; start as many as you like
semantic-cache store "Question?" "Answer." --tag product:x
semantic-cache lookup "Question, in other words?" --explain
semantic-cache --help       all commands;  examples/ has programs to start from"""


def summary(console: Console, tally: Tally, promises: Promises) -> None:
    """Print it."""
    console.print()
    console.print(Panel(ways(tally), title="[bold]Summary[/bold]", subtitle=headline(tally), title_align="left"))
    console.print(
        Text(
            f"Latencies are the caller's, through Kafka and back. Saved: a model call of {THINKING_SECONDS:g} s and"
            f" {TOKENS_A_CALL:,} tokens, at an assumed ${DOLLARS_A_THOUSAND_TOKENS:g} per 1,000 tokens, for each hit.",
            style="dim",
        )
    )
    kept = len(promises.made) - len(promises.broken)
    console.print()
    if promises.broken:
        console.print(Text(f"{len(promises.broken)} of {len(promises.made)} promises did not hold:", style="bold red"))
        for promise in promises.broken:
            console.print(Text(f"  ✗ {promise.claim} ({promise.detail})" if promise.detail else f"  ✗ {promise.claim}"))
    else:
        console.print(Text(f"All {kept} promises held.", style="bold green"))
    console.print()
    console.print(Text("How to go on", style="bold"))
    console.print(Text(GO_ON), soft_wrap=True)
