"""Which language a text is in, as far as its letters and commonest words tell."""

from __future__ import annotations

import unicodedata

ENGLISH = "en"
_COMMON = {
    "de": "der die das und ist nicht ein eine wie ich mein meine meinen kann wo wann warum was für mit auf den dem von "
    "zu im gibt es sie wer welche kostet bitte wird werden ihre ihr haben habe sind",
    "fr": "le la les des est une un je mon ma mes comment où quand pourquoi que qui quel quelle quelles dans pour avec "
    "pas vous votre puis du de au il elle y a-t-il combien peux sur et ce est-ce à",
    "es": "el la los las es un una mi mis cómo dónde cuándo por qué que quién cuál cuánto puedo para con no se de del "
    "en hay está mi su como donde cuando y hacen tiene",
    "it": "il lo la gli le è un una mio mia come dove quando perché che chi qual quale quanto posso per con non di del "
    "della in vostra vostro sono e ho",
    "pt": "o a os as é um uma meu minha como onde quando porque que quem qual quanto posso para com não de do da em há "
    "está eu e são",
    "nl": "de het een is niet mijn hoe waar wanneer waarom wat wie kan ik voor met op van en naar zijn wordt kost",
}
_ENGLISH = frozenset(
    "the a an is are was were do does did can could will would should what when where why who how which my your i you "
    "it to of in on for with and or not from by at this that have has be if there get me much many".split()
)
_FOREIGN = {code: frozenset(words.split()) - _ENGLISH for code, words in _COMMON.items()}


def language_of(text: str) -> str:
    """A guess at the language: a script's name, or "en" unless another language's common words prevail."""
    if text.isascii():
        script = "LATIN"
    else:
        letters = [character for character in text if character.isalpha() and not character.isascii()]
        script = _script(letters, text)
    if script != "LATIN":
        return script
    words = frozenset(text.lower().replace("?", " ").replace(",", " ").replace("¿", " ").split())
    english = len(words & _ENGLISH)
    best, code = max((len(words & common), code) for code, common in _FOREIGN.items())
    return code if best > english else ENGLISH


def _script(letters: list[str], text: str) -> str:
    """The script of most letters; accents do not take a text out of Latin."""
    foreign = [unicodedata.name(letter, "LATIN").split()[0] for letter in letters]
    foreign = [name for name in foreign if name != "LATIN"]
    ascii_letters = sum(character.isascii() and character.isalpha() for character in text)
    return max(set(foreign), key=foreign.count) if len(foreign) > ascii_letters else "LATIN"
