"""How ready values become those of an item's fields. Compiled, for a page has a hundred of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Processing = tuple[Callable[[object], object] | None, bool]
"""Of a field: what changes each of its values (None: nothing), and whether it takes all of them, not the first."""


def field_values(processing: Mapping[str, Processing], given: Mapping[str, object]) -> dict[str, object]:
    """The values of the fields that get one, of what is *given*: to each a ready value, or several (a list or tuple).

    None and empty strings count as nothing. Raises KeyError for a field that *processing* does not know.
    """
    filled: dict[str, object] = {}
    for name, value in given.items():
        if value is None or value == "":
            continue
        process, takes_all = processing[name]
        made: object
        if takes_all or isinstance(value, (list, tuple)):
            several = value if isinstance(value, (list, tuple)) else (value,)
            all_made = [one for one in (several if process is None else map(process, several)) if one is not None]
            made = (all_made or None) if takes_all else next((one for one in all_made if one != ""), None)
        else:
            made = value if process is None else process(value)
        if made is not None and made != "":
            filled[name] = made
    return filled
