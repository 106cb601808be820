"""What is published of the people in a record: asker names by policy, contact details in free text by marks. Pure.

Doctors answer in public and under their names; what they say is worth no more than who says it. Their names stay.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Final, Literal, get_args

from qa_scraper.asker_names import AskerNames, normal_name
from qa_scraper.items import content_hash_of
from qa_scraper.marks import ASKER_MARK, is_pseudonym, replaced
from qa_scraper.personal_details import without_details

if TYPE_CHECKING:
    from pydantic import JsonValue

PrivacyPolicy = Literal["keep", "pseudonym", "drop"]
"""``keep``: all as on the page; ``pseudonym``: one person, one made-up name; ``drop``: no name at all."""
POLICIES: Final[tuple[PrivacyPolicy, ...]] = get_args(PrivacyPolicy)

WITHHELD: Final = "two readers of the page disagree on a name; what they say is withheld"
_LOCAL_ID: Final = "local:"
_ROUNDS: Final = 5  # of a search for details and names; honest texts need two
_SOUGHT_IN_ALL: Final = 5
"""So many of a record's names are looked for in all of its texts; a further one only in the answer that it signs."""

_Object = dict[str, "JsonValue"]


class Privacy:
    """A policy and the key of a data set's pseudonyms. The same name has the same pseudonym under the same key.

    *key*: secret bytes, 32 of them (``privacy_key``); of no use to ``keep`` and ``drop``.
    """

    def __init__(self, policy: PrivacyPolicy, key: bytes = b"") -> None:
        if policy == "pseudonym" and len(key) < 16:
            raise ValueError("pseudonyms need a key of at least 16 bytes, else every name can be guessed")
        self.policy = policy
        self._key = key

    def pseudonym(self, name: str) -> str:
        """``asker-`` and 16 hex digits: HMAC-SHA-256 of *name* without regard to case, width and white space.

        What is a pseudonym already stays as it is, so that doing it twice changes nothing.
        """
        if is_pseudonym(name):
            return name
        digest = hmac.digest(self._key, normal_name(name).encode("utf-8", "replace"), hashlib.sha256)
        return f"asker-{digest.hex()[:16]}"

    def applied(self, record: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """*record* as it may be published: a new object; *record* itself is not changed. ``keep`` changes nothing.

        ``content_hash`` is that of what is published, so that it tells nothing of what is not. The record may lack
        keys, as after a choice of fields.
        """
        if self.policy == "keep":
            return dict(record)
        return _Applied(self, record).record()

    def shown_name(self, name: JsonValue) -> str | None:
        """What is published in the place of the asker's *name*."""
        if not isinstance(name, str) or self.policy == "drop":
            return None
        return self.pseudonym(name)


class _Applied:
    """One record under a policy that hides."""

    def __init__(self, privacy: Privacy, record: Mapping[str, JsonValue]) -> None:
        self._privacy = privacy
        self._raw = record
        self._withheld = {"asker.name"}
        self._words = frozenset(
            normal_name(word)
            for name in ("categories", "tags")
            for word in _list(record.get(name))
            if isinstance(word, str)
        )
        names = [_object(record.get("asker")).get("name")]
        for number, answer in enumerate(map(_object, _list(record.get("answers")))):
            if answer.get("by_asker"):
                names += _own_names(answer)
                self._withheld |= {f"answers.{number}.author.name", f"answers.{number}.signed_by"}
        self._sought: dict[str, str] = {}
        for name in names:
            if isinstance(name, str) and len(self._sought) < _SOUGHT_IN_ALL:
                self._sought.setdefault(normal_name(name), name)
        self._names = self._asker_names(self._sought.values())

    def _asker_names(self, names: Iterable[str]) -> AskerNames:
        return AskerNames({name: self._privacy.shown_name(name) or ASKER_MARK for name in names}, self._words)

    def record(self) -> dict[str, JsonValue]:
        record = dict(self._raw)
        self._mask(record, "title", "more_info")
        if "tags" in record:
            record["tags"] = [self._masked(tag) for tag in _list(record["tags"])]
        if isinstance(question := record.get("question"), dict):
            record["question"] = self._mask(dict(question), "title", "text")
        if isinstance(asker := record.get("asker"), dict):
            record["asker"] = self._without_name(asker, "name")
        for name, of in (("answers", self._answer), ("related_questions", self._teaser)):
            if name in record:
                record[name] = [of(item) if isinstance(item, dict) else item for item in _list(record[name])]
        if isinstance(source := record.get("source"), dict):
            self._sign(record, dict(source))
        return record

    def _answer(self, raw: _Object) -> _Object:
        answer = dict(raw)
        if not answer.get("by_asker"):
            return self._mask(answer, "text")
        answer = self._without_name(answer, "signed_by")
        if "text" in answer:
            answer["text"] = self._masked(answer["text"], self._names_in(raw))
        if isinstance(author := answer.get("author"), dict):
            answer["author"] = self._without_name(author, "name")
        return answer

    def _names_in(self, answer: _Object) -> AskerNames:
        """The names to look for in an *answer* by the asker: its own ones as well."""
        own = [name for name in _own_names(answer) if isinstance(name, str)]
        if all(normal_name(name) in self._sought for name in own):
            return self._names
        return self._asker_names([*self._sought.values(), *own])

    def _teaser(self, teaser: _Object) -> _Object:
        return self._mask(dict(teaser), "title", "question_excerpt", "answer_excerpt")

    def _without_name(self, part: _Object, name: str) -> _Object:
        return {**part, name: self._privacy.shown_name(part[name])} if name in part else part

    def _mask(self, part: _Object, *names: str) -> _Object:
        for name in names:
            if name in part:
                part[name] = self._masked(part[name])
        return part

    def _masked(self, text: JsonValue, names: AskerNames | None = None) -> JsonValue:
        if not isinstance(text, str):
            return text
        for _ in range(_ROUNDS):
            shown = without_details(text)
            shown = replaced(shown, (names or self._names).found_in(shown))
            if shown == text:
                break
            text = shown  # what stood beside a name may be a detail now
        return text

    def _sign(self, record: _Object, source: _Object) -> None:
        """Gives *record* its *source*: notes without names, the hash of what it is now and an id of no more."""
        if "notes" in source:
            source["notes"] = [self._note(note) if isinstance(note, dict) else note for note in _list(source["notes"])]
        raw_hash = source.get("content_hash")
        if isinstance(raw_hash, str):
            source["content_hash"] = content_hash_of(record)
            name = record.get("id")
            # Of a file without a URL the id is the hash of what the page says.
            if isinstance(name, str) and name.startswith(_LOCAL_ID):
                record["id"] = _rehashed(name, raw_hash, str(source["content_hash"]))
        record["source"] = source

    def _note(self, note: _Object) -> _Object:
        if note.get("field") in self._withheld:
            return {**note, "note": WITHHELD}
        return self._mask(dict(note), "note")


def _rehashed(name: str, raw_hash: str, new_hash: str) -> str:
    own, mark, part = name.removeprefix(_LOCAL_ID).partition("#")
    return f"{_LOCAL_ID}{new_hash[: len(own)]}{mark}{part}" if own and raw_hash.startswith(own) else name


def _own_names(answer: Mapping[str, JsonValue]) -> tuple[JsonValue, JsonValue]:
    """Who wrote *answer*, and who signed it."""
    return _object(answer.get("author")).get("name"), answer.get("signed_by")


def _object(value: JsonValue) -> Mapping[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _list(value: JsonValue) -> Collection[JsonValue]:
    return value if isinstance(value, list) else []
