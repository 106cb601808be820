"""The secret key of a data set's pseudonyms: a file that only its owner reads, made on first need, never published."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import Final

from qa_scraper.errors import InputError
from qa_scraper.flush import flush_file, flush_folder
from qa_scraper.privacy import Privacy, PrivacyPolicy

PRIVACY_KEY: Final = "privacy.key"
"""Name of the file in a site's output folder."""
_BYTES: Final = 32


def privacy_of(policy: PrivacyPolicy, key_file: Path) -> Privacy:
    """*policy* with the key in *key_file*, which is made where the policy needs one and there is none.

    Raises InputError where the file holds no key, OSError where it cannot be read or made.
    """
    return Privacy(policy, ready_key(key_file)) if policy == "pseudonym" else Privacy(policy)


def ready_key(path: Path) -> bytes:
    """The key in the file *path*, made anew where there is none; two processes that make it at once get the same.

    Raises InputError where the file holds no key, OSError where it cannot be read or made.
    """
    if not path.exists():
        _make(path)
    path.chmod(0o600)
    return key_in(path)


def _make(path: Path) -> None:
    """Writes the file beside and links it to its name: there it is whole, and nobody's is replaced."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.{os.getpid()}.tmp")
    file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(file, "w", encoding="ascii") as opened:
            opened.write(secrets.token_hex(_BYTES) + "\n")
        flush_file(beside)
        with contextlib.suppress(FileExistsError):  # another process was first: its key is the one
            os.link(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    flush_folder(path.parent)


def key_in(path: Path) -> bytes:
    """The key in the file *path*. Raises InputError where it holds none, OSError where it cannot be read."""
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise InputError(
            f"{path} holds no key ({_BYTES * 2} hex digits): restore it from a backup; or remove it, then a new key is"
            " made and every pseudonym is another one from then on"
        )
    return key
