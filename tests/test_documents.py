"""The documents are true: each command in them is run, the record in the README is the demo site's."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from qa_scraper.demo import DEFAULT_PORT, demo_site, truth
from qa_scraper.demo.pages import render
from qa_scraper.items import Source
from qa_scraper.loaders import Provenance, page_records
from qa_scraper.page import Page

from tests.fixtures import differences
from tests.support.commands import BIN, CLOCK, ROOT, crawl_arguments, environment, qa_scraper
from tests.support.faulty_site import FaultySite
from tests.support.forum_site import ForumSite
from tests.support.project_copy import copy_project, run_in

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(document: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", document.read_text("utf-8"), re.DOTALL)


SESSIONS = [ROOT / "docs" / f"{name}.md" for name in ("refresh", "export", "privacy", "training-data")]
"""Documents whose commands are run one after the other, in a folder of their own."""


def commands() -> list[str]:
    return [
        line
        for document in DOCUMENTS
        if document not in SESSIONS
        for block in blocks(document, "console")
        for line in block.splitlines()
        if line
    ]


def test_there_are_commands() -> None:
    assert {"make crawl", "make test"} <= set(commands())


@pytest.mark.xdist_group("demo")
@pytest.mark.parametrize("command", [c for c in commands() if c != "make test"])
def test_command_runs(command: str, tmp_path: Path) -> None:
    """Run as written; only the site in the example is replaced by one on this machine, and the output folder."""
    if "doctors.example.org" in command:
        with FaultySite(count=6) as site:
            words = shlex.split(command.replace("https://doctors.example.org/", site.url + "/"))
            run([*words, "--output", str(tmp_path), "--allow-private", "-s", "DOWNLOAD_DELAY=0"])
        assert (tmp_path / "edoctor" / "questions.jsonl").read_text("utf-8").count("\n") == 6
    elif "forum.example.org" in command:
        with ForumSite(threads=24, articles=8) as site:
            words = shlex.split(command.replace("https://forum.example.org/", site.url + "/"))[1:]
            project = copy_project(tmp_path / "project")
            done = run_in(project, "-m", "qa_scraper", *words, "--allow-private", "-s", "DOWNLOAD_DELAY=0")
        assert done.returncode == 0, done.stderr + done.stdout
    elif command.startswith("make "):
        target = command.removeprefix("make ")
        makefile = (ROOT / "Makefile").read_text("utf-8")
        (recipe,) = re.findall(rf"^{target}:.*\n\t\$\(BIN\)/(.*)$", makefile, re.MULTILINE)
        run([str(BIN / recipe.split()[0]), *recipe.split()[1:], "--output", str(tmp_path)])
        assert len((tmp_path / "demo" / "questions.jsonl").read_text("utf-8").splitlines()) == len(
            demo_site().questions
        )
    else:
        run(shlex.split(command))


@pytest.mark.xdist_group("demo")
@pytest.mark.parametrize("document", SESSIONS, ids=lambda path: path.name)
def test_commands_run_one_after_the_other(document: Path, tmp_path: Path) -> None:
    for block in blocks(document, "console"):
        for command in block.splitlines():
            run(shlex.split(command), tmp_path)


def run(words: list[str], folder: Path = ROOT) -> None:
    words[0] = words[0].replace(".venv/bin", str(BIN)) if words[0].startswith(".venv/bin") else words[0]
    done = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, timeout=120, env=environment(), check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout


def test_the_record_in_the_readme_is_real() -> None:
    """Its fields are the truth, and the whole of it, keys and ``source`` too, is what a crawl publishes of the page."""
    (block,) = blocks(ROOT / "README.md", "json")
    shown = json.loads(block)
    url = f"http://127.0.0.1:{DEFAULT_PORT}"
    page = render(demo_site(), shown["url"].removeprefix(url), url)
    found = page_records(
        Page.from_bytes(page.body, url=shown["url"], content_type=page.content_type),
        Provenance("demo", fetched_at=CLOCK, http_status=page.status),
    )
    assert isinstance(found, list)
    (published,) = json.loads(orjson.dumps(found))
    # A later extraction that reads the page as before makes the example no less real.
    shown["source"]["extractor_version"] = published["source"]["extractor_version"]
    assert differences(shown, published) == []
    true = {record.id: record for record in truth(demo_site(), url)}[shown["id"]]
    assert differences(shown, json.loads(orjson.dumps(replace(true, source=Source(**shown["source"]))))) == []


def test_links_between_documents_lead_somewhere() -> None:
    for document in DOCUMENTS:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document}: {target}"


def test_the_site_module_in_the_docs_works(tmp_path: Path) -> None:
    (block,) = blocks(ROOT / "docs" / "add-a-site.md", "python")
    assert len(block.splitlines()) < 40
    with FaultySite(count=6) as site:
        # The site's own URLs stand at /ask/NUMBER; here they are /qa/case-NUMBER.
        module = tmp_path / "clinic_of_the_docs.py"
        module.write_text(block.replace(r"/ask/(?P<id>\d+)$", r"/qa/case-(?P<id>\d+)$"), "utf-8")
        settings = ("-s", "SPIDER_MODULES=clinic_of_the_docs")
        done = qa_scraper(*crawl_arguments("clinic", site.url, tmp_path, *settings), PYTHONPATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    ids = [json.loads(line)["id"] for line in (tmp_path / "clinic" / "questions.jsonl").read_text("utf-8").splitlines()]
    assert ids == [f"clinic:{number:04d}" for number in range(6)]


def test_every_command_is_in_the_readme() -> None:
    help_text = qa_scraper("--help").stdout
    named = re.findall(r"^[│ ]+([a-z][a-z-]+) {2,}", help_text, re.MULTILINE)
    assert len(named) >= 6
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [name for name in named if f"qa-scraper {name}" not in readme] == []
