"""Words that are opposites by their form: "overpay" and "underpay", "payer" and "payee". Stems in, as elsewhere."""

from __future__ import annotations

from workers.cache.policy.word_files import word_lists

_LEAST_ROOT = 3


def _forms(label: str, step: int) -> dict[tuple[str, str], int]:
    """Pairs of endings, read in direction `step`, without what both share, to the letters that must be shared."""
    found: dict[tuple[str, str], int] = {}
    for pair in word_lists()[label]:
        one, other = (form[::step] for form in pair.split("/"))
        shared = _shared(one, other)
        found[one[shared:], other[shared:]] = found[other[shared:], one[shared:]] = shared + _LEAST_ROOT
    return found


def _shared(one: str, other: str) -> int:
    """How many letters two words have in common at their beginning."""
    length = min(len(one), len(other))
    return next((place for place in range(length) if one[place] != other[place]), length)


_BEGINNINGS = _forms("counterpart beginnings", -1)
_FOLDED_EE = 6
"""Stems of long words have lost a final e, so that one which still has it was a word in -ee: "trainee"."""
_ENDS = _forms("counterpart ends", 1) | {("r", ""): _FOLDED_EE, ("", "r"): _FOLDED_EE}


def are_counterparts(one: str, other: str) -> bool:
    """Whether two stems are one root with opposite beginnings ("hyper-", "hypo-") or opposite ends ("-er", "-ee")."""
    if one[-_LEAST_ROOT:] == other[-_LEAST_ROOT:] and _differ_by(_BEGINNINGS, one[::-1], other[::-1]):
        return True
    return one[:_LEAST_ROOT] == other[:_LEAST_ROOT] and _differ_by(_ENDS, one, other)


def _differ_by(forms: dict[tuple[str, str], int], one: str, other: str) -> bool:
    shared = _shared(one, other)
    least = forms.get((one[shared:], other[shared:]))
    return least is not None and shared >= least
