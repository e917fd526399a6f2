"""What the asker does is not what is done to the asker, and a sister's bike is not the asker's own."""

import pytest

from workers.cache.policy.guards import parties
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import read


def objects(question: str, cached: str) -> bool:
    return parties.objects(Pair(read(question), read(cached), 0.97))


ANOTHER_QUESTION = [
    ("What happens if I break the contract?", "What happens if the supplier breaks the contract?"),
    ("How do I lend my sister a tent?", "How do I return a tent my sister lent me?"),
    ("How do I share a playlist with a friend?", "How do I open a playlist that a friend shared with me?"),
    ("List all files shared by me.", "List all files shared with me."),
    ("How do I get my tenant to pay the deposit?", "How do I pay the deposit?"),
    ("How do I elect a captain?", "How do I get elected as captain?"),
    ("Can I copy my colleague's calendar?", "Can a colleague copy my calendar?"),
    ("I scratched a stranger's bike, who pays?", "A stranger scratched my bike, who pays?"),
    ("How do I log in to my sister's account?", "How do I log in to my account?"),
    ("Where do I go if my bag was taken by a passenger?", "Where do I go if a passenger's bag was taken by me?"),
    ("How can a citizen adopt his adult nephew?", "How can a nephew adopt a citizen of another country?"),
    ("How do I follow somebody back?", "How do I see the people who followed me?"),
    ("Do I owe my lodger interest?", "Does my lodger owe me interest?"),
    ("How do I send a message to my teacher?", "How do I read a message my teacher sent me?"),
    ("How do I review my host after a stay?", "How do I read what my host said when he reviewed me?"),
    ("A cyclist hit me, who is liable?", "A cyclist hit someone, who is liable?"),
    ("May I park in someone else's space?", "May I park in my space?"),
    ("How do I appeal if I report a driver?", "How do I appeal if a driver reports me?"),
    ("How do I transfer a ticket to somebody?", "How do I accept a ticket somebody transferred to me?"),
    ("When must a lender reply to a borrower?", "When must a borrower reply?"),
    ("How do I find a sponsor?", "How do I become a sponsor?"),
    ("How do I unmute a guest?", "How do I ask a guest to unmute me?"),
    ("How do I get hired by a bank?", "How do I hire a bank?"),
    ("May the police film me?", "May I film the police?"),
    ("Can I see the documents my lawyer signed?", "Can I see the documents I signed for my lawyer?"),
]


@pytest.mark.parametrize(("question", "cached"), ANOTHER_QUESTION)
def test_another_party_is_refused(question: str, cached: str) -> None:
    assert objects(question, cached)
    assert objects(cached, question)


THE_SAME_QUESTION = [
    ("Why was I billed twice?", "Why did you bill me twice?"),
    ("How does the lender pay the broker?", "How is the broker paid by the lender?"),
    ("Could someone please help me reset my router?", "How do I reset my router?"),
    ("Can guests bring a dog?", "Can I bring a dog?"),
    ("How can a person sleep better?", "How can I sleep better?"),
    ("How do I add people to my team?", "How are people added to my team?"),
    ("Can my boss dismiss me in May?", "Can I be dismissed by my boss in May?"),
    ("What do I do if a dog bites me?", "What do I do if I am bitten by a dog?"),
    ("How do I get my money back?", "How do you give me my money back?"),
    ("How do I get a seller to refund my money?", "How do I get my money back from a seller?"),
    ("How do I let my guest use the gym?", "How do I allow my guest to use the gym?"),
    ("How do I become a sponsor?", "How does one become a sponsor?"),
    ("As a nurse, how do I help a patient?", "How do I help a patient as a nurse?"),
    ("Can I get a loan from a bank?", "Can a bank give me a loan?"),
    ("How do I ask my boss for a raise?", "How do I get my boss to give me a raise?"),
    ("Do you deliver to my street?", "Can I have it delivered to my street?"),
    ("How do I open my bank app?", "How do I open my bank's app?"),
    ("What is my manager's number?", "What is the number of my manager?"),
    ("How do I keep my cat warm?", "How do you keep your cat warm?"),
    ("Can I marry my cousin?", "Can my cousin marry me?"),
    ("How long do I have to pay the invoice?", "How long does a customer have to pay the invoice?"),
    ("How do I cancel an order I placed by mistake?", "How do I cancel an order that was placed by mistake?"),
    ("How do I let my son use my tablet?", "How can my son be allowed to use my tablet?"),
    ("When will my order be shipped?", "When do you ship my order?"),
    ("How do I report a seller who cheated me?", "I was cheated by a seller, how do I report him?"),
    ("How do I make a doctor listen to me?", "How do I get a doctor to listen to me?"),
    ("Who can I call when my car breaks down?", "My car broke down, whom do I call?"),
    ("How can we reduce waste at home?", "How do you reduce waste at home?"),
]


@pytest.mark.parametrize(("question", "cached"), THE_SAME_QUESTION)
def test_one_party_in_other_words_is_served(question: str, cached: str) -> None:
    assert not objects(question, cached)
    assert not objects(cached, question)
