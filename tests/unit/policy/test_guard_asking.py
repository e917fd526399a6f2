"""A thing, a person, a time, a place, a reason, a way, an amount, a yes or no: which of them is asked for."""

import pytest

from workers.cache.policy.guards.asking import objects
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import read


def differ(question: str, cached: str) -> bool:
    """Whether the guard objects, either way round."""
    one, other = read(question), read(cached)
    verdicts = {objects(Pair(one, other, 0.9)), objects(Pair(other, one, 0.9))}
    assert len(verdicts) == 1
    return verdicts.pop()


CONTRASTS = [
    ("How long do I bake the bread?", "At what temperature do I bake the bread?"),
    ("How tall is the tower?", "What is the weight of the tower?"),
    ("How fast is the ferry?", "What is the fare of the ferry?"),
    ("Which firm sold the ferry?", "Why was the ferry sold?"),
    ("How many miles is the trail?", "How long is the trail in hours?"),
    ("What is the fine for parking here?", "Who sets the fine for parking here?"),
    ("What is the fine for parking here?", "When do I have to pay the fine for parking here?"),
    ("Which river runs through Vienna?", "Where does the river run through Vienna?"),
    ("Which studio made Shrek?", "When was Shrek made?"),
    ("What did he invent?", "When did he invent it?"),
    ("What day does the sale start?", "Where does the sale start?"),
    ("What is the address of the embassy?", "When is the embassy open?"),
    ("Which seats are in the hall?", "How many seats are in the hall?"),
    ("Whose keys are these?", "Who has these keys?"),
    ("Is the tuna smoked or raw?", "Where is the tuna smoked?"),
    ("Is parking free at night?", "When is parking free?"),
    ("Is there a fee for late payment?", "Why is there a fee for late payment?"),
    ("Which of your tents have two doors?", "How many of your tents have two doors?"),
    ("Which shots do I need for Peru?", "Where do I get the shots for Peru?"),
    ("Which shots do I need for Peru?", "When do I need the shots for Peru?"),
    ("Where can I find the licence key?", "What can I do with the licence key?"),
    ("Where can I find the licence key?", "What is the licence key?"),
    ("What happens when the trial ends?", "When does the trial end?"),
    ("What do I do when the trial ends?", "When does the trial end?"),
    ("How often does the filter need changing?", "How do I change the filter?"),
    ("Where do I send the form?", "When do I send the form?"),
    ("Who do I send the form to?", "Where do I send the form?"),
    ("What form do I send?", "Where do I send the form?"),
    ("Which doctors accept my plan?", "How many doctors accept my plan?"),
    ("Why did the bank refuse my card?", "Which bank refused my card?"),
    ("Which train goes to Brno?", "When does the train go to Brno?"),
    ("Which train goes to Brno?", "How long does the train to Brno take?"),
    ("What is the warranty?", "Who gives the warranty?"),
    ("What does the warranty cover?", "How long does the warranty cover it?"),
    ("How much does it rain in Oslo?", "How often does it rain in Oslo?"),
    ("How long is the tunnel?", "How deep is the tunnel?"),
    ("Which browsers does the bank support?", "Which banks does the browser support?"),
    ("How many cards can one bank issue?", "How many banks can issue one card?"),
    ("Who wrote the song?", "What is the song about?"),
    ("What colour is the cab?", "Where is the cab?"),
    ("What kind of oil does the engine need?", "How much oil does the engine need?"),
    ("How does the refund work?", "When does the refund arrive?"),
    ("Why was the flight late?", "How late was the flight?"),
    ("What is your refund policy?", "How long do refunds take?"),
]


@pytest.mark.parametrize(("question", "cached"), CONTRASTS)
def test_it_objects(question: str, cached: str) -> None:
    assert differ(question, cached)


RESTATEMENTS = [
    ("How many dollars is a ticket?", "How much is a ticket in dollars?"),
    ("How fast is the ferry?", "What is the speed of the ferry?"),
    ("How much does the ferry weigh?", "What is the weight of the ferry?"),
    ("How long is the ferry?", "What is the length of the ferry?"),
    ("How many miles is the trail?", "How long is the trail in miles?"),
    ("What are the opening hours of the spa?", "When is the spa open?"),
    ("What is the fine for parking here?", "How much is the fine for parking here?"),
    ("Which studio made Shrek?", "Who made Shrek?"),
    ("What time does the ferry leave?", "When does the ferry leave?"),
    ("At what time does the ferry leave?", "When does the ferry leave?"),
    ("What day does the sale start?", "When does the sale start?"),
    ("What is the departure time of the ferry?", "When does the ferry depart?"),
    ("What is the reason for the delay?", "Why is there a delay?"),
    ("What is the address of the embassy?", "Where is the embassy?"),
    ("In which city is the embassy?", "Where is the embassy?"),
    ("What is the name of the person who designed the flag?", "Who designed the flag?"),
    ("Which artist painted the ceiling?", "Who painted the ceiling?"),
    ("What is the number of seats in the hall?", "How many seats are in the hall?"),
    ("What is the weight of the bike?", "How heavy is the bike?"),
    ("What does the bike weigh?", "How much does the bike weigh?"),
    ("What does the bike cost?", "How much is the bike?"),
    ("How long do I have to return it?", "Until when can I return it?"),
    ("By when do I have to return it?", "How long do I have to return it?"),
    ("What is the deadline for returns?", "By when do I have to return it?"),
    ("Whose face is on the coin?", "Who is on the coin?"),
    ("Is there a way to mute a caller?", "How do I mute a caller?"),
    ("Do you know when the museum opens?", "When does the museum open?"),
    ("Can you tell me who runs the museum?", "Who runs the museum?"),
    (
        "When does the pass begin, when I buy it or when I use it?",
        "Does the pass begin when I buy it or when I use it?",
    ),
    ("What are some good cafes in Graz?", "Where can I find good cafes in Graz?"),
    ("How often does the filter need changing?", "What is the frequency for changing the filter?"),
    ("How many people live in Malta?", "What is the population of Malta?"),
    ("How old must I be to vote?", "What is the minimum age to vote?"),
    ("At what age may I vote?", "How old must I be to vote?"),
    ("How far is it to Linz?", "What is the distance to Linz?"),
    ("What is the way to the station?", "How do I get to the station?"),
    ("To whom do I send the form?", "Who do I send the form to?"),
    ("How long is the warranty?", "What is the warranty period?"),
    ("With a day ticket, which trams can I use?", "Which trams can I use with a day ticket?"),
    ("In Malta, when do shops close?", "When do shops close in Malta?"),
    ("For a baby seat, how much is the rental?", "How much is the rental for a baby seat?"),
    ("How long is the tunnel?", "What is the length of the tunnel?"),
    ("What kind of oil does the engine need?", "Which oil does the engine need?"),
    ("What makes bread rise?", "Why does bread rise?"),
    ("What causes hiccups?", "Why do we get hiccups?"),
    ("Where was the peace signed?", "In which town was the peace signed?"),
]


@pytest.mark.parametrize(("question", "cached"), RESTATEMENTS)
def test_it_does_not_object(question: str, cached: str) -> None:
    assert not differ(question, cached)
