"""Numbers with what they count: 1,000 mg is 1 g, €500 is 500 euros, 9 pm is not 9 am."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workers.cache.policy.word_files import word_lists
from workers.cache.policy.words import stem

_GROUPED = re.compile(r"\d{1,3}(?:,\d{2,3})+(?:\.\d+)?")
_UNITS: dict[str, tuple[str, float]] = {}
_SPELT = {word: value for value, word in enumerate(word_lists()["figures"])} | {
    word: 10 * (place + 2) for place, word in enumerate(word_lists()["tens"])
}
_MULTIPLIERS = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "lakh": 1e5, "lac": 1e5, "million": 1e6, "mn": 1e6,
    "crore": 1e7, "billion": 1e9, "bn": 1e9, "trillion": 1e12,
}  # fmt: skip


NUMERALS = frozenset(_SPELT) | frozenset(_MULTIPLIERS)
"""Number words."""


def _units(dimension: str, **factors: float) -> None:
    for names, factor in factors.items():
        for name in names.split("_"):
            _UNITS[stem(name)] = (dimension, factor)


_units("percent", percent=1, percentage=1, pct=1)
_units("length", mm_millimetre_millimeter=1e-3, cm_centimetre_centimeter=1e-2, m_metre_meter=1)
_units("length", km_kilometre_kilometer=1e3, inch=0.0254, ft_foot_feet=0.3048, yd_yard=0.9144, mile=1609.344)
_units("weight", mcg_microgram=1e-6, mg_milligram=1e-3, g_gm_gram=1, kg_kgs_kilo_kilogram=1e3, oz_ounce=28.3495)
_units("weight", lb_lbs=453.592, ton_tonne=1e6)
_units("volume", ml_millilitre_milliliter=1e-3, cl=1e-2, l_litre_liter=1, gallon=3.785, pint=0.473)
_units("time", ms_millisecond=1e-3, sec_second=1, min_minute=60, hr_hrs_h_hour=3600, day=86400, week=604800)
_units("months", month=1, quarter=3, yr_yrs_year=12, decade=120)
_units("data", kb_kilobyte=1e3, mb_megabyte=1e6, gb_gigabyte=1e9, tb_terabyte=1e12)
_units("rate", kbps=1e3, mbps=1e6, gbps=1e9)
_units("speed", mph=1.609344, kmh_kph=1, knot=1.852)
_units("volt", v_volt=1, kv=1e3)
_units("watt", w_watt=1, kw_kilowatt=1e3, mw=1e6)
_units("ampere", amp_ampere=1, mah=1e-3)
_units("hertz", hz_hertz=1, khz=1e3, mhz=1e6, ghz=1e9)
_units("celsius", celsius_c=1)
_units("fahrenheit", fahrenheit_f=1)
_units("am", clockam=60)
_units("pm", clockpm=60)
_units("pound", pound=1)
_units("usd", dollar_usd_buck=1)
_units("eur", euro_eur=1)
_units("gbp", gbp_sterling_quid=1)
_units("inr", rupee_rs_inr=1)
_units("jpy", yen_jpy=1)
_units("cent", cent=1)

CURRENCY_SIGNS = {"$": "usd", "€": "eur", "£": "gbp", "¥": "jpy", "₹": "inr"}
"""Sign to dimension; a sign stands before its number, or after it."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, and its dimension where one is named.

    Attributes:
        written: the figure as it is written, without thousands separators: "128", "4.2.1", "10:30".
        amount: in the dimension's base unit; None where the figure is no plain number, like a version.
        dimension: "weight", "usd", "pm", …, or empty.
    """

    written: str
    amount: float | None
    dimension: str = ""

    def equals(self, other: Quantity) -> bool:
        """Whether both may mean the same: equal figures with a unit missing on a side do."""
        if self.dimension and other.dimension and self.amount is not None and other.amount is not None:
            if self.dimension != other.dimension:
                return _is_pounds(self, other) or _is_pounds(other, self)
            return abs(self.amount - other.amount) <= 1e-6 * max(abs(self.amount), abs(other.amount))
        if self.dimension and other.dimension and self.dimension != other.dimension:
            return False
        return self.written == other.written or _is_same_hour(self, other) or _is_same_hour(other, self)


def _is_pounds(one: Quantity, other: Quantity) -> bool:
    """Whether "pound" may be the currency or the weight that the other names."""
    if one.dimension != "pound" or one.amount is None or other.amount is None:
        return False
    factor = {"gbp": 1.0, "weight": 453.592}.get(other.dimension)
    return factor is not None and abs(one.amount * factor - other.amount) <= 1e-6 * other.amount


def _is_same_hour(one: Quantity, other: Quantity) -> bool:
    """Whether "2 pm" is the other's "14:00"."""
    if one.dimension != "pm" or one.amount is None or other.dimension or other.amount is None:
        return False
    return one.amount < 720 and one.amount / 60 + 12 == other.amount


def figure(token: str) -> str:
    """A run of digits in one spelling: "1,000" → "1000", "9:00" → "9", "2.0" → "2"; a version 3.10 is not 3.1."""
    if "," in token:
        token = token.replace(",", "") if _GROUPED.fullmatch(token) else token.replace(",", ".")
    whole, _, rest = token.replace(":", ".").partition(".")
    return token if rest.strip("0") or not rest else whole


def spelt_number(word: str) -> int | None:
    """The value of "two" … "ninety"; "one" is a pronoun more often than a number."""
    return _SPELT.get(word)


def multiplier(word: str) -> float | None:
    """What "k", "hundred", "lakh" … multiply by."""
    return _MULTIPLIERS.get(word)


def unit(word: str) -> tuple[str, float] | None:
    """Dimension and factor to its base unit."""
    return _UNITS.get(word)


def quantity(written: str, dimension: str = "", factor: float = 1.0) -> Quantity:
    """Build one from a figure and an optional unit."""
    if dimension in {"am", "pm"}:
        written = written.replace(".", ":")
        hours, _, minutes = written.partition(":")
        is_plain = hours.isdigit() and (not minutes or minutes.isdigit())
        return Quantity(written, 60.0 * int(hours) + int(minutes or 0) if is_plain else None, dimension)
    try:
        amount: float | None = float(written) * factor
    except ValueError:
        amount = None
    return Quantity(written, amount, dimension)
