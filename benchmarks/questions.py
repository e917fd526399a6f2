"""Generated questions of a shop's customers: a catalogue to fill a cache with, and other wordings of each question."""

import hashlib
import random
from collections.abc import Iterator

FORMS = (
    ("How long does the battery of the {} last?", "What is the battery life of the {}?"),
    ("How do I reset the {} to factory settings?", "What is the way to factory-reset the {}?"),
    ("Is the {} waterproof?", "Can the {} get wet without damage?"),
    ("What is the warranty period of the {}?", "How long is the warranty on the {}?"),
    ("How much does the {} weigh?", "What is the weight of the {}?"),
    ("Which charger does the {} need?", "What charger do I need for the {}?"),
    ("Where can I download the manual of the {}?", "Where do I find the user manual for the {}?"),
    ("Does the {} support Bluetooth?", "Can the {} connect over Bluetooth?"),
    ("How do I clean the {}?", "What is the best way to clean the {}?"),
    ("When will the {} be back in stock?", "When is the {} available again?"),
    ("How do I return the {}?", "What are the steps to return the {}?"),
    ("What colours does the {} come in?", "In which colours is the {} available?"),
    ("How do I update the firmware of the {}?", "What is the procedure to update the {} firmware?"),
    ("What are the dimensions of the {}?", "How big is the {}?"),
    ("Can I repair the {} myself?", "Is it possible to fix the {} on my own?"),
    ("Which accessories fit the {}?", "What accessories are compatible with the {}?"),
    ("How loud is the {}?", "What is the noise level of the {}?"),
    ("How much power does the {} use?", "What is the power consumption of the {}?"),
    ("How do I connect the {} to my phone?", "What do I do to pair the {} with my phone?"),
    ("What is included in the box of the {}?", "What comes in the box with the {}?"),
)
"""Two wordings of each question; the first is the one that is stored."""

FRAMES = (
    "{}",
    "Hi, {}",
    "Hello! {}",
    "Please tell me: {}",
    "Quick question: {}",
    "Can you tell me, {}",
    "I would like to know: {}",
    "Good morning, {}",
    "Excuse me, {}",
    "Just wondering: {}",
    "{} Thanks!",
    "{} Thank you very much.",
    "Hi there, {} Thanks in advance.",
    "Hello, {} Many thanks.",
    "Hey, {} Cheers!",
    "A question about my order: {}",
)
"""What people put around a question."""

STRIDE = 1_000_003
"""A prime: walks through all wordings in an order that mixes questions and frames."""

MAKERS = (
    *("Aurora", "Borealis", "Cumulus", "Dorado", "Equinox", "Fjord", "Galena", "Halcyon", "Indigo", "Juniper"),
    *("Kestrel", "Lumen", "Meridian", "Nimbus", "Orion", "Pelican", "Quartz", "Raven", "Saffron", "Tundra"),
    *("Umber", "Vesper", "Willow", "Xenon", "Yarrow", "Zephyr", "Acorn", "Bramble", "Cinder", "Drift"),
    *("Ember", "Fathom", "Garnet", "Heron", "Iris", "Jasper", "Karst", "Lichen", "Mistral", "Nectar"),
)
LINES = (
    *("headphones", "laptop", "camera", "desk lamp", "kettle", "toaster", "speaker", "watch", "tablet", "printer"),
    *("monitor", "router", "keyboard", "vacuum cleaner", "drill", "blender", "projector", "scooter", "heater", "fan"),
    *("radio", "microwave", "dishwasher", "bicycle", "drone"),
)
ANSWER = "The answer to this question, about as long as a short paragraph that a customer is given to read. " * 4


def catalogue(count: int) -> list[str]:
    """The first `count` questions, question i always the same; all different up to 20,000."""
    return [_text(i, 0) for i in range(count)]


def wordings(count: int, number: int, turn: int) -> list[str]:
    """`number` other wordings of the first `count` questions; no two turns share one while there are any left."""
    total = count * len(FRAMES)
    start = turn * number
    return [_wording(count, (start + k) * STRIDE % total) for k in range(number)]


def _wording(count: int, which: int) -> str:
    return FRAMES[which // count].format(_text(which % count, 1))


def strangers(number: int, seed: int) -> list[str]:
    """Questions that have no answer in the catalogue."""
    rng = random.Random(seed)
    return [f"{_other(rng)} ({rng.getrandbits(40):x})" for _ in range(number)]


def zipf(count: int, number: int, exponent: float, seed: int) -> list[int]:
    """`number` draws of 0 … count − 1, number 0 the likeliest, its k-th 1 / k^exponent as likely."""
    weights = [1 / (k + 1) ** exponent for k in range(count)]
    return random.Random(seed).choices(range(count), weights, k=number)


def as_users_ask(count: int, number: int, seed: int, *, exponent: float = 1.15, share: float = 0.1) -> Iterator[str]:
    """A mix: popular questions come often, and some of them in one of four other wordings."""
    rng = random.Random(seed)
    for i in zipf(count, number, exponent, seed):
        if rng.random() < share:
            yield FRAMES[rng.randrange(4)].format(_text(i, 1))
        else:
            yield _text(i, 0)


def _text(i: int, form: int) -> str:
    kind, product = i % len(FORMS), i // len(FORMS)
    name = f"{MAKERS[product % len(MAKERS)]} {LINES[product // len(MAKERS) % len(LINES)]}"
    return FORMS[kind][form].format(name)


TOPICS = ("train to the coast", "museum of glass", "recipe for plum cake", "rules of curling", "moons of Saturn")
ASKED = ("Who invented the", "Where may I read about the", "What is a good book on the", "Why do people like the")


def _other(rng: random.Random) -> str:
    word = hashlib.blake2b(rng.randbytes(8), digest_size=4).hexdigest()
    return f"{rng.choice(ASKED)} {rng.choice(TOPICS)} in {word}?"
