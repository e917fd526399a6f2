"""Options that several subcommands share, and their way into values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from client import SemanticCacheClient
    from workers.settings import Settings

CONNECTION = "Connection"


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach the workers."""

    bootstrap_servers: Annotated[
        str | None,
        typer.Option(
            "--bootstrap-servers",
            "-b",
            metavar="HOST:PORT",
            help="Kafka; default: the setting kafka.bootstrap_servers, else localhost:9092. Settings of kafka.security "
            "hold for both.",
            rich_help_panel=CONNECTION,
        ),
    ] = None
    topic_prefix: Annotated[
        str | None,
        typer.Option(
            metavar="PREFIX",
            help="Of all topics; default: the setting kafka.topic_prefix, else semantic-cache.",
            rich_help_panel=CONNECTION,
        ),
    ] = None
    timeout: Annotated[
        float,
        typer.Option(min=0.1, metavar="SECONDS", help="How long a reply may take.", rich_help_panel=CONNECTION),
    ] = 10.0

    def client(self) -> "SemanticCacheClient":
        """A client, not yet open.

        Raises:
            ConfigurationError: a setting is wrong.
        """
        from client import SemanticCacheClient
        from workers.kafka.connection import KafkaConnection

        kafka = load_settings().kafka
        return SemanticCacheClient(
            self.bootstrap_servers or kafka.bootstrap_servers,
            topic_prefix=self.topic_prefix or kafka.topic_prefix,
            timeout_seconds=self.timeout,
            kafka_options=KafkaConnection.of(kafka).security_options(),
        )


Namespace = Annotated[str, typer.Option("--namespace", "-n", metavar="NAME", help="The tenant.")]
Context = Annotated[
    list[str] | None,
    typer.Option("--context", "-c", metavar="FIELD=VALUE", help="A context field; may be given several times."),
]
AsJson = Annotated[bool, typer.Option("--json", help="One line of JSON on standard output, for scripts.")]


def load_settings() -> "Settings":
    """The settings from the environment, imported only when they are needed.

    Raises:
        ConfigurationError: with a sentence for each that is wrong.
    """
    from workers.settings import load_settings as load

    return load()


def pairs(option: str, given: Sequence[str] | None) -> dict[str, str] | None:
    """`["a=1", "b=2"]` as a dict; None if none were given.

    Raises:
        typer.BadParameter: one has no `=`.
    """
    if not given:
        return None
    split = [item.partition("=") for item in given]
    for name, equals, _ in split:
        if not equals or not name:
            raise typer.BadParameter(f"{name!r}: write it as NAME=VALUE", param_hint=option)
    return {name: value for name, _, value in split}
