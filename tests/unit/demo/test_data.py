"""The demo's shop: enough of it, consistent, and within the contract's limits."""

from collections import Counter

import pytest

from schemas import StoreRequest
from workers.demo.catalogue import NAMESPACE, Catalogue
from workers.demo.model import StandInModel, tags_of
from workers.demo.questions import CUSTOMER, QuestionBook

PERSONAS = (CUSTOMER, "support_agent", "shop_floor")
BOOK = QuestionBook.load()


def test_the_shop_is_large_enough_to_be_real() -> None:
    catalogue = Catalogue.load()
    brands = {tag.removeprefix("brand:") for topic in BOOK.topics.values() for tag in topic.tags if "brand:" in tag}
    assert len(catalogue) >= 25
    assert BOOK.wordings >= 250
    assert len(BOOK.contrasts) >= 25
    assert all(catalogue.having(brand=brand) for brand in brands)


def test_no_wording_means_two_things() -> None:
    wordings = Counter(wording for topic in BOOK.topics.values() for wording in topic.asked)
    assert [wording for wording, count in wordings.items() if count > 1] == []


def test_everything_that_is_named_exists() -> None:
    catalogue = Catalogue.load()
    assert all(catalogue.get(product) for topic in BOOK.topics.values() for product in topic.about)
    assert all(topic.near in BOOK.topics for topic in BOOK.contrasts)
    assert all(turn.topic in BOOK.topics for talk in BOOK.conversations for turn in talk.turns)


def test_people_of_several_personas_talk() -> None:
    assert {talk.persona for talk in BOOK.conversations} == set(PERSONAS)
    leaning = [turn for talk in BOOK.conversations for turn in talk.turns if turn.depends_on_conversation]
    meanings = {(turn.prompt, turn.topic) for turn in leaning}
    assert len(meanings) > len({prompt for prompt, _ in meanings}), "the same words mean different things in some"


@pytest.mark.parametrize("persona", PERSONAS)
async def test_every_answer_can_be_stored(persona: str) -> None:
    model = StandInModel(Catalogue.load(), thinking_seconds=0)
    for topic in BOOK.topics.values():
        new = await model.answer(topic, persona)
        assert "{" not in new.response
        assert new.tags
        StoreRequest.model_validate(
            {
                "request_id": "s",
                "prompt": topic.asked[0],
                "response": new.response,
                "tags": list(new.tags),
                "metadata": new.metadata,
                "namespace": NAMESPACE,
            }
        )


def test_an_answer_depends_on_all_that_it_is_about() -> None:
    assert tags_of(BOOK["aurora-15/compared-with-pro"]) == ("product:aurora-15", "product:aurora-15-pro")
    assert tags_of(BOOK["laptops/offer"]) == ("category:laptops",)
