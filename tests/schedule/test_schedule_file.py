"""What a schedule may say, and what is said of one that is wrong: the line, the key, what to write."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from qa_scraper.exceptions import InputError
from qa_scraper.schedule import command, trigger
from qa_scraper.schedule_file import SitePlan, cron_field, read_schedule
from qa_scraper.schedule_units import crontab, systemd

from tests.support.commands import ROOT

SITES = ("demo", "edoctor")


def test_the_example_in_the_docs() -> None:
    text = (ROOT / "docs" / "schedule.md").read_text("utf-8").partition("```toml\n")[2].partition("```")[0]
    schedule = read_schedule(text, "qa_scraper.toml", SITES)
    demo, edoctor = schedule.sites["demo"], schedule.sites["edoctor"]
    assert (demo.every, demo.jitter, schedule.zone_of(demo)) == (21600.0, 600.0, "Europe/Berlin")
    assert command("edoctor", edoctor, "out") == [
        "refresh", "edoctor", "--output", "out", "--limit", "5000", "--start-url", "https://doctors.example.org/",
        "-s", "CONTACT_URL=https://you.example.org/bot",
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), [
    ('[sites.demo]\nevery = "6x"', "f.toml:2: sites.demo.every: '6x' is no length of time"),
    ('[sites.demo]\ncron = "1 2 3"', "f.toml:2: sites.demo.cron: '1 2 3' has 3 fields, not 5"),
    ('[sites.demo]\ncron = "99 * * * *"', "f.toml:2: sites.demo.cron: '99' is not within 0-59"),
    ('[sites.demo]\n\nevry = 5\nevery = 5', "f.toml:3: sites.demo.evry: there is no such key. Did you mean 'every'?"),
    ('[sites.dmo]\nevery = 5', "f.toml:1: sites.dmo: there is no site 'dmo'. Did you mean 'demo'?"),
    ("[sites.demo]\nlimit = 5", "f.toml:1: sites.demo: give either cron or every"),
    ('[sites.demo]\nevery = 5\ncron = "* * * * *"', "f.toml:1: sites.demo: give either cron or every"),
    ('zone = "Mars/Base"\n[sites.demo]\nevery = 5', "f.toml:1: zone: there is no time zone 'Mars/Base'"),
    ("[sites.demo]\nevery = 60\njitter = 60", "f.toml:3: sites.demo.jitter: as long as the interval, or longer"),
    ("[sites.demo]\nevery = 60\nlimit = true", "f.toml:3: sites.demo.limit: Input should be a valid integer"),
    ("[sites.demo]\nevery = = 5", "f.toml:2: no TOML: "),
    ("output = 'x'", "f.toml:1: sites: is missing"),
    ("[sites]", "f.toml:1: sites: no site is named"),
])  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(text: str, said: str) -> None:
    with pytest.raises(InputError) as raised:
        read_schedule(text, "f.toml", SITES)
    assert said in str(raised.value)


def test_all_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(InputError) as raised:
        read_schedule('[sites.demo]\nevery = "x"\nlimit = -1\n[sites.other]\nevery = 5', "f.toml", SITES)
    assert [line.split(": ")[0] for line in str(raised.value).splitlines()] == ["f.toml:2", "f.toml:3", "f.toml:4"]


def test_cron_fields() -> None:
    assert cron_field("*/20", 0, 59) == [0, 20, 40]
    assert cron_field("1-5,9", 0, 23) == [1, 2, 3, 4, 5, 9]
    assert cron_field("mon-fri", 0, 7) == [1, 2, 3, 4, 5]
    assert cron_field("10/25", 0, 59) == [10, 35]
    for broken in ("", "x", "5-1", "*/0", "1-", "-1", "60", "1,,2"):
        with pytest.raises(ValueError, match=r"'"):
            cron_field(broken, 0, 59)


def fires(cron: str, zone: str, after: datetime, times: int) -> list[str]:
    when, found = trigger(SitePlan(cron=cron), zone), []
    for _ in range(times):
        after = when.get_next_fire_time(after, after)
        found.append(after.astimezone(UTC).strftime("%a %m-%d %H:%M"))
    return found


def test_times() -> None:
    begin = datetime(2026, 3, 27, 12, tzinfo=UTC)  # a Friday; on the Sunday after it clocks in Berlin go forward
    assert fires("0 6 * * 0", "UTC", begin, 2) == ["Sun 03-29 06:00", "Sun 04-05 06:00"]
    assert fires("0 6 * * 7", "UTC", begin, 1) == ["Sun 03-29 06:00"]
    assert fires("0 6 30 * mon", "UTC", begin, 2)[0] == "Mon 03-30 06:00"
    assert fires("0 6 28 * mon", "UTC", begin, 2) == ["Sat 03-28 06:00", "Mon 03-30 06:00"]
    # 02:30 does not exist on the 29th there; it is made up at once or the day after, and never lost for longer.
    spring = fires("30 2 * * *", "Europe/Berlin", begin, 3)
    assert spring[0] == "Sat 03-28 01:30"
    assert spring[-1] in {"Mon 03-30 00:30", "Tue 03-31 00:30"}


def test_crontab_and_units() -> None:
    text = (
        '[sites.demo]\nevery = "6h"\n[sites.edoctor]\ncron = "5 4 1 * sun"\nzone = "Asia/Taipei"\njitter = 60\n'
        'longest = "2h"\nstart_urls = ["https://e.org/a%20b?x=$1"]'
    )
    schedule = read_schedule(text, "f.toml", SITES)
    lines = crontab(schedule, "/opt/qa scraper", Path("/srv")).splitlines()
    assert "0 */6 * * * cd /srv && '/opt/qa scraper' refresh demo --output output" in lines
    assert "CRON_TZ=Asia/Taipei" in lines
    assert r"'https://e.org/a\%20b?x=$1'" in lines[-1]
    assert "timeout --signal=TERM 7200" in lines[-1]
    units = systemd(schedule, "/opt/qa", Path("/srv"))
    assert "OnUnitActiveSec=21600" in units
    assert "OnCalendar=*-*-01 04:05:00 Asia/Taipei\nOnCalendar=Sun *-*-* 04:05:00 Asia/Taipei\n" in units
    assert '"https://e.org/a%%20b?x=$$1"' in units
    with pytest.raises(InputError, match=r"sites\.demo\.every: cron has no such interval"):
        crontab(read_schedule('[sites.demo]\nevery = "7h"', "f", SITES), "qa", Path("/srv"))
