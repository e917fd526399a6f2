"""`semantic-cache stack`: Kafka and Redis for development."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from workers.cli.flatten import flatten
from workers.cli.help_text import epilog
from workers.cli.options import AsJson, load_settings
from workers.cli.running import run

EPILOG = epilog("""
[bold]Examples[/bold]
  semantic-cache stack
  semantic-cache stack --data-dir ~/cache-data      [dim]# keeps what it holds[/dim]
  semantic-cache stack --json                       [dim]# one line for programs[/dim]

--json prints {"kafka_bootstrap_servers": …, "redis_url": …, "kafka": "apache" or "mock"} when both are ready.
Not for production: one broker and one Redis, on this machine alone. The first start fetches them.
""")


class Flavour(StrEnum):
    """As KafkaFlavour of the stack, which need not be loaded to show the help."""

    AUTO = "auto"
    APACHE = "apache"
    MOCK = "mock"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where, and what of."""

    kafka: Annotated[
        Flavour, typer.Option(help="Apache Kafka needs Java and Maven; the mock stands in where they are missing.")
    ] = Flavour.AUTO
    kafka_port: Annotated[int | None, typer.Option(min=1, max=65_535, metavar="PORT", help="Default: a free one.")] = (
        None
    )
    redis_port: Annotated[
        int | None, typer.Option(min=1, max=65_535, metavar="PORT", help="Default: 6380, else a free one.")
    ] = None
    data_dir: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Keep the data there; default: they go with the stack.")
    ] = None


@flatten
def stack(ports: Ports, as_json: AsJson = False) -> None:
    """Run Kafka and Redis until Ctrl-C."""
    run(_stack(ports, as_json))


async def _stack(ports: Ports, as_json: bool) -> None:
    from workers.stack import KafkaFlavour, StackOptions
    from workers.stack.command import StackCommand
    from workers.stack.command import stack as run_stack

    options = StackOptions(
        kafka=KafkaFlavour(ports.kafka.value),
        kafka_port=ports.kafka_port,
        redis_port=ports.redis_port,
        data_dir=ports.data_dir,
    )
    await run_stack(StackCommand(options, as_json, load_settings().cache_dir))
