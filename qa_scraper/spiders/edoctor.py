"""Doctor Q&A sites of the edoctor layout; the host is given with ``start_url``, since the real one is not known."""

from qa_scraper.site import Site
from qa_scraper.spiders.base import SiteSpider


class EdoctorSpider(SiteSpider):
    """Assumes no URL patterns: every link on the start URL's host that robots.txt allows is followed."""

    site = Site(name="edoctor", title="Doctor Q&A in the edoctor layout (give --start-url)", layouts=("edoctor",))
