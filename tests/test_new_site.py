"""A site module written from what a crawl or saved pages tell; then it crawls, and its test passes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import records
from tests.support.forum_site import ForumSite
from tests.support.project_copy import copy_project, run_in

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=0", "--allow-private")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy_project(tmp_path / "project")


def outcome_of_tests(project: Path, module: str) -> subprocess.CompletedProcess[str]:
    return run_in(project, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", f"tests/test_site_{module}.py")


def test_from_an_address(project: Path) -> None:
    with ForumSite(threads=60, articles=60) as site:
        done = run_in(project, "-m", "qa_scraper", "new-site", site.url, "--name", "hazel-lane", *FAST)
        assert done.returncode == 0, done.stderr
        module = project / "qa_scraper" / "spiders" / "hazel_lane.py"
        text = module.read_text("utf-8")
        assert text.count("\n") < 40
        assert r'question_url=r"://[^/]+/talk/(?P<id>\d+)[-_.,][^/?]+$"' in text, text
        passed = outcome_of_tests(project, "hazel_lane")
        assert passed.returncode == 0, passed.stdout
        assert passed.stdout.startswith("..")
        crawled = run_in(project, "-m", "qa_scraper", "crawl", "hazel-lane", *FAST)
        assert crawled.returncode == 0, crawled.stderr + crawled.stdout
        found = records(project / "output", "hazel-lane")
        assert {record["url"] for record in found} == set(site.truth)
        assert {record["id"] for record in found} == {f"hazel-lane:{number + 1000}" for number in range(60)}
        written = done.stdout.split()
        again = run_in(project, "-m", "qa_scraper", "new-site", site.url, "--name", "hazel-lane", *FAST)
    assert again.returncode == 2
    assert "there is a site 'hazel-lane' already" in again.stderr
    assert {str(module), str(project / "tests" / "test_site_hazel_lane.py")} <= set(written)
    python = [path for path in written if path.endswith(".py")]
    checked = subprocess.run([Path(sys.executable).parent / "ruff", "check", *python], cwd=project, check=False)
    assert checked.returncode == 0


def test_from_saved_pages(project: Path, tmp_path: Path) -> None:
    site = ForumSite(threads=3)
    site.url = "https://forum.example.org"
    paths = []
    for number in range(3):
        address = f'<link rel="canonical" href="{site.url}{site.path(number)}">'
        paths.append(tmp_path / f"saved {number}.html")
        paths[-1].write_text(site.thread(number).replace("</head>", f"{address}</head>"), "utf-8")
    done = run_in(project, "-m", "qa_scraper", "new-site", *map(str, paths))
    assert done.returncode == 0, done.stderr
    text = (project / "qa_scraper" / "spiders" / "forum_example_org.py").read_text("utf-8")
    assert "https://forum.example.org/" in text
    assert "/talk/" in text
    assert len(list((project / "fixtures" / "forum-example-org").glob("*.html"))) == 3
    passed = outcome_of_tests(project, "forum_example_org")
    assert passed.returncode == 0, passed.stdout
    listed = run_in(project, "-m", "qa_scraper", "sites")
    assert "forum-example-org\tforum.example.org\thttps://forum.example.org/" in listed.stdout


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<html><body><p>nothing</p></body></html>", "does not say its own address"),
        ('<html><head><link rel="canonical" href="https://h.example/a"></head></html>', "holds no question"),
        (None, "cannot be read"),
    ],
)
def test_files_that_tell_nothing(project: Path, tmp_path: Path, content: str | None, message: str) -> None:
    page = tmp_path / "page.html"
    if content is not None:
        page.write_text(content, "utf-8")
    done = run_in(project, "-m", "qa_scraper", "new-site", str(page))
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list((project / "fixtures").iterdir())


def test_a_site_without_questions(project: Path) -> None:
    with ForumSite(threads=0, articles=6) as site:
        done = run_in(project, "-m", "qa_scraper", "new-site", site.url, *FAST)
    assert done.returncode == 2
    assert "no page of" in done.stderr
    assert os.listdir(project / "fixtures") == []
