"""The bundled demo site: a made-up doctor Q&A site on a real HTTP server, with its ground truth."""

from qa_scraper.demo.data import DemoQuestion, DemoSite, demo_site
from qa_scraper.demo.pages import DemoPage, render
from qa_scraper.demo.server import DEFAULT_PORT, SERVER_NAME, DemoServer
from qa_scraper.demo.truth import truth

__all__ = [
    "DEFAULT_PORT",
    "SERVER_NAME",
    "DemoPage",
    "DemoQuestion",
    "DemoServer",
    "DemoSite",
    "demo_site",
    "render",
    "truth",
]
