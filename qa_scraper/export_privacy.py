"""What an export does about people: as the site publishes it, or by a policy and a key of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from qa_scraper.errors import InputError
from qa_scraper.ledger_format import LEDGER
from qa_scraper.ledger_reader import read_ledger
from qa_scraper.privacy import POLICIES, PrivacyPolicy
from qa_scraper.privacy_key import PRIVACY_KEY, privacy_of, ready_key
from qa_scraper.record_source import RecordSource

if TYPE_CHECKING:
    from pydantic import JsonValue

Protect = Callable[[Mapping[str, "JsonValue"]], Mapping[str, "JsonValue"]]


def protection(
    source: RecordSource, output: Path, policy: str | None, key_file: Path | None
) -> tuple[PrivacyPolicy | Literal[""], Protect | None]:
    """The policy of an export of *source*, and what it does to each record; None: nothing more than was done already.

    The policy is empty where nobody can tell what was done already: of a file that does not stand in its site's folder.
    *policy* None: as published. The key is that in *key_file*, which must be there; else the site's own, so that a
    person has one pseudonym in both; else, for a file, the one in the folder *output*. Raises InputError for a policy
    or a key that is none.
    """
    if policy is None:
        if key_file is not None:
            raise InputError("--privacy-key goes with --privacy pseudonym")
        return _as_published(source), None
    chosen = next((each for each in POLICIES if each == policy), None)
    if chosen is None:
        raise InputError(f"there is no privacy {policy!r}: --privacy takes {', '.join(POLICIES)}")
    if key_file is not None:
        if chosen != "pseudonym":
            raise InputError("--privacy-key goes with --privacy pseudonym")
        if not key_file.exists():
            raise InputError(f"there is no key {key_file}: name the key file of a site, or leave --privacy-key out")
        ready_key(key_file)
    folder = output / source.site if source.site else output
    if chosen == "pseudonym" and key_file is None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if chosen == "keep":  # what is hidden already does not come back
        return _as_published(source), None
    return chosen, privacy_of(chosen, key_file or folder / PRIVACY_KEY).applied


def _as_published(source: RecordSource) -> PrivacyPolicy | Literal[""]:
    if source.site is None:
        return ""
    return read_ledger(source.path.with_name(LEDGER), lambda ledger: ledger.runs.privacy()) or "keep"
