"""`semantic-cache topics …`: the topics of a deployment."""

import typer

from workers.cli.help_text import epilog
from workers.cli.options import load_settings
from workers.cli.output import note
from workers.cli.running import run

app = typer.Typer(name="topics", help="The topics of a deployment.", no_args_is_help=True, rich_markup_mode="rich")

EPILOG = epilog("""
[bold]Example[/bold]
  SEMANTIC_CACHE_KAFKA__PARTITIONS=16 semantic-cache topics create

Workers do the same at their start unless SEMANTIC_CACHE_KAFKA__CREATE_TOPICS=false. What exists is left as it is.
""")


@app.command(epilog=EPILOG)
def create() -> None:
    """Create the topics that are missing."""
    created = run(_create())
    note(f"created {', '.join(created)}" if created else "all topics are there")


async def _create() -> list[str]:
    from aiokafka.errors import KafkaError

    from client import BrokerUnavailableError
    from workers.kafka.topics import create_topics

    settings = load_settings()
    try:
        return await create_topics(settings)
    except KafkaError as exc:
        servers = settings.kafka.bootstrap_servers
        raise BrokerUnavailableError(f"Kafka cannot be used at {servers}: {exc}") from exc


@app.callback()
def topics() -> None:
    """The topics of a deployment."""
