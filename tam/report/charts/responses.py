"""Answers to every item as 100 % stacked bars; the top two boxes at the right, mean and spread above."""

from __future__ import annotations

from collections.abc import Sequence

from tam.report.charts.canvas import Canvas, canvas, to_svg
from tam.report.charts.scale import shortened
from tam.report.context import Context

_WIDTH, _ROW, _BAR, _TOP = 600.0, 42.0, 17.0, 46.0
_LABELLED_FROM = 0.06


def responses_chart(context: Context, names: Sequence[str], codes: Sequence[str]) -> str:
    """``names``: items with shares, in order; ``codes``: the codes of their scale, lowest first."""
    drawn = canvas(_WIDTH, _TOP + _ROW * len(names) + 4)
    colors = _colors(len(codes))
    bar = _WIDTH - 60
    _key(drawn, context, names[0], codes, colors, bar)
    for index, name in enumerate(names):
        item = context.part("measurement", "items", name)
        shares = [float(item["shares"].get(code, item["shares"].get(f"{code}.0", 0.0))) for code in codes]
        top = _TOP + index * _ROW
        mean = f"{context.numbers.plain(item.get('mean'))} ({context.numbers.plain(item.get('sd'))})"
        text = context.text(context.part("study", "items", name).get("text"))
        head = f"{name}  {text}" if text else name
        drawn.text(0, top + 7, shortened(head, 1.12 * (bar - 100), 12), size=12)
        drawn.text(bar, top + 7, mean, size=11.5, color="muted", anchor="right")
        x = 0.0
        for share, color in zip(shares, colors):
            width = bar * share
            if width > 1:
                drawn.rect(x, top + 16, width - 1, _BAR, color)
            if share >= _LABELLED_FROM:
                said = context.numbers.percent(share, 0).removesuffix("%")
                drawn.text(
                    x + width / 2, top + 16 + _BAR / 2, said, size=11, color=f"{color}-ink", anchor="center"
                )
            x += width
        both = (item.get("top_two") or {}).get("share")
        if both is not None:
            said = context.numbers.percent(both, 0)
            drawn.text(_WIDTH, top + 16 + _BAR / 2, said, size=12.5, bold=True, anchor="right")
    told = {"n_items": context.numbers.count(len(names))}
    return to_svg(
        drawn, "responses", context.word("figures.responses"), context.word("descriptions.responses", **told)
    )


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
