"""Opposites that the form of the words shows."""

import pytest

from workers.cache.policy.counterparts import are_counterparts
from workers.cache.policy.words import stem


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("overpaid", "underpaid"),
        ("hyperglycaemia", "hypoglycaemia"),
        ("prenatal", "postnatal"),
        ("macroeconomics", "microeconomics"),
        ("inbox", "outbox"),
        ("uptime", "downtime"),
        ("explode", "implode"),
        ("northbound", "southbound"),
        ("highchair", "lowchair"),
        ("whitelist", "blacklist"),
        ("monolingual", "polylingual"),
        ("payer", "payee"),
        ("trainers", "trainees"),
        ("interviewer", "interviewee"),
        ("mortgagor", "mortgagee"),
        ("clockin", "clockout"),
        ("chairman", "chairwoman"),
        ("technophile", "technophobe"),
    ],
)
def test_counterparts(one: str, other: str) -> None:
    assert are_counterparts(stem(one), stem(other))
    assert are_counterparts(stem(other), stem(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("baker", "bake"),
        ("writer", "write"),
        ("manager", "manage"),
        ("overpay", "overpay"),
        ("overpay", "undertake"),
        ("in", "out"),
        ("on", "off"),
        ("upgrade", "grade"),
        ("press", "compress"),
        ("plan", "plane"),
    ],
)
def test_other_words_are_not(one: str, other: str) -> None:
    assert not are_counterparts(stem(one), stem(other))
