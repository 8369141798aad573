"""A theme as lines of the stylesheet."""

from __future__ import annotations

from collections.abc import Mapping

from tam.report.theme import Theme

_SCREEN_ONLY = ("page", "surface", "ink", "muted")
"""Paper is white and its ink black, whatever a theme says of the screen."""


def theme_style(theme: Theme) -> str:
    """Declarations that go after the shipped ones; empty where the theme changes no colour and no font."""
    fonts = {
        name: ", ".join([*(f'"{one}"' for one in chosen), f"var(--shipped-{name})"])
        for name, chosen in (("text-font", theme.text_fonts), ("heading-font", theme.heading_fonts))
        if chosen
    }
    screen = {name: value for name, value in theme.light.items() if name in _SCREEN_ONLY}
    always = {name: value for name, value in theme.light.items() if name not in _SCREEN_ONLY}
    rules = (
        _rule(":root", always),
        _within("@media screen", _rule(":root", screen)),
        _within("@media screen and (prefers-color-scheme: dark)", _rule(":root", theme.dark)),
        _rule(":root, :lang(zh)", fonts),
    )
    return "".join(f"\n{rule}" for rule in rules if rule)


def _rule(selector: str, declared: Mapping[str, str]) -> str:
    said = " ".join(f"--{name}: {value};" for name, value in declared.items())
    return f"{selector} {{ {said} }}" if said else ""


def _within(media: str, rule: str) -> str:
    return f"{media} {{ {rule} }}" if rule else ""
