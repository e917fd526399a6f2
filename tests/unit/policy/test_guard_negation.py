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
    ("Is the deed valid if neither heir signs?", "Is the deed valid if one heir signs?"),
    ("Why does the fan run but the lamp does not?", "Why does the lamp glow but the fan does not?"),
    ("Why does the lamp glow when I have not pressed it?", "Why does the lamp not glow when I have pressed it?"),
    ("Can I drive if I am not insured?", "Can I not drive if I am insured?"),
    ("Can she override a ban?", "Can she ban it?"),
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
    ("Does the tour run on all days except Monday?", "Does the tour run on all days, Monday included?"),
    ("What is the room rate with breakfast?", "What is the room rate without breakfast?"),
    ("What is the rent including heating?", "What is the rent excluding heating?"),
    ("What is the rent including heating?", "What is the rent before heating?"),
    ("Is the battery included?", "Is the battery not included?"),
    ("Is the battery included?", "Is the battery sold separately?"),
    ("Which streaming apps work without an account?", "Which streaming apps need an account?"),
    ("Do only the front seats recline?", "Do the front seats recline too?"),
    ("Do only the front seats recline?", "Do all seats but the front ones recline?"),
    ("Can I bring glass as well as plastic?", "Can I bring plastic but not glass?"),
    ("Who besides the owner has a key?", "Does the owner have a key?"),
    ("Do I need any documents besides a passport?", "Do I need a passport?"),
    ("Show me hotels that are not near the airport", "Show me hotels near the airport"),
    ("Show me hotels that don't allow pets", "Show me hotels that allow pets"),
    ("What happens if I never water a cactus?", "What happens if I water a cactus?"),
    ("How do I stop my cat from scratching?", "Why does my cat scratch?"),
    ("How can I prevent rust?", "What causes rust?"),
    ("Is it safe to swim if there are no lifeguards?", "Is it safe to swim if there are lifeguards?"),
    ("Why didn't my parcel arrive?", "Why did my parcel arrive?"),
    ("Why didn't my parcel arrive?", "When did my parcel arrive?"),
    ("What do vegans not eat?", "What do vegans eat?"),
    ("Is nobody allowed on the roof?", "Is everybody allowed on the roof?"),
    ("Do I lose my points if I don't fly for a year?", "Do I lose my points if I fly for a year?"),
    ("Which cities have a metro but no airport?", "Which cities have an airport but no metro?"),
    ("Which cities have neither a metro nor an airport?", "Which cities have a metro and an airport?"),
    ("Does the plan include calls, not texts?", "Does the plan include texts, not calls?"),
    ("I have a car but no licence, can I get insured?", "I have a licence but no car, can I get insured?"),
    ("How do I clean suede without water?", "How do I clean suede with water?"),
    ("How do I turn on captions without sound?", "How do I turn on sound without captions?"),
    ("How many days off do I get, not including holidays?", "How many days off do I get including holidays?"),
    ("Does the museum close only in May?", "Does the museum close in May too?"),
    ("Is the app usable without signing up?", "Is the app usable only after signing up?"),
    ("Do I need a visa unless I have a green card?", "Do I need a visa if I have a green card?"),
    ("Hardly anyone uses cash, why?", "Everyone uses cash, why?"),
]


@pytest.mark.parametrize(("question", "cached"), CONTRASTS)
def test_it_objects(question: str, cached: str) -> None:
    assert differ(question, cached)


RESTATEMENTS = [
    ("What if neither heir signs?", "What happens if neither heir signs?"),
    ("The fan runs but the lamp does not, why?", "Why does the fan run but the lamp does not?"),
    ("Why does the lamp not glow when I press it?", "When I press the lamp, why does it not glow?"),
    ("If I do not pay, what happens?", "What happens if I do not pay?"),
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
    ("Do all seats but the front row recline?", "Do all seats except the front row recline?"),
    ("Can I bring anything but glass?", "Can I bring everything except glass?"),
    ("Who besides the owner has a key?", "Who other than the owner has a key?"),
    ("Which fruits don't need peeling?", "Which fruits can be eaten without peeling?"),
    ("How do I stop my cat from scratching?", "How do I keep my cat from scratching?"),
    ("How do I stop my cat from scratching?", "My cat won't stop scratching, what can I do?"),
    ("How can I prevent rust?", "How do I avoid rust?"),
    ("How do I write a letter without sounding rude?", "How do I write a letter and not sound rude?"),
    ("How do I lose weight without losing muscle?", "How can I lose weight but keep my muscle?"),
    ("Is it safe to swim if there are no lifeguards?", "Is it safe to swim without lifeguards?"),
    ("Why didn't my parcel arrive?", "Why has my parcel not arrived?"),
    ("Can't I just pay in cash?", "Can I just pay in cash?"),
    ("Won't the lake freeze in January?", "Will the lake freeze in January?"),
    ("Isn't there a cheaper way to call Peru?", "Is there a cheaper way to call Peru?"),
    ("You sell gift cards, don't you?", "Do you sell gift cards?"),
    ("What do vegans not eat?", "What don't vegans eat?"),
    ("Do I have to sign, or not?", "Do I have to sign?"),
    ("Does the plan include calls, not just texts?", "Does the plan include calls as well as texts?"),
    ("Which plants grow without sun?", "Which plants don't need sun to grow?"),
    ("How many days off do I get, not including holidays?", "How many days off do I get excluding holidays?"),
    ("Which sauces contain no dairy?", "Which sauces are dairy free?"),
    ("Which seats cannot be refunded?", "Which seats are non-refundable?"),
    ("What does the trip cost, leaving tips aside?", "What does the trip cost except tips?"),
    ("The app doesn't need an account, does it?", "Does the app need an account?"),
    ("Can all my kids but my son come along?", "Can all my kids except my son come along?"),
]


@pytest.mark.parametrize(("question", "cached"), RESTATEMENTS)
def test_it_does_not_object(question: str, cached: str) -> None:
    assert not differ(question, cached)
