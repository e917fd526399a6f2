"""What the demo shop sells: products whose prices change and that go out of sale."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

import yaml

from schemas import ProductChange

DATA = files("workers.demo") / "data"
NAMESPACE = "demo-shop"
"""The shop's tenant."""


@dataclass(frozen=True, slots=True)
class Product:
    """One product as it is now."""

    id: str
    name: str
    brand: str
    category: str
    sku: str
    price: float
    """In US dollars."""
    stock: int
    attributes: Mapping[str, Any]

    @property
    def price_text(self) -> str:
        """As people write it: $1,299 or $4.90."""
        return f"${self.price:,.0f}" if self.price == round(self.price) else f"${self.price:,.2f}"

    @property
    def weight_text(self) -> str:
        """In kilograms from one on, else in grams."""
        grams = int(self.attributes.get("weight_g", 0))
        return f"{grams / 1000:g} kg" if grams >= 1000 else f"{grams} g"


class Catalogue:
    """The products on sale. A change returns the event that the shop's systems would publish."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._products = {product.id: product for product in products}
        self._names = {product.id: product.name for product in self._products.values()}
        self._changes = 0

    @classmethod
    def load(cls) -> "Catalogue":
        """The catalogue that ships with the project."""
        return cls(Product(**row) for row in yaml.safe_load((DATA / "catalogue.yaml").read_text("utf-8"))["products"])

    def __len__(self) -> int:
        return len(self._products)

    def get(self, product_id: str) -> Product | None:
        """The product, if it is on sale."""
        return self._products.get(product_id)

    def name_of(self, product_id: str) -> str:
        """Its name, on sale or not."""
        return self._names[product_id]

    def having(self, *, brand: str | None = None, category: str | None = None) -> list[Product]:
        """Those on sale of a brand or a category, cheapest first."""
        found = (
            product
            for product in self._products.values()
            if brand in (None, product.brand) and category in (None, product.category)
        )
        return sorted(found, key=lambda product: product.price)

    def change_price(self, product_id: str, price: float) -> ProductChange:
        """Sell it at another price from now on."""
        self._products[product_id] = replace(self._products[product_id], price=price)
        return self._event(self._products[product_id], "price_changed", {"price": price})

    def discontinue(self, product_id: str) -> ProductChange:
        """Take it out of sale."""
        return self._event(self._products.pop(product_id), "discontinued", None)

    def _event(self, product: Product, change: str, attributes: dict[str, Any] | None) -> ProductChange:
        self._changes += 1
        return ProductChange(
            event_id=f"demo-{self._changes}",
            product_id=product.id,
            change=change,
            brand=product.brand,
            category=product.category,
            attributes=attributes,
            namespace=NAMESPACE,
        )
