"""How results show themselves in a notebook, without knowing how they are drawn.

Classes of results name ``shown_in_notebooks`` as their ``_repr_html_``; the face of the package says which
module draws. So what computes stays below what draws.
"""

from __future__ import annotations

from importlib import import_module

_drawn_by: list[str] = []


def draw_with(module: str) -> None:
    """Name the module whose ``html_of(result)`` draws; it is imported when the first result is shown."""
    _drawn_by[:] = [module]


def shown_in_notebooks(result: object) -> str | None:
    """The result as HTML, or None where nothing is named: then a notebook shows its text."""
    if not _drawn_by:
        return None
    html = import_module(_drawn_by[0]).html_of(result)
    return None if html is None else str(html)
