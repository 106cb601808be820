"""What in free text reaches a person: e-mail addresses, phone and identity numbers, profile links; replaced by marks.

Pure. A text is read without case and width; what is replaced is what stands in it. Every pattern is linear: what
repeats in it is bounded, and where it may begin is told by the character before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from qa_scraper.marks import Mark, Span, apart, marked

_WIDE: Final = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(map(ord, "\u00a0\u2007\u202f\u3000"), ord(" ")),
    **dict.fromkeys(map(ord, "‐‑‒–—―−﹣"), ord("-")),
}

_EMAIL: Final = re.compile(
    r"(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64} ?(?:@|\[at\]|\(at\)) ?"
    r"(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?![a-z0-9])",
)
_EMAIL_SPELT: Final = re.compile(
    r"(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64} ?(?: at |\[at\]|\(at\)) ?"
    r"[a-z0-9-]{1,63} ?(?: dot |\[dot\]|\(dot\)) ?[a-z]{2,24}(?:(?: dot |\.)[a-z]{2,3})?(?![a-z0-9])",
)
_AT: Final = ("@", "at]", "at)", " dot ")

_PATH: Final = r"[a-z0-9_.~%/?#=&@!$*+,;:-]"
_PROFILE: Final = re.compile(
    r"(?<![a-z0-9@_-])"
    r"(?:facebook\.com|fb\.com|fb\.me|m\.me|messenger\.com/t|instagram\.com|instagr\.am|line\.me|lin\.ee|t\.me"
    r"|telegram\.me|x\.com|twitter\.com|threads\.net|threads\.com|wa\.me|tiktok\.com|linkedin\.com/in|weibo\.com"
    r"|weibo\.cn|plurk\.com|youtube\.com/(?=@)|dcard\.tw/(?=@)|vk\.com|ok\.ru|snapchat\.com/add)"
    r"/?(?!/?(?:groups|events|sharer|share|dialog|hashtag|search|intent|watch|plugins|login|home)\b)"
    rf"{_PATH}{{1,400}}(?<![.,;:!?])",
)
_LONGEST_AHEAD: Final = 40
_HOST_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-")
_USER_PAGE: Final = re.compile(
    r"https?://[a-z0-9.:-]{1,100}/(?:[a-z0-9_~.-]{1,60}/){0,3}"
    r"(?:(?:users?|members?|profiles?|people|author|u)/|@|space-uid-|(?:profile|member|user)\.php\?"
    rf"|home\.php\?mod=space){_PATH}{{1,200}}(?<![.,;:!?])",
)
_HANDLE: Final = re.compile(
    r"(?=[微賴加lwifts])(?<![a-z])(?:(?:微信|賴)(?=[ :是為@a-z._帳账號号-])(?: ?(?:id|帳號|账号|號|号))?|加我?line"
    r"|(?<!the )(?<!first )(?<!second )(?<!third )(?<!-)line(?= ?: ?@?[a-z._-]{3,31}[0-9])"
    r"|(?:line|wechat|weixin|instagram|ig|fb|telegram|skype|whatsapp) ?(?:id|帳號|账号|號|号))"
    r"(?: ?[:是為] ?| is | ?(?=@?[a-z._-]{1,31}[0-9]))@?([a-z0-9][a-z0-9._-]{2,31}(?<!\.))(?![a-z0-9])",
)

_HANDLES: Final = (
    *(f"{name}{blank}id" for name in "line chat weixin gram ig fb skype app".split() for blank in ("", " ")),
    "帳號", "账号", "號", "号", "微信", "賴", "加line", "加我line", "line:", "line :",
)  # fmt: skip
"""One of them stands where ``_HANDLE`` finds something."""

_ID_NUMBER: Final = re.compile(r"(?<![a-z0-9])([a-z])[ -]?([a-d1289])([0-9]{8})(?![a-z0-9])")
_LETTERS: Final = "abcdefghjklmnpqrstuvxywzio"
"""In the order of their numbers in the check, from 10 on."""
_WEIGHTS: Final = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)

_EXTENSION: Final = r"(?: ?(?:#|轉|分機|ext\.?|extension) ?[0-9]{1,6})?"
_BEFORE: Final = r"(?<![a-z0-9=_+])(?<![a-z0-9][/.:-])(?<![0-9],)"
# Behind "/" and "," another number may stand, but not what makes one number of both: 120/80, 1,234,567.
_AFTER: Final = r"(?![a-z0-9])(?![-.:][0-9])(?![/,](?!0?[0-9](?:[ .()-]{0,2}[0-9]){6})[0-9])"
_ABROAD: Final = re.compile(
    r"(?<![a-z+])\+ ?\(?[1-9](?=[0-9 .()-]{6})[0-9]{0,14}(?:[ .()-]{1,3}[0-9]{1,12}){0,7}(?![0-9])" + _EXTENSION,
)
_NATIONAL: Final = re.compile(
    _BEFORE
    + r"(?:\(0[0-9]{1,4}\)[ -]?|0[0-9]{1,4}(?:[ .-]| - )?)[0-9]{3,10}(?:[ .-][0-9]{3,6}){0,3}"
    + _EXTENSION
    + _AFTER,
)
_AMERICAN: Final = re.compile(
    _BEFORE + r"(?:1[ .-])?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[.-])[2-9][0-9]{2}[.-][0-9]{4}" + _EXTENSION + _AFTER,
)
_CHINESE: Final = re.compile(_BEFORE + r"1[3-9][0-9](?:[0-9]{8}|[ -][0-9]{4}[ -][0-9]{4})" + _AFTER)
# Parted in other ways than numbers of all countries are.
_TAIWANESE: Final = re.compile(
    _BEFORE + r"(?:(?:002)?886[ -]?0?9[0-9]{2}([ -]?)[0-9]{3}\1[0-9]{3}|09[0-9]{2}([ -])[0-9]{2}\2[0-9]{4})" + _AFTER
)
_ANY_NUMBER: Final = re.compile(
    r"(?<![a-z0-9+(])\+?(?:\((?=[0-9]{2,4}\)))?[0-9](?:[ .()-]{0,2}[0-9]){6,14}" + _EXTENSION + _AFTER
)
_LABELS: Final = ("電話", "电话", "手機", "手机", "傳真", "传真", "專線", "专线")
_LABEL_WORDS: Final = ("telephone", "phone", "tel", "mobile", "whatsapp", "fax")
_BEHIND_LABEL: Final = ("是", "為", " is", "號碼", "号码", " number", " no")
_LONGEST_LABEL: Final = 24
_DATE: Final = re.compile(r"(?:19|20)[0-9]{2}[-. ](?:0?[1-9]|1[0-2])[-. ](?:0?[1-9]|[12][0-9]|3[01])")
_SOME_DIGITS: Final = re.compile(r"[0-9][0-9 .()-]{5,12}[0-9]")
"""Stands where there is any number that is looked for: most texts hold none, and need no further look."""
_SHORTEST: Final = 4
"""Characters of the shortest text that holds a detail: 賴 and a handle of three. All other patterns need more."""
_JUDGED: Final = 2000
_LONGEST_NUMBER: Final = 64
_SHAPES: Final = (
    (_TAIWANESE, ("TW",)),
    (_ABROAD, ("ZZ",)),
    (_NATIONAL, ("TW", "CN", "JP", "GB", "AU")),  # with a leading 0, as at home
    (_AMERICAN, ("US",)),
    (_CHINESE, ("CN",)),
)
"""What numbers look like, and the countries that they may be of; ZZ: they say themselves of which."""


def without_details(text: str) -> str:
    """*text* with a mark in the place of each detail; the same text where there is none."""
    return marked(text, details)


def details(text: str) -> list[Span]:
    """The details in *text*, in their order, none overlapping another."""
    if len(text) < _SHORTEST:  # what parts the numbers of a list, for one
        return []
    even = evened(text)
    found: list[Span] = []
    if "/" in even:
        found += [(_begin_of_link(even, match.start()), match.end(), "[profile]") for match in _PROFILE.finditer(even)]
        found += _spans(_USER_PAGE.finditer(even), "[profile]")
    if any(sign in even for sign in _AT):
        found += _spans(_EMAIL.finditer(even), "[email]")
        found += _spans(_EMAIL_SPELT.finditer(even), "[email]")
    if any(sign in even for sign in _HANDLES):
        found += _spans(_HANDLE.finditer(even), "[profile]", group=1)
    if _SOME_DIGITS.search(even):
        found += _spans((m for m in _ID_NUMBER.finditer(even) if _is_id_number(*m.groups())), "[id-number]")
        phones = list(_phones(even))
        known = {(begin, end) for begin, end, _ in phones}
        others = (m for m in _ANY_NUMBER.finditer(even) if m.span() not in known)
        found += phones
        found += _spans((m for m in others if _is_labelled(even, m.start()) and not _DATE.match(m[0])), "[phone]")
    return apart(found)


def evened(text: str) -> str:
    """*text* without case and width, character by character: as long as it was."""
    narrow = text if text.isascii() else text.translate(_WIDE)
    lower = narrow.lower()  # a few letters become two by that
    return lower if len(lower) == len(narrow) else "".join([c.lower() if len(c.lower()) == 1 else c for c in narrow])


def _begin_of_link(even: str, host: int) -> int:
    """Where the link begins whose main host stands at *host*: with its subdomains and scheme, if it has them."""
    begin = host
    if even[host - 1 : host] == ".":
        while begin > max(0, host - _LONGEST_AHEAD) and even[begin - 1] in _HOST_LETTERS:
            begin -= 1
    ahead = even[max(0, begin - 8) : begin]
    return begin - (8 if ahead.endswith("https://") else 7 if ahead.endswith("http://") else 0)


def _spans(matches: Iterable[re.Match[str]], mark: Mark, group: int = 0) -> Iterator[Span]:
    for match in matches:
        yield match.start(group), match.end(group), mark


def _is_id_number(letter: str, second: str, digits: str) -> bool:
    """Whether the check digit of a Taiwanese identity number is right: national (1, 2) or resident (8, 9; A to D)."""
    tens, ones = divmod(_LETTERS.index(letter) + 10, 10)
    next_digit = int(second) if second.isdigit() else _LETTERS.index(second) % 10
    numbers = (tens, ones, next_digit, *map(int, digits))
    return sum(number * weight for number, weight in zip(numbers, _WEIGHTS, strict=True)) % 10 == 0


def _phones(even: str) -> Iterator[Span]:
    """What has the shape of a phone number and is one; of a text with very many, what has the shape alone."""
    judged = 0

    def is_phone(match: re.Match[str], regions: tuple[str, ...]) -> bool:
        nonlocal judged
        judged += 1
        return judged > _JUDGED or _is_phone(match[0], regions)

    for pattern, regions in _SHAPES:
        for match in pattern.finditer(even):
            if is_phone(match, regions):
                yield *match.span(), "[phone]"
                yield from _listed(even, match.end(), is_phone)


def _listed(even: str, end: int, is_phone: Callable[[re.Match[str], tuple[str, ...]], bool]) -> Iterator[Span]:
    """Further numbers of a list whose last one ends at *end*, as ``0912345678/0223456789,0987654321``."""
    while even[end : end + 1] in ("/", ","):
        begin = end + 1
        ahead = even[begin : begin + _LONGEST_NUMBER]
        matches = ((pattern.match(ahead), regions) for pattern, regions in _SHAPES)
        found = next((match for match, regions in matches if match and is_phone(match, regions)), None)
        if found is None:
            return
        end = begin + found.end()
        yield begin, end, "[phone]"


def _is_labelled(even: str, begin: int) -> bool:
    """Whether the word before *begin* says that a phone number follows."""
    before = even[max(0, begin - _LONGEST_LABEL) : begin].rstrip(" :/.-")
    for word in _BEHIND_LABEL:
        before = before.removesuffix(word).rstrip(" :/.-")
    if before.endswith(_LABELS):
        return True
    word = next((word for word in _LABEL_WORDS if before.endswith(word)), "")
    return bool(word) and not "a" <= before.removesuffix(word)[-1:] <= "z"


def _is_phone(written: str, regions: tuple[str, ...]) -> bool:
    """Whether *written* is a number that is given out in one of *regions* (``ZZ``: it says itself in which)."""
    import phonenumbers

    if regions != ("ZZ",) and _DATE.search(written):
        return False
    number = written.replace("轉", "#").replace("分機", "#").replace("(0)", "")
    if number.startswith("00") and "+" not in number:
        number, regions = "+" + number.removeprefix("002").removeprefix("00"), ("ZZ",)
    for region in regions:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(number, None if region == "ZZ" else region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False
