"""docs/recipes.md: each block is run, one after the other, with the demo site's records; it prints what is said.

``python -m tests.test_recipes`` writes what is printed into the document.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.commands import BIN, ROOT, environment

RECIPES = ROOT / "docs" / "recipes.md"
BLOCK = re.compile(r"```(sh|python)\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.DOTALL)


@dataclass(frozen=True)
class Block:
    language: str
    code: str
    printed: str

    @property
    def missing(self) -> str:
        """What it needs that is not there; empty where all is."""
        programs = [name for name in ("jq",) if re.search(rf"^{name} ", self.code, re.MULTILINE)]
        return ", ".join(name for name in programs if shutil.which(name) is None)


def recipes() -> list[Block]:
    return [Block(language, code, printed) for language, code, printed in BLOCK.findall(RECIPES.read_text("utf-8"))]


def run(block: Block, folder: Path) -> str:
    """What *block* prints, run in *folder*."""
    variables = {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "HF_HOME": str(folder / "hf"), "HF_HUB_OFFLINE": "1",
    }  # fmt: skip
    command = ["bash", "-euo", "pipefail", "-c"] if block.language == "sh" else [sys.executable, "-c"]
    done = subprocess.run(
        [*command, block.code], cwd=folder, capture_output=True, text=True, timeout=120, check=False,
        env=environment() | variables,
    )  # fmt: skip
    # 141: ``head`` has seen enough
    assert done.returncode == 0 or (done.returncode == 141 and "head" in block.code), done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the first block has made its files."""
    path = tmp_path_factory.mktemp("recipes")
    run(recipes()[0], path)
    return path


@pytest.mark.xdist_group("demo")
@pytest.mark.parametrize("number", range(1, len(recipes())))
def test_prints_what_the_document_says(folder: Path, number: int) -> None:
    block = recipes()[number]
    if block.missing:
        pytest.skip(f"not installed: {block.missing}")
    assert block.printed
    assert run(block, folder) == block.printed


@pytest.mark.xdist_group("demo")
@pytest.mark.skipif(shutil.which("jq") is None, reason="not installed: jq")
def test_the_bulk_file_names_each_record_before_it(folder: Path) -> None:
    (bulk,) = [block for block in recipes() if "split -l" in block.code]
    run(bulk, folder)
    lines = [
        json.loads(line) for part in sorted(folder.glob("bulk-*")) for line in part.read_text("utf-8").splitlines()
    ]
    records = [json.loads(line) for line in (folder / "output/demo/questions.jsonl").read_text("utf-8").splitlines()]
    assert [line["index"] for line in lines[::2]] == [{"_index": "questions", "_id": one["id"]} for one in records]
    assert lines[1::2] == records


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        text = RECIPES.read_text("utf-8")
        for number, block in enumerate(recipes()):
            printed = "" if block.missing else run(block, Path(name))
            if number and printed:
                code = f"```{block.language}\n{block.code}```\n"
                old = f"{code}\n```text\n{block.printed}```\n" if block.printed else code
                text = text.replace(old, f"{code}\n```text\n{printed}```\n")
        RECIPES.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
