"""Which pages to look at again: the scraper's rule against round robin and Nutch's, on simulated pages."""
