"""``export --privacy``: what a site publishes as it is may be hidden in an export, with the site's pseudonyms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from qa_scraper.cli import app
from qa_scraper.errors import InputError
from qa_scraper.export_privacy import protection
from qa_scraper.ledger import Ledger
from qa_scraper.privacy import Privacy
from qa_scraper.privacy_key import ready_key
from qa_scraper.record_source import find_records

from tests.test_privacy import a_record


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """A folder in which the site s has published two records; the same are in the file x.jsonl."""
    records = [a_record(), a_record("Amy Wu", id="s:2")]
    lines = "".join(json.dumps(record) + "\n" for record in records)
    (tmp_path / "out" / "s").mkdir(parents=True)
    for path in (tmp_path / "out" / "s" / "questions.jsonl", tmp_path / "x.jsonl"):
        path.write_text(lines, "utf-8")
    return tmp_path / "out"


def exported(output: Path, source: str, *more: str) -> list[dict[str, dict[str, str | None]]]:
    out = output.parent / "exported.jsonl"
    done = CliRunner().invoke(app, ["export", source, "--out", str(out), "--output", str(output), *more])
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in out.read_text("utf-8").splitlines()]


def names(records: list[dict[str, dict[str, str | None]]]) -> list[str | None]:
    return [record["asker"]["name"] for record in records]


def test_a_person_has_one_pseudonym_in_a_site_and_its_exports(output: Path) -> None:
    assert names(exported(output, "s")) == ["Lily Chen", "Amy Wu"]
    site_key = output / "s" / "privacy.key"
    assert not site_key.exists()
    first = exported(output, "s", "--privacy", "pseudonym")
    privacy = Privacy("pseudonym", ready_key(site_key))
    assert names(first) == [privacy.pseudonym("Lily Chen"), privacy.pseudonym("Amy Wu")]
    assert first == [privacy.applied(record) for record in exported(output, "s")]  # type: ignore[arg-type]
    x = str(output.parent / "x.jsonl")
    assert exported(output, x, "--privacy", "pseudonym", "--privacy-key", str(site_key)) == first
    of_file = exported(output, x, "--privacy", "pseudonym")
    assert set(names(of_file)).isdisjoint(names(first))
    assert (output / "privacy.key").stat().st_mode & 0o777 == 0o600
    assert exported(output, x, "--privacy", "pseudonym") == of_file
    assert names(exported(output, "s", "--privacy", "drop")) == [None, None]
    assert sorted(path.name for path in output.rglob("*") if path.is_file()) == [
        "privacy.key", "privacy.key", "questions.jsonl",
    ]  # fmt: skip


def test_the_data_card_is_told_how_a_site_was_published(output: Path) -> None:
    ledger = Ledger(output / "s" / "ledger.sqlite")
    with ledger.transaction():
        ledger.runs.note_privacy("drop")
    ledger.close()
    source = find_records("s", output)
    assert protection(source, output, None, None) == ("drop", None)
    assert protection(source, output, "keep", None) == ("drop", None)
    assert protection(find_records(str(source.path), output), output, None, None) == ("", None)


def test_of_a_file_nothing_is_said_about_people_that_nobody_knows(output: Path, tmp_path: Path) -> None:
    exported(output, "s", "--privacy", "drop")
    hidden = str(tmp_path / "exported.jsonl")
    for policy in ((), ("--privacy", "keep")):
        done = CliRunner().invoke(
            app,
            ["export", hidden, "--to", "croissant", "--out", str(tmp_path / "cr"), "--output", str(output), *policy],
        )
        assert done.exit_code == 0, done.output
        description = json.loads((tmp_path / "cr" / "croissant.json").read_text("utf-8"))["description"]
        assert description.endswith("collected with qa-scraper from s.")


@pytest.mark.parametrize(("policy", "key", "message"), [
    ("hide", None, "--privacy takes keep, pseudonym, drop"),
    (None, "k", "--privacy-key goes with --privacy pseudonym"),
    ("drop", "k", "--privacy-key goes with --privacy pseudonym"),
    ("pseudonym", "none", "there is no key"),
    ("pseudonym", "k", "holds no key"),
])  # fmt: skip
def test_what_cannot_be_is_refused(output: Path, policy: str | None, key: str | None, message: str) -> None:
    (output / "k").write_text("no key", "utf-8")
    with pytest.raises(InputError, match=message):
        protection(find_records("s", output), output, policy, output / key if key else None)
