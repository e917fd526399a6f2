"""What is denied, excepted or restricted, and of which word."""

import pytest

from workers.cache.policy.guards.negation import objects
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import read


def differ(question: str, cached: str) -> bool:
    """Whether the guard objects, either way round."""
    one, other = read(question), read(cached)
    verdicts = {objects(Pair(one, other, 0.9)), objects(Pair(other, one, 0.9))}
    assert len(verdicts) == 1
    return verdicts.pop()


CONTRASTS = [
    ("Which hotels in Rome have a pool but no gym?", "Which hotels in Rome have a gym but no pool?"),
    ("Why does my plant have leaves but no flowers?", "Why does my plant have no leaves?"),
    ("Rooms with a balcony and without a kitchen", "Rooms with a kitchen and without a balcony"),
    ("Is the shop open every day except Tuesday?", "Is the shop open every day including Tuesday?"),
    ("Is the shop open every day except Tuesday?", "Is the shop open every day, even Tuesday?"),
    ("Is the shop open every day but Tuesday?", "Is the shop open every day and Tuesday too?"),
    ("Is the shop open every day except Tuesday?", "Is the shop open only on Tuesday?"),
    ("What is the total before tax?", "What is the total including tax?"),
    ("What is the total excluding tax?", "What is the total including tax?"),
    ("How do I export the slides without the notes?", "How do I export the slides with the notes?"),
    ("Can only adults enter the casino?", "Can adults and children enter the casino too?"),
    ("Can only adults enter the casino?", "Can adults enter the casino?"),
    ("Why does my dog no longer bark?", "Why does my dog still bark?"),
    ("Which fish can't live in cold water?", "Which fish can live in cold water?"),
    ("Can you not eat for a day before the test?", "Can you eat for a day before the test?"),
    ("Does the fee cover everything but the visa?", "Does the fee cover everything and the visa?"),
    ("What can I cook with rice?", "What can I cook without rice?"),
    ("How do I delete all tabs except the current one?", "How do I delete only the current tab?"),
    ("What should I not do on a first date?", "What should I do on a first date?"),
    ("Which foods should I avoid?", "Which foods should I eat?"),
    ("Why do some cats have no tail?", "Why do some cats have a tail?"),
    ("Who has never lost a match?", "Who has lost a match?"),
    ("How do I turn off notifications except for calls?", "How do I turn off notifications for calls?"),
    ("What happens if I don't pay?", "What happens if I pay?"),
    ("Are pets allowed in all rooms but the suite?", "Are pets allowed in all rooms, the suite included?"),
    ("Do I have to pay the deposit even if I don't cancel?", "Do I have to pay the deposit even if I cancel?"),
    ("Can I park here unless it is Sunday?", "Can I park here if it is Sunday?"),
    ("Which parts are covered?", "Which parts are not covered?"),
    ("How do I cook pasta but not al dente?", "How do I cook pasta al dente?"),
    ("Does the price include the flight but not the hotel?", "Does the price include the hotel but not the flight?"),
]


@pytest.mark.parametrize(("question", "cached"), CONTRASTS)
def test_it_objects(question: str, cached: str) -> None:
    assert differ(question, cached)


RESTATEMENTS = [
    ("Isn't the bridge closed on Mondays?", "Is the bridge closed on Mondays?"),
    ("Don't I need a permit to fish here?", "Do I need a permit to fish here?"),
    ("Shouldn't eggs be refrigerated?", "Should eggs be refrigerated?"),
    ("Aren't there any lockers at the pool?", "Are there any lockers at the pool?"),
    ("There are lockers at the pool, aren't there?", "Are there lockers at the pool?"),
    ("Is breakfast included at no extra cost?", "Is breakfast included for free?"),
    ("Which museums are free of charge?", "Which museums charge nothing?"),
    ("How do I reset the phone without losing my photos?", "How do I reset the phone and keep my photos?"),
    ("Is the shop open every day except Tuesday?", "Is the shop open every day but Tuesday?"),
    ("Is the shop open every day except Tuesday?", "Apart from Tuesday, is the shop open every day?"),
    ("Can anyone but the owner drive the car?", "Can anyone other than the owner drive the car?"),
    ("What is the total excluding tax?", "What is the total without tax?"),
    ("How do I export the slides without the notes?", "How do I export the slides and leave out the notes?"),
    ("Can only adults enter the casino?", "Are adults the only ones who can enter the casino?"),
    ("Why does my dog no longer bark?", "Why did my dog stop barking?"),
    ("I don't want these newsletters anymore, how do I stop them?", "How do I stop these newsletters?"),
    ("I no longer need my gym membership, how do I cancel it?", "How do I cancel my gym membership?"),
    ("I've never baked before, how do I make rye bread?", "How do I make rye bread?"),
    ("Which fish can't live in cold water?", "Which fish are unable to live in cold water?"),
    ("Is it illegal to park here?", "Is it not legal to park here?"),
    ("Why is my oven not heating?", "Why isn't my oven heating?"),
    ("Why is my oven not heating?", "Why does my oven not heat up?"),
    ("My oven won't heat, what should I do?", "What should I do if my oven does not heat?"),
    ("Which airlines charge no fee for bags?", "Which airlines don't charge a fee for bags?"),
    ("Do children not pay for the train?", "Do children pay nothing for the train?"),
    ("My sister can't stand my dog, what can I do?", "What can I do if my sister hates my dog?"),
    ("Not counting weekends, how long does shipping take?", "How long does shipping take excluding weekends?"),
    ("What can I cook besides rice?", "What can I cook other than rice?"),
    ("How do I delete all tabs except the current one?", "How do I delete all tabs but keep the current one?"),
    ("Can I check in without a passport?", "Can I check in if I don't have a passport?"),
    ("Can I check in without a passport?", "I don't have a passport, can I check in?"),
    ("Which foods should I avoid?", "Which foods should I not eat?"),
    ("Does the ticket not only cover the bus but also the ferry?", "Does the ticket cover the bus and also the ferry?"),
    ("What happens if I don't pay?", "What happens if I fail to pay?"),
    ("Is there a plan with no contract?", "Is there a plan without a contract?"),
    ("Which cars do not need a licence?", "Which cars need no licence?"),
    ("Nobody picks up at the clinic, why?", "Why does nobody pick up at the clinic?"),
    ("No one except my boss can sign, right?", "Can only my boss sign?"),
]


@pytest.mark.parametrize(("question", "cached"), RESTATEMENTS)
def test_it_does_not_object(question: str, cached: str) -> None:
    assert not differ(question, cached)
