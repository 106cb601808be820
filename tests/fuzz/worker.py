"""One atheris process: ``python -m tests.fuzz.worker FINDINGS [libFuzzer options] CORPUS``. See ``run.py``."""

from __future__ import annotations

import hashlib
import itertools
import sys
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["qa_scraper"]):
    from tests.fuzz.mutation import mutated
    from tests.fuzz.target import check, signature_of

FINDINGS = Path(sys.argv.pop(1))
SCHEMA_EACH = 10
seen: set[str] = set()
counter = itertools.count()


def one_input(data: bytes) -> None:
    """A finding is saved, the first of its kind, and the run goes on: one bug must not hide the others."""
    try:
        check(data, by_schema=next(counter) % SCHEMA_EACH == 0)
    except Exception as error:  # noqa: BLE001 -- any exception at all is what is looked for
        signature = signature_of(error)
        if signature not in seen:
            seen.add(signature)
            name = hashlib.sha256(signature.encode()).hexdigest()[:12]
            (FINDINGS / f"{name}.input").write_bytes(data)
            (FINDINGS / f"{name}.txt").write_text(signature + "\n")
            print(f"FINDING {signature}", file=sys.stderr, flush=True)


def mutator(data: bytes, max_size: int, seed: int) -> bytes:
    by_bytes = lambda body: atheris.Mutate(body, max(len(body), max_size - 64))  # noqa: E731
    return mutated(data, Random(seed), by_bytes)[:max_size]


atheris.Setup(sys.argv, one_input, custom_mutator=mutator)
atheris.Fuzz()
