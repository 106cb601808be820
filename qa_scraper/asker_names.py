"""An asker's name in free text: where it surely stands, and where it may as well be a word like any other. Pure.

A name is looked for without regard to case and width. In Chinese, which parts no words, it is taken wherever its
characters stand together; in other scripts as a whole word. A name that is a common word ("Hope", 媽媽), or too short
to be told from one, is taken only where the words around it say that it is one: "Dear Hope", 小姐 behind it, alone on
a line.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from qa_scraper.marks import Span, apart, is_pseudonym
from qa_scraper.personal_details import evened

_LONGEST: Final = 80
_COMMON: Final = frozenset(
    # Names that are words of the language, and what people without a name are called.
    "hope grace joy faith will mark may april june august rose dawn eve art bill pat sue rob jack ray bob sunny"
    " summer autumn winter spring angel amber ivy daisy violet iris jade pearl ruby olive basil sage ginger melody"
    " harmony patience constance charity christian chase chance drew grant miles rich frank ernest victor max dean"
    " page penny sky star moon sun love happy sad lucky cat dog bear baby girl boy man woman mother father mom mum"
    " dad sister brother son daughter wife husband friend student teacher nurse doctor patient reader user guest"
    " member visitor asker writer anonymous unknown nobody someone everyone hello help please thanks thank you"
    " question answer test none null admin name pain head heart skin the and for are was her his she him they this"
    " that with from not but all can has had headache migraine cancer eczema acne fever cough asthma allergy"
    " insomnia anxiety depression stress fatigue nausea dizzy rash itch stomach back neck knee foot hand eye ear"
    " nose throat tooth teeth liver kidney lung blood sleep pregnant pregnancy surgery diabetes stroke virus cold"
    " flu one two who how why what when where just ask need want worried sick tired healthy normal good bad new"
    " old little big"
    " 匿名 訪客 访客 網友 网友 會員 会员 讀者 读者 患者 病人 病患 家屬 家属 本人 自己 朋友 同學 同学 老師 老师"
    " 醫師 医师 醫生 医生 護士 小姐 先生 女士 太太 媽媽 妈妈 爸爸 父親 母親 父亲 母亲 爺爺 奶奶 爷爷 外公 外婆"
    " 阿公 阿嬤 哥哥 弟弟 姊姊 姐姐 妹妹 兒子 女兒 儿子 女儿 孩子 小孩 寶寶 宝宝 嬰兒 婴儿 老公 老婆 男友 女友"
    " 男生 女生 新手 路人 無名 擔心 担心 焦慮 焦虑 煩惱 烦恼 痛苦 難過 难过 害怕 緊張 紧张 健康 平安 幸福 快樂"
    " 快乐 感冒 發燒 发烧 頭痛 头痛 胃痛 腹痛 咳嗽 失眠 過敏 过敏 憂鬱 忧郁 懷孕 怀孕 請問 请问 謝謝 谢谢 您好"
    " 你好 問題 问题 求助 救命 急急 希望 明天 今天 昨天 天天 小心 開心 开心 美麗 美丽 陽光 阳光 天空 大海 星星"
    " 月亮 太陽 太阳".split()
)
_BEHIND: Final = (
    "小姐", "先生", "女士", "太太", "媽媽", "妈妈", "爸爸", "同學", "同学", "小朋友", "弟弟", "妹妹", "君", "您好",
    "你好", "妳好", "敬上", " wrote", " writes", " asks", " asked",
)  # fmt: skip
"""What stands behind a name."""
_AHEAD: Final = (
    "dear ", "hi ", "hello ", "hi, ", "hello, ", "hey ", "mr. ", "ms. ", "mrs. ", "miss ", "mr ", "ms ", "mrs ",
    "my name is ", "i am called ", "i'm called ", "regards, ", "sincerely, ", "yours, ", "thanks, ",
    "親愛的", "亲爱的", "我叫", "我叫做", "小名", "名叫", "署名", "署名:",
)  # fmt: skip
_DOCTOR_AHEAD: Final = ("dr. ", "dr.", "dr ", "doctor ", "prof. ", "professor ", "drs. ")
_DOCTOR_BEHIND: Final = ("醫師", "醫生", "医师", "医生", "主任", "教授", "院長", "院长", "護理師", "藥師")
_MOST_CONTEXT: Final = 16
_END_OF_LINE: Final = " \t.,!~-—:;。，！～：；"


def normal_name(name: str) -> str:
    """*name* as it is compared: NFKC, without case, white space as single blanks."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


class AskerNames:
    """The names of a record's askers, to be looked for in its texts."""

    def __init__(self, instead: Mapping[str, str], words: Collection[str] = ()) -> None:
        """*instead*: what is to stand in the place of each name. *words*: names that are words as well, since they say
        what the record is about; as ``normal_name`` gives them.
        """
        self._wanted = [
            (part, put, _is_telling(part) and part not in words)
            for name, put in instead.items()
            for part in _parts(evened(" ".join(name.split()))[:_LONGEST])
            if len(part) > 1 or _is_chinese(part)  # one letter tells nobody from others
        ]

    def found_in(self, text: str) -> list[Span]:
        """Where the names surely stand in *text*, in order, none overlapping another; the longer of two goes first."""
        if not self._wanted:
            return []
        even = evened(text)
        return apart(
            [
                (begin, begin + len(name), put)
                for name, put, is_sure in self._wanted
                for begin in _places(even, name, is_sure=is_sure)
            ]
        )


def _parts(name: str) -> Iterator[str]:
    """What of *name* is looked for: all of it, and its first word."""
    if name:
        yield name
    first = name.partition(" ")[0]
    if first != name and not _is_chinese(first):
        yield first


def _is_telling(name: str) -> bool:
    """Whether *name* is one wherever it stands, and no word of the language."""
    letters = [character for character in name if character.isalpha()]
    if name in _COMMON or len(name) < 2:
        return False
    return len(letters) >= (2 if _is_chinese(name) else 3)


def _is_chinese(text: str) -> bool:
    return any("\u3040" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7af" for character in text)


def _places(even: str, name: str, *, is_sure: bool) -> Iterator[int]:
    begin = even.find(name)
    if begin < 0:
        return
    is_made_up = is_pseudonym(name)  # no word is like it, and it may stand where a Chinese name was written on
    in_words = not is_made_up and not _is_chinese(name)
    while begin >= 0:
        end = begin + len(name)
        before, behind = even[max(0, begin - _MOST_CONTEXT) : begin], even[end : end + _MOST_CONTEXT]
        is_whole = not in_words or not (_goes_on(before[-1:]) or _goes_on(behind[:1]))
        is_doctor = before.endswith(_DOCTOR_AHEAD) or behind.lstrip().startswith(_DOCTOR_BEHIND)
        if is_made_up or (is_whole and not is_doctor and (is_sure or _is_called(before, behind))):
            yield begin
        begin = even.find(name, end)


def _goes_on(character: str) -> bool:
    """Whether a word of letters goes on with *character*; Chinese is written on without a blank."""
    return (character.isalnum() or character == "_") and not _is_chinese(character)


def _is_called(before: str, behind: str) -> bool:
    """Whether what is around says that a name stands there."""
    alone = not before.rpartition("\n")[2].strip(_END_OF_LINE) and not behind.partition("\n")[0].strip(_END_OF_LINE)
    return alone or before.endswith(_AHEAD) or behind.startswith(_BEHIND)
