"""The spiders: one module a site, its ``Site`` and a two-line spider class."""
