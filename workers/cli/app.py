"""The root of the command line: which subcommands there are, and in what order they are shown."""

from importlib.metadata import version
from typing import Annotated

import typer

from workers.cli import (
    calibrate,
    demo,
    feedback,
    import_file,
    invalidate,
    lookup,
    model,
    product_change,
    stack,
    stats,
    store,
    topics,
    worker,
)
from workers.cli.exit_codes import EXIT_CODES_TEXT

START, ASK, OPERATE = "Start here", "Ask and tell", "Operate"

app = typer.Typer(
    name="semantic-cache",
    help="A semantic cache over Kafka and Redis: its hits are verified, its invalidations are final.",
    epilog=f"""
[bold]First steps[/bold]
  semantic-cache demo                [dim]# watch it work; needs nothing else[/dim]
  semantic-cache stack               [dim]# Kafka and Redis; prints what to export[/dim]
  semantic-cache worker              [dim]# in a second terminal, after the exports[/dim]
  semantic-cache store "Question?" "Answer." --tag product:x
  semantic-cache lookup "Question?"

{EXIT_CODES_TEXT}
""",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command(rich_help_panel=START, epilog=demo.EPILOG)(demo.demo)
app.command(rich_help_panel=START, epilog=stack.EPILOG)(stack.stack)
app.command(rich_help_panel=START, epilog=worker.EPILOG)(worker.worker)
app.command(rich_help_panel=ASK, epilog=lookup.EPILOG)(lookup.lookup)
app.command(rich_help_panel=ASK, epilog=store.EPILOG)(store.store)
app.command(rich_help_panel=ASK, epilog=invalidate.EPILOG)(invalidate.invalidate)
app.command("product-change", rich_help_panel=ASK, epilog=product_change.EPILOG)(product_change.product_change)
app.command("import", rich_help_panel=ASK, epilog=import_file.EPILOG)(import_file.import_file)
app.command(rich_help_panel=OPERATE, epilog=stats.EPILOG)(stats.stats)
app.command(rich_help_panel=OPERATE, epilog=calibrate.EPILOG)(calibrate.calibrate)
app.add_typer(feedback.app, rich_help_panel=ASK)
app.add_typer(topics.app, rich_help_panel=OPERATE)
app.add_typer(model.app, rich_help_panel=OPERATE)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(version("semantic-cache"))
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """A semantic cache over Kafka and Redis: its hits are verified, its invalidations are final."""
