"""The stand-in for the model: it knows what the catalogue said when it began."""

import asyncio

from workers.demo.catalogue import Catalogue
from workers.demo.model import StandInModel
from workers.demo.questions import CUSTOMER, QuestionBook

BOOK = QuestionBook.load()


def test_says_the_price_of_now() -> None:
    catalogue = Catalogue.load()
    model = StandInModel(catalogue)
    assert "$1,299" in model.say(BOOK["aurora-15/price"], CUSTOMER)
    event = catalogue.change_price("aurora-15", 1199)
    assert "$1,199" in model.say(BOOK["aurora-15/price"], CUSTOMER)
    assert "$1,199" in model.say(BOOK["aurora-15/compared-with-pro"], CUSTOMER)
    assert (event.change, event.product_id, event.attributes) == ("price_changed", "aurora-15", {"price": 1199})


def test_a_product_that_is_gone_is_in_no_list() -> None:
    catalogue = Catalogue.load()
    model = StandInModel(catalogue)
    event = catalogue.discontinue("aurora-13")
    for topic in ("laptops/offer", "laptops/cheapest", "aurora/offer"):
        assert "Aurora 13" not in model.say(BOOK[topic], CUSTOMER)
    assert model.say(BOOK["aurora-13/price"], CUSTOMER) == "The Aurora 13 is no longer on sale."
    assert (event.change, event.brand, event.category) == ("discontinued", "Aurora", "laptops")


def test_staff_hear_more_than_customers() -> None:
    model = StandInModel(Catalogue.load())
    topic = BOOK["aurora-15/price"]
    assert "AUR-15-512" in model.say(topic, "support_agent")
    assert "AUR-15-512" not in model.say(topic, CUSTOMER)


async def test_an_answer_is_as_old_as_its_beginning() -> None:
    """The race that the cache must survive: the price changes while the model thinks."""
    catalogue = Catalogue.load()
    model = StandInModel(catalogue, thinking_seconds=0)
    thinking = asyncio.create_task(model.answer(BOOK["aurora-15/price"], CUSTOMER))
    while model.calls == 0:  # noqa: ASYNC110 - until it has begun; it cannot have ended in the same turn of the loop
        await asyncio.sleep(0)
    catalogue.change_price("aurora-15", 1199)
    assert "$1,299" in (await thinking).response
