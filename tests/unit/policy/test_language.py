"""Which language a text is in: a word that English has as well, or that its names have, tells nothing."""

import pytest

from workers.cache.policy.language import ENGLISH, language_of


@pytest.mark.parametrize(
    "text",
    [
        "laptop with no fan",
        "salary per hour nurse",
        "vitamin e dosage",
        "van rental price",
        "hotels las vegas los angeles",
        "word save as pdf",
        "noon est",
        "hay fever drops",
        "house in la",
        "mit tuition fees",
    ],
)
def test_a_terse_english_text_is_english(text: str) -> None:
    assert language_of(text) == ENGLISH


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wie lange dauert die Lieferung?", "de"),
        ("quel est le prix de la licence", "fr"),
        ("cómo cambio mi contraseña", "es"),
        ("dove si trova il museo", "it"),
        ("qual o preço", "pt"),
        ("hoe laat is het", "nl"),
    ],
)
def test_another_language_is_told_by_its_own_words(text: str, language: str) -> None:
    assert language_of(text) == language
