"""Forum and Q&A platforms, a module each; registering one is a word here."""

from typing import Final

from qa_scraper.extraction.platforms import (
    askbot,
    bbpress,
    discourse,
    discuz,
    drupal,
    flarum,
    fluxbb,
    hacker_news,
    insided,
    invision,
    khoros,
    medhelp,
    mybb,
    nodebb,
    phpbb,
    question2answer,
    reddit,
    smf,
    stack_exchange,
    vanilla,
    vbulletin,
    woltlab,
    xenforo,
)
from qa_scraper.extraction.platforms.platform import Platform

PLATFORMS: Final[tuple[Platform, ...]] = tuple(
    module.PLATFORM
    for module in (
        stack_exchange,
        discourse,
        xenforo,
        vbulletin,
        phpbb,
        vanilla,
        nodebb,
        invision,
        question2answer,
        medhelp,
        insided,
        smf,
        mybb,
        fluxbb,
        discuz,
        flarum,
        bbpress,
        reddit,
        khoros,
        woltlab,
        drupal,
        askbot,
        hacker_news,
    )
)
"""In the order in which they are asked."""
