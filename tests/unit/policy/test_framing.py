"""Greetings, excuses and requests are no part of a question; what only looks like them is."""

import pytest

from workers.cache.policy.framing import unframed

FRAMED = [
    ("Hi there, quick question: where do I park?", "where do I park?"),
    ("Good evening! When does the bar close?", "When does the bar close?"),
    ("Umm, not sure who handles this, but how do I change my shift?", "how do I change my shift?"),
    ("Sorry if this is a silly question but do eels sleep?", "do eels sleep?"),
    ("I know this was asked before, but is the lake clean?", "is the lake clean?"),
    ("If it isn't too much bother, which gate is it?", "which gate is it?"),
    ("If you don't mind me asking, what did it cost?", "what did it cost?"),
    ("I was wondering if you could tell me how long the film is", "how long the film is"),
    ("Would you kindly let me know what time the bar shuts?", "what time the bar shuts?"),
    ("Does anyone here happen to know who drew this map?", "who drew this map?"),
    ("Any idea how to skin a peach?", "how to skin a peach?"),
    ("I can't work out how to mute the bell", "how to mute the bell"),
    ("I'd be grateful if you could tell me whether towels are included", "towels are included"),
    ("So basically how do I thaw a fish", "how do I thaw a fish"),
    ("New here, so where do I sign in?", "where do I sign in?"),
    ("There's a lift in the tower, isn't there?", "There's a lift in the tower"),
    ("The tower has a lift, right?", "The tower has a lift"),
    ("Where is the lift, please? Thanks in advance!", "Where is the lift"),
    ("Why does the tap drip, any ideas?", "Why does the tap drip"),
    ("Oh no, where do I report a lost key?", "where do I report a lost key?"),
    ("I'd appreciate it if you explained how to tie a bowline", "how to tie a bowline"),
    ("Could you possibly guide me in tuning a lute?", "tuning a lute?"),
    ("The tower can't be climbed, can it?", "The tower can be climbed"),
    ("You don't rent out kayaks, do you?", "You do rent out kayaks"),
]


@pytest.mark.parametrize(("text", "question"), FRAMED)
def test_what_frames_a_question_is_taken_off(text: str, question: str) -> None:
    assert unframed(text) == question


BARE = [
    "Like most birds, can a penguin fly?",
    "Right angle of a kite?",
    "Well water safe for babies?",
    "Help desk phone number",
    "And gate truth table",
    "Do you know any good bakeries?",
    "Can you show me cheap rooms?",
    "I want to cancel the trip",
    "Is it not allowed to fish here?",
    "How do I know if an egg is bad?",
    "Do eels sleep?",
    "Thanks",
    "Hi",
]


@pytest.mark.parametrize("text", BARE)
def test_the_question_itself_stays(text: str) -> None:
    assert unframed(text) == text
