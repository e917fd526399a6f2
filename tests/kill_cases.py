"""What a rule kills, as one table: the predicate in Python and its twin in Lua are both held to it."""

from __future__ import annotations

from dataclasses import dataclass

HERE, ELSEWHERE = "here", "elsewhere"
ID, OTHER_ID = "a" * 32, "b" * 32
BIG = 1_763_938_000_000 * 256
"""Numbers of a log start about here: Lua would print them rounded."""


@dataclass(frozen=True)
class KillCase:
    """A rule placed at `number` against an entry with `tags` and `fence`, id ID, in namespace HERE."""

    says: str
    kills: bool
    number: int = 5
    fence: int = 5
    entry_tags: tuple[str, ...] = ("a", "b")
    tags: frozenset[str] = frozenset()
    match_all: bool = False
    entry_ids: frozenset[str] = frozenset()
    everything: bool = False
    namespace: str = HERE


def _tags(*tags: str) -> frozenset[str]:
    return frozenset(tags)


KILL_CASES = (
    KillCase("a tag of the entry", True, tags=_tags("a")),
    KillCase("one of several tags", True, tags=_tags("x", "b", "y")),
    KillCase("tags of others", False, tags=_tags("x", "y")),
    KillCase(
        "a part of a tag is another tag", False, entry_tags=("product:1",), tags=_tags("product:", "1", "roduct:1")
    ),
    KillCase("case counts", False, entry_tags=("IPhone",), tags=_tags("iphone")),
    KillCase("accents composed otherwise are another tag", False, entry_tags=("\u00e9",), tags=_tags("e\u0301")),
    KillCase("a comma parts nothing", False, entry_tags=("a,b",), tags=_tags("a", "b")),
    KillCase("blanks count", False, entry_tags=(" a",), tags=_tags("a")),
    KillCase("any characters", True, entry_tags=("\x00{*}|🦜\\",), tags=_tags("\x00{*}|🦜\\")),
    KillCase("an entry without tags", False, entry_tags=(), tags=_tags("a")),
    KillCase("the empty tag is none", False, entry_tags=(), tags=_tags("")),
    KillCase("all tags are there", True, tags=_tags("a", "b"), match_all=True),
    KillCase("all tags are there, and more", True, entry_tags=("c", "b", "a"), tags=_tags("a", "b"), match_all=True),
    KillCase("one of all is missing", False, tags=_tags("a", "c"), match_all=True),
    KillCase("all of one", True, tags=_tags("a"), match_all=True),
    KillCase("all of one that is missing", False, tags=_tags("c"), match_all=True),
    KillCase(
        "all of many", True, entry_tags=tuple(map(str, range(64))), tags=_tags(*map(str, range(64))), match_all=True
    ),
    KillCase("its id", True, entry_ids=frozenset([OTHER_ID, ID])),
    KillCase("other ids", False, entry_ids=frozenset([OTHER_ID])),
    KillCase("a tag that looks like its id", False, tags=_tags(ID)),
    KillCase("an id is no tag", False, entry_tags=(OTHER_ID,), entry_ids=frozenset([OTHER_ID])),
    KillCase("everything", True, everything=True),
    KillCase("everything, without tags", True, entry_tags=(), everything=True),
    KillCase("a tag named like everything", False, tags=_tags("*")),
    KillCase("nothing named", False),
    KillCase("a later rule", True, number=6, tags=_tags("a")),
    KillCase("the rule at the fence itself", True, number=5, fence=5, tags=_tags("a")),
    KillCase("an earlier rule", False, number=4, tags=_tags("a")),
    KillCase("an earlier all-of rule", False, number=4, tags=_tags("a"), match_all=True),
    KillCase("an earlier id rule", False, number=4, entry_ids=frozenset([ID])),
    KillCase("an earlier clearing", False, number=4, everything=True),
    KillCase("the very first rule", True, number=0, fence=0, tags=_tags("a")),
    KillCase("great numbers, at the fence", True, number=BIG + 1, fence=BIG + 1, tags=_tags("a")),
    KillCase("great numbers, one below", False, number=BIG, fence=BIG + 1, tags=_tags("a")),
    KillCase(
        "great numbers, all-of, at the fence", True, number=BIG + 1, fence=BIG + 1, tags=_tags("a"), match_all=True
    ),
    KillCase("great numbers, all-of, one below", False, number=BIG, fence=BIG + 1, tags=_tags("a"), match_all=True),
    KillCase("the greatest number", True, number=2**53 - 1, fence=2**53 - 1, everything=True),
    KillCase("just below the greatest", False, number=2**53 - 2, fence=2**53 - 1, everything=True),
    KillCase("another namespace's tag", False, tags=_tags("a"), namespace=ELSEWHERE),
    KillCase("another namespace's clearing", False, everything=True, namespace=ELSEWHERE),
)
