"""Answers to every item as 100 % stacked bars; the top two boxes at the right, mean and spread above."""

from __future__ import annotations

from collections.abc import Sequence

from tam.report.charts.canvas import Canvas, canvas, to_svg
from tam.report.charts.scale import shortened
from tam.report.context import Context

_WIDTH, _ROW, _BAR, _TOP = 600.0, 42.0, 17.0, 46.0
_LABELLED_FROM = 0.06


def responses_chart(
    context: Context, names: Sequence[str], codes: Sequence[str], key: str = "responses"
) -> str:
    """``names``: items with shares, in order; ``codes``: the codes of their scale, lowest first."""
    drawn = canvas(_WIDTH, _TOP + _ROW * len(names) + 4)
    colors, bar = _colors(len(codes)), _WIDTH - 60
    _key(drawn, context, names[0], codes, colors, bar)
    rows = {name: _shares(context, name, codes) for name in names}
    unit, middle = bar, 0.0
    if context.look.likert == "diverging":
        reach = [max(_below(shares) for shares in rows.values()), max(map(_above, rows.values()))]
        unit = bar / (sum(reach) or 1.0)
        middle = reach[0] * unit
    for index, (name, shares) in enumerate(rows.items()):
        top = _TOP + index * _ROW
        _head(drawn, context, name, top, bar)
        start = middle - _below(shares) * unit if middle else 0.0
        _stack(drawn, context, (start, top + 16), unit, list(zip(shares, colors)))
        if middle:  # beside the bar, where no number stands
            for y in (top + 13, top + 16 + _BAR):
                drawn.line([(middle, y), (middle, y + 4)], "ink", 1.6)
    told = {"n_items": context.numbers.count(len(names))}
    title, description = context.word("figures.responses"), context.word("descriptions.responses", **told)
    return to_svg(drawn, key, title, description)


def _shares(context: Context, name: str, codes: Sequence[str]) -> list[float]:
    shares = context.part("measurement", "items", name, "shares")
    return [float(shares.get(code, shares.get(f"{code}.0", 0.0))) for code in codes]


def _below(shares: Sequence[float]) -> float:
    """The share to the left of the middle of the scale, half of a middle category."""
    half = len(shares) // 2
    return sum(shares[:half]) + (shares[half] / 2 if len(shares) % 2 else 0.0)


def _above(shares: Sequence[float]) -> float:
    return _below(shares[::-1])


def _head(drawn: Canvas, context: Context, name: str, top: float, bar: float) -> None:
    """The item with its wording, mean and spread; the two highest codes at the right of its bar."""
    item, numbers = context.part("measurement", "items", name), context.numbers
    mean = f"{numbers.plain(item.get('mean'))} ({numbers.plain(item.get('sd'))})"
    text = context.text(context.part("study", "items", name).get("text"))
    drawn.text(0, top + 7, shortened(f"{name}  {text}" if text else name, 1.1 * (bar - 96), 12), size=12)
    drawn.text(bar, top + 7, mean, size=11.5, color="muted", anchor="right")
    both = (item.get("top_two") or {}).get("share")
    if both is not None:
        said = numbers.percent(both, 0)
        drawn.text(_WIDTH, top + 16 + _BAR / 2, said, size=12.5, bold=True, anchor="right")


def _stack(
    drawn: Canvas, context: Context, start: tuple[float, float], unit: float, pieces: list[tuple[float, str]]
) -> None:
    """One bar of coloured shares; those with room for it carry their number."""
    x, top = start
    for share, color in pieces:
        width = unit * share
        if width > 1:
            drawn.rect(x, top, width - 1, _BAR, color)
        if share >= _LABELLED_FROM and width >= 20:
            said = context.numbers.percent(share, 0).removesuffix("%")
            drawn.text(x + width / 2, top + _BAR / 2, said, size=11, color=f"{color}-ink", anchor="center")
        x += width


def _colors(count: int) -> list[str]:
    """Names of the diverging steps for a scale of so many points; a middle one is neutral."""
    steps = {2: "17", 3: "147", 4: "1267", 5: "12467", 6: "123567", 7: "1234567"}
    if count in steps:
        return [f"likert-{step}" for step in steps[count]]
    return [f"likert-{1 + round(6 * index / (count - 1))}" for index in range(count)]


def _key(
    drawn: Canvas, context: Context, item: str, codes: Sequence[str], colors: Sequence[str], bar: float
) -> None:
    """The codes with their colours, the wording of both ends, the head of the right column."""
    scale = str(context.get("study", "items", item, "scale"))
    labels = context.part("study", "scales", scale, "labels")
    width = 26.0
    ends = [shortened(context.text(labels.get(code)), 150, 11.5) for code in (codes[0], codes[-1])]
    start = 0.0
    for index, (code, color) in enumerate(zip(codes, colors)):
        drawn.rect(start + index * width, 4, width - 1, 15, color)
        middle = start + index * width + width / 2
        drawn.text(middle, 11.5, code, size=11, color=f"{color}-ink", anchor="center")
    after = start + len(codes) * width + 8
    ends_text = " · ".join(f"{code} {end}" for code, end in zip((codes[0], codes[-1]), ends) if end)
    drawn.text(after, 11.5, shortened(ends_text, bar - after, 11.5), size=11.5, color="muted")
    drawn.text(bar, 32, context.word("axes.mean_sd"), size=11, color="muted", anchor="right")
    drawn.text(_WIDTH, 32, context.word("axes.top_two"), size=11, color="muted", anchor="right")
