"""Bytes become text: which encoding a document is in, whatever it declares. Pure functions.

A declaration is a witness, not a judge: servers declare UTF-8 for Big5, and Latin-1, which fits any bytes, for
everything. It is believed where the bytes bear it out; where they do not, the detector of Firefox (chardetng) says what
they look like, and where neither settles it the text is marked as doubtful.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Final

from chardetng_py import EncodingDetector
from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
    to_unicode,
)

# The encodings of WHATWG Encoding §4.2 by Python's names (and two that pages declare still). Python knows others that
# are no encodings of documents: "punycode" takes quadratic time, "utf-7" reads markup where there is none.
_ENCODINGS: Final = frozenset(
    "utf-8 utf-16 utf-16-le utf-16-be big5hkscs gb18030 euc_jp cp932 iso2022_jp cp949 hz iso2022_kr"
    " cp866 cp874 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 koi8-r koi8-u mac-roman mac-cyrillic"
    " iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 iso8859-13 iso8859-14"
    " iso8859-15 iso8859-16".split()
)
_WIDE: Final = frozenset(("utf-16", "utf-16-le", "utf-16-be"))
_SEVEN_BIT: Final = frozenset(("iso2022_jp", "iso2022_kr", "hz"))
_MULTI_BYTE: Final = ("big5hkscs", "gb18030", "cp932", "euc_jp", "cp949")
_LATIN: Final = frozenset(
    "cp1250 cp1252 cp1254 cp1257 cp1258 mac-roman iso8859-2 iso8859-3 iso8859-4 iso8859-10 iso8859-13 iso8859-14"
    " iso8859-15 iso8859-16".split()
)
# What the detector knows; for others its guess says nothing.
_DETECTED: Final = _ENCODINGS - {"mac-cyrillic", "hz", "iso2022_kr"}
_ESCAPE: Final = b"\x1b$"
_HIGH: Final = re.compile(rb"[\x80-\xff]")
_LINE: Final = re.compile(rb"[<>\n]")  # none of these is part of a character in any encoding
_WORD: Final = re.compile(r"[^\s<>]+")
_COMMON_SYMBOLS: Final = "©®™°½€£"
_ODD_CATEGORIES: Final = frozenset(("Cc", "Co", "Cn", "No", "So", "Sk", "Sm", "Sc"))
_HALF_WIDTH_KANA: Final = range(0xFF61, 0xFFA0)
_REPLACED: Final = "\ufffd"

_HEAD: Final = 1024
_SAMPLE: Final = 64 * 1024  # bytes that the detector is given, from the first that is not ASCII
# Characters outside ASCII from which on the detector is believed against a declaration, and believed without a doubt.
_SOME: Final = 40
_ENOUGH: Final = 100
_FEW_UTF8: Final = 4  # a chance sequence of bytes that is valid UTF-8 has fewer characters than these
_BROKEN_SHARE: Final = 25  # one broken character in so many is an accident, more are another encoding
_ODD_SHARE: Final = 4  # one odd character in so many is no text that anybody writes


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a document, its encoding by Python's name, why that may be wrong (empty: it is not in doubt).

    No lone surrogates are in the text. ``as_it_came``: whether the document is this text in UTF-8, byte by byte.
    """

    text: str
    encoding: str
    doubt: str = ""
    as_it_came: bool = False


def decode(body: bytes, content_type: str | None) -> Decoded:
    """Decodes *body*; *content_type* is the value of that header (``text/html; charset=big5``) or None."""
    bom_encoding, bom = read_bom(body)
    if bom_encoding and bom:
        body = body[len(bom) :]
        if bom_encoding != "utf-8":
            return _marked(to_unicode(body, bom_encoding), bom_encoding)
    in_header = _resolved(http_content_type_encoding(content_type)) if content_type else None
    as_utf8, is_utf8 = _as_utf8(body)
    as_it_came = is_utf8 and not bom
    if as_utf8 is not None and (bom or in_header == "utf-8") and _ESCAPE not in body[:_HEAD]:
        return Decoded(as_utf8, "utf-8", as_it_came=as_it_came)
    in_body = None if bom else _resolved(html_body_declared_encoding(body))
    declared = ["utf-8"] if bom else list(dict.fromkeys(name for name in (in_header, in_body) if name))
    if "\x00" in (as_utf8 or body[:_HEAD].decode("latin-1"))[:_HEAD]:
        wide = _wide(body, declared)
        if wide is not None:
            return wide
    declared = [name for name in declared if name not in _WIDE]
    if body.isascii():
        return _seven_bit(body, declared)
    if as_utf8 is not None:
        return _valid_utf8(as_utf8, declared, as_it_came=as_it_came)
    return _legacy(body, declared)


def _valid_utf8(text: str, declared: list[str], *, as_it_came: bool) -> Decoded:
    """Bytes that are valid UTF-8: hardly ever by chance, so that other declarations count for little."""
    others = [name for name in declared if name in _MULTI_BYTE]
    doubt = ""
    if others and "utf-8" not in declared and _count(text) < _FEW_UTF8:
        doubt = f"declared {others[0]}, but valid UTF-8: too short to tell"
    return Decoded(text, "utf-8", doubt, as_it_came)


def _legacy(body: bytes, declared: list[str]) -> Decoded:
    """Bytes that are no valid UTF-8."""
    sample = _sample(body)
    guess = _guess(sample)
    as_guess = _strict(body, guess)
    # Every byte is a letter of Latin-1: what fits it must read like it too.
    lost = as_guess is None or (guess in _LATIN and not _is_latin(sample.decode(guess, "replace")))
    if not lost:
        for name in declared:
            text = _strict(body, name)
            if text is not None and (name == guess or text == as_guess):
                return Decoded(text, name)
    broken = _broken(sample, declared, _BROKEN_SHARE if lost else 4 * _BROKEN_SHARE)
    if broken is not None:
        return _marked(body.decode(broken, "replace"), broken)
    believed = next((name for name in declared if _strict(body, name) is not None), None)
    evidence = _count(sample.decode(guess, "replace"))
    if _is_latin(sample.decode("cp1252", "replace")):
        return _latin(body, believed, guess, evidence)
    return _disputed(body, believed, guess, evidence, lost=lost)


def _broken(sample: bytes, declared: list[str], share: int) -> str | None:
    """The encoding that *sample* is in but for one character in *share* or fewer; None where there is none.

    The detector rules an encoding out at the first byte that does not fit; what is left without such bytes shows it.
    """
    found: list[tuple[int, str]] = []
    for name in dict.fromkeys((*declared, "utf-8", *_MULTI_BYTE)):
        text = sample.decode(name, "replace")
        broken = text.count(_REPLACED)
        if 0 < broken * share <= _count(text) and _bears_out(sample, name):
            found.append((broken, name))
    return min(found)[1] if found else None


def _latin(body: bytes, believed: str | None, guess: str, evidence: int) -> Decoded:
    """Text in Latin letters: what is in dispute is which letters with marks the bytes outside ASCII stand for."""
    if guess not in _LATIN:
        guess = believed if believed in _LATIN else "cp1252"
    if believed is None or believed not in _LATIN:
        certain = guess == "cp1252" or evidence >= _ENOUGH
        return _read(body, guess, "" if certain else f"it looks like {guess}, but is too short to tell")
    doubt = f"declared {believed}, but it looks like {guess}"
    # Latin-1 is declared for everything; who declares another of the family mostly knows.
    if believed != "cp1252" or evidence < _SOME:
        return _read(body, believed, doubt if guess != believed else "")
    return _read(body, guess, doubt if guess != believed and evidence < _ENOUGH else "")


def _disputed(body: bytes, believed: str | None, guess: str, evidence: int, *, lost: bool) -> Decoded:
    """Text in other letters where detector and declarations disagree, or without any declaration that fits."""
    odd = lost or _is_odd(_sample(body).decode(guess, "replace"))
    if believed is not None:
        believed_odd = _is_odd(_sample(body).decode(believed, "replace"))
        if not believed_odd and believed != guess and (odd or evidence < _SOME or believed not in _DETECTED):
            return _read(body, believed, f"declared {believed}, but it looks like {guess}")
        if evidence < _ENOUGH:
            return _read(body, guess, f"declared {believed}, but it looks like {guess}")
    if odd:
        return _read(body, guess, f"it looks like no text, if anything like {guess}")
    return _read(body, guess, f"it looks like {guess}, but is too short to tell" if evidence < _SOME else "")


def _read(body: bytes, name: str, doubt: str) -> Decoded:
    text = _strict(body, name)
    return _marked(body.decode(name, "replace"), name) if text is None else Decoded(text, name, doubt)


def _seven_bit(body: bytes, declared: list[str]) -> Decoded:
    """Bytes that are all ASCII, in which some encodings hide others behind escapes."""
    names = [name for name in declared if name in _SEVEN_BIT]
    if _ESCAPE in body:
        names.append("iso2022_jp")
    for name in names:
        text = _strict(body, name)
        if text is not None:
            return Decoded(text, name)
    doubt = f"declared {names[0]}, which it is not" if names else ""
    return Decoded(body.decode("ascii"), next(iter(declared), "utf-8"), doubt)


def _wide(body: bytes, declared: list[str]) -> Decoded | None:
    """UTF-16 without a byte order mark: declared, or markup from its first character on (XML 1.0, appendix F)."""
    name = next((name for name in declared if name in _WIDE), None)
    if body.startswith(b"<\x00"):
        name = "utf-16-le"
    elif body.startswith(b"\x00<"):
        name = "utf-16-be"
    elif name == "utf-16":
        name = "utf-16-le"
    return None if name is None else _marked(body.decode(name, "replace"), name)


def _marked(text: str, name: str) -> Decoded:
    broken = text.count(_REPLACED)
    return Decoded(text, name, f"{broken} sequences of bytes are no {name}" if broken else "")


def _resolved(label: str | None) -> str | None:
    """Python's name of the encoding that *label* declares, with Big5 and GBK widened as browsers do; None: unknown."""
    name = resolve_encoding(label) if label else None
    return name if name in _ENCODINGS else None


def _strict(body: bytes, name: str) -> str | None:
    if name == "utf-8":
        return _as_utf8(body)[0]
    try:
        return body.decode(name)
    except UnicodeDecodeError:
        return None


def _as_utf8(body: bytes) -> tuple[str | None, bool]:
    """*body* read as UTF-8, None where it is none, and whether it is that to the letter."""
    try:
        return body.decode("utf-8"), True
    except UnicodeDecodeError:
        return _with_surrogates(body), False


def _with_surrogates(body: bytes) -> str | None:
    """UTF-8 as some databases write it: a pair of surrogates is the one character that it stands for, a lone U+FFFD."""
    try:
        text = body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _sample(body: bytes) -> bytes:
    first = _HIGH.search(body)
    start = max(0, first.start() - _HEAD) if first else 0
    return body[start : start + _SAMPLE]


def _guess(sample: bytes) -> str:
    detector = EncodingDetector()
    detector.feed(sample, last=len(sample) < _SAMPLE)
    return _resolved(detector.guess(tld=None, allow_utf8=False)) or "cp1252"


def _bears_out(sample: bytes, name: str) -> bool:
    """Whether those lines of *sample* look like *name* that fit it; without such lines, what fits of them."""
    rest = b"\n".join(part for part in _LINE.split(sample) if _strict(part, name) is not None)
    if rest.isascii():
        rest = sample.decode(name, "ignore").encode(name, "ignore")
    return not rest.isascii() if name == "utf-8" else _guess(rest) == name


def _count(text: str) -> int:
    """How many characters outside ASCII stand in *text*."""
    return len(text) - len(text.encode("ascii", "ignore"))


def _is_latin(text: str) -> bool:
    """Whether *text* reads as words in Latin letters, a few of them with marks."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    unlikely = sum(_count(word) * 2 > len(word) > 2 for word in words)
    return unlikely * _ODD_SHARE <= len(words) and not _is_odd(text)


def _is_odd(text: str) -> bool:
    """Whether too many characters are such as nobody writes: controls, private use, unassigned, symbols, half kana."""
    found = {character: count for character, count in Counter(text).items() if not character.isascii()}
    odd = sum(count for character, count in found.items() if _is_odd_character(character))
    return odd * _ODD_SHARE > sum(found.values())


def _is_odd_character(character: str) -> bool:
    if character in _COMMON_SYMBOLS:
        return False
    return unicodedata.category(character) in _ODD_CATEGORIES or ord(character) in _HALF_WIDTH_KANA
