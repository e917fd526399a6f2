"""Questions: the keys of lookups, however often they were worked out before."""

from hypothesis import given
from hypothesis import strategies as st

from workers.cache.config import CacheConfig, L1CacheConfig
from workers.cache.keys import NO_CONTEXT, context_key, entry_id
from workers.cache.lookup import Lookup
from workers.cache.question import LONGEST_REMEMBERED, Questioner

PROMPTS = ["What is it?", " what is it?", "Is it red?", "w" * LONGEST_REMEMBERED, "w" * (LONGEST_REMEMBERED + 1)]
NAMESPACES = ["default", "shop-eu"]
PERSONAS = [None, {"user_persona": "developer"}, {"user_persona": "manager"}]

lookups = st.builds(
    Lookup, st.sampled_from(PROMPTS), namespace=st.sampled_from(NAMESPACES), context=st.sampled_from(PERSONAS)
)


@given(st.lists(lookups, max_size=40))
def test_what_was_asked_before_changes_no_key(asked: list[Lookup]) -> None:
    config = CacheConfig(l1=L1CacheConfig(max_size=3))
    questioner = Questioner(config)
    for lookup in asked:
        context = context_key(lookup.context, frozenset(config.context_fields)) if lookup.context else NO_CONTEXT
        assert questioner.ask(lookup).entry_id == entry_id(lookup.namespace, context, lookup.prompt)


def test_few_prompts_are_held_and_no_long_ones() -> None:
    questioner = Questioner(CacheConfig(l1=L1CacheConfig(max_size=3)))
    for prompt in PROMPTS:
        questioner.ask(Lookup(prompt))
    assert questioner.remembered == 3

    questioner = Questioner(CacheConfig(l1=L1CacheConfig(max_size=3)))
    questioner.ask(Lookup("w" * (LONGEST_REMEMBERED + 1)))
    assert questioner.remembered == 0
