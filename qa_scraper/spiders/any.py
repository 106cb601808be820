"""Any Q&A site: nothing is known of it but its address. ``qa-scraper crawl https://…`` makes a spider of this kind."""

from qa_scraper.site import Site
from qa_scraper.spiders.base import SiteSpider


class AnySpider(SiteSpider):
    """Follows the links of the start URL's host, those first whose like have led to questions."""

    site = Site(name="any", title="Any Q&A site (qa-scraper crawl https://…)", explores=True)


def spider_called(name: str) -> type[SiteSpider]:
    """The spider of the site without a module whose folder is called *name* (``urls.site_name``)."""
    return type("AnySpider", (AnySpider,), {"site": Site(name=name, title=name, explores=True)})
