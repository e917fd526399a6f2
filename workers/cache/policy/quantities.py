"""Numbers with what they count: 1,000 mg is 1 g, €500 is 500 euros, 9 pm is not 9 am."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workers.cache.policy.words import stem

_GROUPED = re.compile(r"\d{1,3}(?:,\d{2,3})+(?:\.\d+)?")
_UNITS: dict[str, tuple[str, float]] = {}


def _units(dimension: str, **factors: float) -> None:
    for names, factor in factors.items():
        for name in names.split("_"):
            _UNITS[stem(name)] = (dimension, factor)


_units("percent", percent=1, percentage=1, pct=1)
_units("length", mm_millimetre_millimeter=1e-3, cm_centimetre_centimeter=1e-2, m_metre_meter=1)
_units("length", km_kilometre_kilometer=1e3, inch=0.0254, ft_foot_feet=0.3048, yd_yard=0.9144, mile_mi=1609.344)
_units("length", nauticalmile=1852)
_units("area", sqmm=1e-6, sqcm=1e-4, sqm=1, sqkm=1e6, sqinch=6.4516e-4, sqft=0.09290304, sqyd=0.83612736)
_units("area", sqmile=2589988.11, acre=4046.8564, hectare_ha=1e4)
_units("weight", mcg_microgram=1e-6, mg_milligram=1e-3, g_gm_gram=1, kg_kgs_kilo_kilogram=1e3, oz_ounce=28.349523125)
_units("weight", lb_lbs=453.59237, stone=6350.29318, ton_tonne=1e6, troyounce=31.1034768)
_units("iu", iu=1)
_units("volume", ml_millilitre_milliliter=1e-3, cl_centilitre_centiliter=1e-2, dl_decilitre_deciliter=0.1)
_units("volume", l_litre_liter=1, gallon_gal=3.785, quart_qt=0.94625, pint_pt=0.473125, floz=0.0295703125, cum=1000)
_units("kitchen", teaspoon_tsp=1, tablespoon_tbsp_tbs=3, cup=48)
_units("time", ns_nanosecond=1e-9, microsecond=1e-6, ms_msec_millisecond=1e-3, sec_second_s=1, min_minute=60)
_units("time", hr_hrs_h_hour=3600, day=86400, week_wk=604800, fortnight=1209600)
_units("nights", night=1)
_units("months", month=1, quarter=3, yr_yrs_year=12, decade=120, century=1200)
_units("data", byte=1, kb_kilobyte=1e3, mb_megabyte=1e6, gb_gig_gigabyte=1e9, tb_terabyte=1e12, pb_petabyte=1e15)
_units("data", kib=1024, mib=1024**2, gib=1024**3, tib=1024**4)
_units("rate", kbps=1e3, mbps=1e6, gbps=1e9)
_units("speed", mph=1.609344, kmh_kph=1, knot=1.852, mpersecond=3.6, kmpersecond=3600)
_units("volt", mv_millivolt=1e-3, v_volt=1, kv_kilovolt=1e3)
_units("watt", w_watt=1, kw_kilowatt=1e3, mw_megawatt=1e6, gw_gigawatt=1e9)
_units("energy", wh=1, kwh=1e3, mwh=1e6)
_units("joule", j_joule=1, kj_kilojoule=1e3)
_units("calorie", cal_calorie_kcal_kilocalorie=1)
_units("ampere", amp_ampere=1)
_units("charge", mah_milliamphour=1e-3, ah_amphour=1)
_units("hertz", hz_hertz=1, khz_kilohertz=1e3, mhz_megahertz=1e6, ghz_gigahertz=1e9)
_units("pressure", psi=1, kpa=0.1450377, bar=14.50377)
_units("decibel", db_decibel=1)
_units("pixel", px_pixel=1, mp_megapixel=1e6)
_units("celsius", celsius_centigrade_c=1)
_units("fahrenheit", fahrenheit_f=1)
_units("kelvin", kelvin=1)
_units("am", clockam=60)
_units("pm", clockpm=60)
_units("pound", pound=1)
_units("usd", dollar_usd_buck=1)
_units("eur", euro_eur=1)
_units("gbp", gbp_sterling_quid=1)
_units("inr", rupee_rs_inr=1)
_units("jpy", yen_jpy=1)
_units("cny", yuan_cny_rmb_renminbi=1)
_units("chf", franc_chf=1)
_units("krw", krw=1)
_units("cad", cad=1)
_units("aud", aud=1)
_units("cent", cent=1)
_units("btc", bitcoin=1)

CURRENCY_SIGNS = {"$": "usd", "€": "eur", "£": "gbp", "¥": "jpy", "₹": "inr"}
"""Sign to dimension; a sign stands before its number, or after it."""
CURRENCIES = frozenset(CURRENCY_SIGNS.values()) | {"pound", "cny", "chf", "krw", "cad", "aud"}
"""Dimensions of money."""
UNITS = frozenset(_UNITS)
"""Stems of the units."""
_DECIMAL = re.compile(r"\d+(?:\.\d+)?")
_HALF_A_DAY = 12
_CLOCK_FIGURE = re.compile(r"\d{1,2}(?::\d{2})?")


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

    @property
    def token(self) -> str:
        """What stands for it among the words: equal for equal quantities."""
        if self.dimension in {"am", "pm"} and self.amount is not None:
            hours, minutes = divmod(int(self.amount), 60)
            return f"#{hours}:{minutes:02}" if minutes else f"#{hours}"
        return (
            f"#{self.amount:.12g}{self.dimension}" if self.dimension and self.amount is not None else "#" + self.written
        )

    def equals(self, other: Quantity) -> bool:
        """Whether both may mean the same: equal figures with a unit missing on a side do."""
        if self.dimension and other.dimension and self.amount is not None and other.amount is not None:
            if self.dimension != other.dimension:
                return any(_is_pounds(one, two) or _is_week(one, two) for one, two in ((self, other), (other, self)))
            return _are_near(self.amount, other.amount)
        if self.dimension and other.dimension and self.dimension != other.dimension:
            return False
        if self.written == other.written or _is_same_hour(self, other) or _is_same_hour(other, self):
            return True
        return not self.dimension and not other.dimension and _are_on_one_dial(self.written, other.written)


def _are_near(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-6 * max(abs(one), abs(other))


def _is_week(one: Quantity, other: Quantity) -> bool:
    """Whether so many nights are the other's weeks; as many days are another stay."""
    if one.dimension != "nights" or other.dimension != "time" or other.amount is None:
        return False
    return other.written.isdigit() and one.amount == 7 * int(other.written) and other.amount == 86400 * one.amount


def _is_pounds(one: Quantity, other: Quantity) -> bool:
    """Whether "pound" may be the currency or the weight that the other names."""
    if one.dimension != "pound" or one.amount is None or other.amount is None:
        return False
    factor = {"gbp": 1.0, "weight": 453.592}.get(other.dimension)
    return factor is not None and abs(one.amount * factor - other.amount) <= 1e-6 * other.amount


def _is_same_hour(one: Quantity, other: Quantity) -> bool:
    """Whether "2 pm" is the other's "14:00", and "8 am" its "08:00"."""
    if one.dimension not in {"am", "pm"} or other.dimension or not _CLOCK_FIGURE.fullmatch(other.written):
        return False
    hours, _, minutes = other.written.partition(":")
    return one.amount == 60 * int(hours) + int(minutes or 0)


def _are_on_one_dial(one: str, other: str) -> bool:
    """Whether "3:30" may be "15:30"."""
    if not one.count(":") == other.count(":") == 1:
        return False
    (first, minutes), (second, minutes_there) = one.split(":"), other.split(":")
    return minutes == minutes_there and abs(int(first) - int(second)) == _HALF_A_DAY


def figure(token: str) -> str:
    """A run of digits in one spelling: "1,000" → "1000", "09:00" → "9", "2.0" → "2"; a version 3.10 is not 3.1."""
    if "," in token:
        token = token.replace(",", "") if _GROUPED.fullmatch(token) else token.replace(",", ".")
    if ":" in token and _CLOCK_FIGURE.fullmatch(token):
        token = token.lstrip("0") if token[1] != ":" else token
        token = "0" + token if token[0] == ":" else token
    whole, _, rest = token.replace(":", ".").partition(".")
    return token if rest.strip("0") or not rest else whole


def unit(word: str) -> tuple[str, float] | None:
    """Dimension and factor to its base unit."""
    return _UNITS.get(word)


def quantity(written: str, dimension: str = "", factor: float = 1.0) -> Quantity:
    """Build one from a figure and an optional unit."""
    if dimension in {"am", "pm"}:
        return Quantity(written, _minutes(written.replace(".", ":"), dimension), dimension)
    value = _value(written)
    return Quantity(written, None if value is None else value * factor, dimension)


def _minutes(clock: str, half: str) -> float | None:
    """Minutes after midnight; 12 am is midnight."""
    if not _CLOCK_FIGURE.fullmatch(clock):
        return None
    hours, _, minutes = clock.partition(":")
    return 60.0 * (int(hours) % 12 + 12 * (half == "pm")) + int(minutes or 0)


def _value(written: str) -> float | None:
    if _DECIMAL.fullmatch(written):
        return float(written)
    top, _, bottom = written.partition("/")
    return int(top) / int(bottom) if top.isdigit() and bottom.isdigit() and int(bottom) else None
