"""Figures, units, currencies, dates and times: what is the same in another notation, and what is not."""

import pytest

from workers.cache.policy.guards import numbers, opposites
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import read


def objects_to(question: str, cached: str) -> bool:
    pair = Pair(read(question), read(cached))
    return numbers.objects(pair) or opposites.objects(pair)


SAME = [
    ("What is the daily limit on my card?", "What is the most I can pay with my card daily?"),
    ("How far is a nautical mile in km?", "How far is one nautical mile in kilometres?"),
    ("Is $3M enough to retire?", "Is 3 million dollars enough to retire?"),
    ("Is a salary of 45k good?", "Is a salary of 45,000 good?"),
    ("Can the hall seat two hundred and fifty guests?", "Can the hall seat 250 guests?"),
    ("How much flour is in one cup?", "How much flour is in 1 cup?"),
    ("How many grams are in a tablespoon?", "How many grams are in 1 tbsp?"),
    ("How many bits are in a kilobyte?", "How many bits are in 1 KB?"),
    ("Is 1,000 g of rice enough?", "Is 1 kg of rice enough?"),
    ("Is a 15 percent tip fine?", "Is a 15% tip fine?"),
    ("Can I send $40 USD?", "Can I send 40 US dollars?"),
    ("Who was the 16th president?", "Who was the sixteenth president?"),
    ("How did World War II begin?", "How did WW2 begin?"),
    ("How old was Louis XIV?", "How old was Louis 14?"),
    ("Is 3/8 of a pie much?", "Is three eighths of a pie much?"),
    ("Is entry free under 12?", "Is entry free for those younger than twelve?"),
    ("How much are 7 nights in May?", "How much is a week in May?"),
    ("Can I cancel within 24 hours?", "Can I cancel within one day?"),
    ("Is there a 12-month guarantee?", "Is there a one-year guarantee?"),
    ("Is the trip 90 minutes?", "Is the trip an hour and a half?"),
    ("Are you open at 8 am?", "Are you open at 08:00?"),
    ("Are you open at 8 PM?", "Are you open at 20:00?"),
    ("Is breakfast at 7 o'clock in the morning?", "Is breakfast at 7 am?"),
    ("Is lunch at noon?", "Is lunch at 12:00?"),
    ("Do you open on Christmas Eve?", "Do you open on 24 December?"),
    ("Do you open on New Year's Day?", "Do you open on 1/1?"),
    ("Which films of the 1970s are good?", "Which films of the seventies are good?"),
    ("Is the desk staffed Mon-Fri?", "Is the desk staffed Monday to Friday?"),
    ("Is 20% tax already in the price?", "Does the price already have 20% tax in it?"),
    ("What is open today?", "What is open?"),
    ("Does it close at half past nine?", "Does it close at 9:30?"),
    ("Is a half-litre bottle fine?", "Is a 0.5 l bottle fine?"),
    ("Is the bill due on 2023-11-30?", "Is the bill due on November 30, 2023?"),
    ("Is the bill due on 30.11.2023?", "Is the bill due on 30 November 2023?"),
    ("Is the bill due on 11/30/2023?", "Is the bill due on Nov 30, 2023?"),
    ("Is the shop open on 12/26?", "Is the shop open on December 26?"),
    ("What is the 1st sign of rust?", "What is the first sign of rust?"),
    ("What is the 2nd gear for?", "What is the second gear for?"),
    ("Is the rent due on the 1st of June?", "Is the rent due on June 1?"),
    ("Is the rent due on the first of June?", "Is the rent due on June 1?"),
    ("Is 30 m/s a storm?", "Is 30 meters per second a storm?"),
    ("Is $12/month a lot?", "Is $12 per month a lot?"),
    ("Is a 3-5 day delay normal?", "Is a delay of 3 to 5 days normal?"),
    ("Which is the 2021 F1 car?", "Which is the 2021 Formula 1 car?"),
    ("Is the gate at T3 open?", "Is the gate at Terminal 3 open?"),
    ("Who painted no. 7?", "Who painted No. 7?"),
    ("Who was Charles III's father?", "Who was the father of Charles III?"),
    ("Can I leave within a single day?", "Can I leave within one day?"),
    ("Was it sold less than a week ago?", "Was it sold less than one week ago?"),
    ("Is a quarter pound of ham enough?", "Is 1/4 lb of ham enough?"),
    ("Does the show start at half past four?", "Does the show start at 16:30?"),
    ("Is a 6 x 4 table big?", "Is a 6 times 4 table big?"),
    ("Is 26 mi far?", "Is 26 miles far?"),
    ("Is the desk on 24/7?", "Is the desk on around the clock?"),
    ("Does the flask hold a US pint?", "Does the flask hold 1 US pint?"),
]
OTHER = [
    ("Is the bill due on 2023-11-30?", "Is the bill due on November 29, 2023?"),
    ("Is the shop open on 12/26?", "Is the shop open on December 25?"),
    ("What is the 1st gear for?", "What is the 2nd gear for?"),
    ("Is $12/month a lot?", "Is $12 per year a lot?"),
    ("Is a 3-5 day delay normal?", "Is a delay of 3 to 6 days normal?"),
    ("Is the gate at T3 open?", "Is the gate at Terminal 4 open?"),
    ("Does the show start at half past four?", "Does the show start at 16:45?"),
    ("How do I thaw frozen peas?", "How do I freeze fresh peas?"),
    ("How far is 40 miles in km?", "How far is 40 nautical miles in km?"),
    ("Is 500 IU of vitamin A safe?", "Is 500 mcg of vitamin A safe?"),
    ("What is the most I can send abroad?", "What is the most I can send abroad daily?"),
    ("Who ruled in 1750?", "Who ruled before 1750?"),
    ("Is a bag of 20 kg free?", "Is a bag over 20 kg free?"),
    ("Must I work at least 30 hours?", "Must I work at most 30 hours?"),
    ("Is $3M enough to retire?", "Is $3B enough to retire?"),
    ("Can the hall seat two hundred and fifty guests?", "Can the hall seat two hundred guests?"),
    ("How many litres does it hold?", "How many cubic feet does it hold?"),
    ("How much zinc in milligrams do I need?", "How much zinc in international units do I need?"),
    ("How fast may I drive?", "How fast may I drive in mph?"),
    ("What is the density of Malta?", "What is the density of Malta per square mile?"),
    ("What is the limit per year?", "What is the limit per lifetime?"),
    ("Is it 5 euros per person?", "Is it 5 euros per car?"),
    ("Who was the third king?", "Who was the fourth king?"),
    ("How did World War I begin?", "How did World War II begin?"),
    ("How much are 7 nights in May?", "How much are 7 days in May?"),
    ("Is there a bus tomorrow?", "Is there a bus next Friday?"),
    ("Is there a bus?", "Is there a bus on Sunday?"),
    ("Is the gym open on weekdays?", "Is the gym open on weekends?"),
    ("Are you open at 8 am?", "Are you open at 20:00?"),
    ("Do you open on Christmas Eve?", "Do you open on Christmas Day?"),
    ("Which films of the 1970s are good?", "Which films of the 1980s are good?"),
    ("How much is a third of it?", "How much is a quarter of it?"),
]


@pytest.mark.parametrize(("question", "cached"), SAME)
def test_another_notation_is_no_other_quantity(question: str, cached: str) -> None:
    assert not objects_to(question, cached)
    assert not objects_to(cached, question)


@pytest.mark.parametrize(("question", "cached"), OTHER)
def test_another_quantity_is_another_question(question: str, cached: str) -> None:
    assert objects_to(question, cached)
    assert objects_to(cached, question)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("ninety nine", ["99"]),
        ("two thousand five hundred", ["2500"]),
        ("one hundred and twenty three", ["123"]),
        ("two and a half hours", ["2.5"]),
        ("1 1/2 cups", ["1.5"]),
        ("twenty-first", ["21"]),
        ("two thirds", ["2/3"]),
        ("three and five", ["3", "5"]),
        ("half an hour", ["30"]),
        ("a dozen", ["12"]),
        ("one of them", []),
        ("$5 a gallon", ["5"]),
        ("version 3.10", ["3.10"]),
    ],
)
def test_a_number_in_words_is_read(text: str, written: list[str]) -> None:
    assert [quantity.written for quantity in read(text).quantities] == written
