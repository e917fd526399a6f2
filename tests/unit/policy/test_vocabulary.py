"""What the word lists promise together: they never contradict each other, and expressions read as plain words do."""

import pytest

from workers.cache.policy.english import english
from workers.cache.policy.lexicon import is_denial
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import read

LEXICON = english()


def test_no_word_stands_for_its_opposite() -> None:
    pairs = [(one, other) for one, others in LEXICON.opposites.items() for other in others]
    assert [pair for pair in pairs if LEXICON.are_synonyms(*pair)] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("replace", "renew"),
        ("refund", "exchange"),
        ("connect", "reconnect"),
        ("clean", "descale"),
        ("delete", "deactivate"),
        ("return", "exchange"),
        ("child", "baby"),
        ("debit", "credit"),
        ("repair", "replace"),
        ("restart", "reset"),
        ("flu", "cold"),
        ("router", "modem"),
        ("bake", "roast"),
        ("rent", "buy"),
        ("resign", "retire"),
    ],
)
def test_what_a_shop_or_a_doctor_tells_apart_is_apart(one: str, other: str) -> None:
    assert not LEXICON.are_synonyms(LEXICON.stem(one), LEXICON.stem(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How do I put the meeting off?", "How do I postpone the meeting?"),
        ("Can I call the booking off?", "Can I cancel the booking?"),
        ("How do I take apart the fan?", "How do I disassemble the fan?"),
        ("How do I go about selling a boat?", "How do I sell a boat?"),
        ("What are the instructions for descaling the kettle?", "How do I descale the kettle?"),
        ("Will I be charged for a crib?", "Is there a fee for a crib?"),
        ("Is it permissible to camp here?", "Can I camp here?"),
        ("Am I obliged to tip?", "Do I have to tip?"),
        ("What will happen if I overfill it?", "What happens if I overfill it?"),
        ("How many people live in Bonn?", "What is the population of Bonn?"),
        ("What does Maria do for a living?", "What is Maria's job?"),
        ("Who is in charge of the lab?", "Who runs the lab?"),
        ("Which houseplants need little light?", "Which indoor plants need little light?"),
        ("Is there a cash machine at the port?", "Is there an ATM at the port?"),
        ("What causes an overactive thyroid?", "What causes hyperthyroidism?"),
        ("Is parking at no extra cost?", "Is parking free?"),
        ("Where is the tap?", "Where is the faucet?"),
        ("How do I get in contact with the caretaker?", "How do I contact the caretaker?"),
        ("Does tea have an impact on iron levels?", "Does tea affect iron levels?"),
        ("How do I do the dishes?", "How do I wash the dishes?"),
        ("Can I file for bankruptcy?", "Can I declare bankruptcy?"),
        ("What helps with a tummy ache?", "What helps with abdominal pain?"),
        ("How do I treat renal calculi?", "How do I treat a kidney stone?"),
        ("Is a covering letter needed?", "Is a cover letter needed?"),
        ("Where do I find the wish list?", "Where do I find the wishlist?"),
        ("How do I roll back an update?", "How do I revert an update?"),
        ("Does the shop open every fortnight?", "Does the shop open every two weeks?"),
        ("Which lake is deeper than any other?", "Which lake is the deepest?"),
        ("Is an emu unable to fly?", "Is an emu flightless?"),
        ("How do I make the letters bigger?", "How do I enlarge the letters?"),
        ("Is the paint non-toxic?", "Is the paint nontoxic?"),
    ],
)
def test_an_expression_reads_as_the_word_it_stands_for(one: str, other: str) -> None:
    rest = Pair(read(one), read(other)).remainder
    assert (rest.question, rest.cached) == ((), ())


def test_an_adjective_that_is_not_compared_is_no_expression() -> None:
    assert "enlarg" not in read("Where do they make a big cake?").tokens
    assert "enlarg" in read("How do they make a cake bigger?").tokens


def test_non_belongs_to_its_word() -> None:
    assert is_denial("nontoxic", "toxic")
    assert "nontoxic" in read("Is the glue non-toxic?").tokens
    assert "nontoxic" in read("Is the glue non toxic?").tokens
