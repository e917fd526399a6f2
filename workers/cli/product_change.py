"""`semantic-cache product-change`: something in the catalogue changed."""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.flatten import flatten
from workers.cli.help_text import epilog
from workers.cli.options import AsJson, Connection, Namespace, pairs
from workers.cli.output import json_line, note
from workers.cli.running import run

if TYPE_CHECKING:
    from schemas import ProductChange

EPILOG = epilog("""
[bold]Examples[/bold]
  semantic-cache product-change aurora-15 price_changed --attribute price=1199
  semantic-cache product-change aurora-13 discontinued --brand Aurora --category laptops

Workers turn the change into tags to invalidate: by default product:ID, and for created, discontinued and deleted also
brand:… and category:…. There is no reply: it returns when Kafka has the record.
""")


@dataclass(frozen=True, slots=True)
class Product:
    """What is known of the product."""

    brand: Annotated[str | None, typer.Option(metavar="NAME")] = None
    category: Annotated[str | None, typer.Option(metavar="NAME")] = None
    previous_brand: Annotated[str | None, typer.Option(metavar="NAME", help="Before the change.")] = None
    previous_category: Annotated[str | None, typer.Option(metavar="NAME", help="Before the change.")] = None
    attribute: Annotated[
        list[str] | None,
        typer.Option("--attribute", "-a", metavar="NAME=VALUE", help="Numbers and other JSON are read as such."),
    ] = None
    namespace: Namespace = "default"
    event_id: Annotated[
        str | None, typer.Option(metavar="ID", help="Tells a repeated event from a new one; default: random.")
    ] = None


@flatten
def product_change(
    product_id: Annotated[str, typer.Argument(help="As in the tags of the answers about it.")],
    change: Annotated[
        str, typer.Argument(help="created, updated, price_changed, stock_changed, discontinued, deleted, or any word.")
    ],
    product: Product,
    connection: Connection,
    as_json: AsJson = False,
) -> None:
    """Announce a change of a product."""
    event = run(_announce(product_id, change, product, connection))
    if as_json:
        json_line(event.model_dump(mode="json", exclude_none=True))
    else:
        note(f"announced {event.change} of {event.product_id} · event {event.event_id}")


async def _announce(product_id: str, change: str, product: Product, connection: Connection) -> "ProductChange":
    from client.messages import build
    from schemas import ProductChange

    previous = {"brand": product.previous_brand, "category": product.previous_category}
    attributes = pairs("--attribute", product.attribute)
    event = build(
        ProductChange,
        {
            "event_id": product.event_id or f"cli-{uuid.uuid4().hex}",
            "product_id": product_id,
            "change": change,
            "brand": product.brand,
            "category": product.category,
            "previous": previous if any(previous.values()) else None,
            "attributes": {name: _value(text) for name, text in attributes.items()} if attributes else None,
            "occurred_at": datetime.now(UTC),
            "namespace": product.namespace,
        },
    )
    async with connection.client() as client:
        await client.product_changed(event)
    return event


def _value(text: str) -> Any:  # noqa: ANN401 - whatever JSON says
    try:
        return json.loads(text)
    except ValueError:
        return text
