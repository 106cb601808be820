"""The bundled demo site: a made-up doctor Q&A site on a real HTTP server, with its ground truth."""

from qa_scraper.demo.chosen import chosen_site
from qa_scraper.demo.data import DemoQuestion, DemoSite, GoneQuestion
from qa_scraper.demo.evolve import Changes, Evolution, changes, evolve
from qa_scraper.demo.faults import Fault
from qa_scraper.demo.pages import DemoPage, render
from qa_scraper.demo.server import DEFAULT_PORT, SERVER_NAME, DemoServer, Validators
from qa_scraper.demo.truth import record_id, truth
from qa_scraper.demo.writing import demo_site

__all__ = [
    "DEFAULT_PORT",
    "SERVER_NAME",
    "Changes",
    "DemoPage",
    "DemoQuestion",
    "DemoServer",
    "DemoSite",
    "Evolution",
    "Fault",
    "GoneQuestion",
    "Validators",
    "changes",
    "chosen_site",
    "demo_site",
    "evolve",
    "record_id",
    "render",
    "truth",
]
