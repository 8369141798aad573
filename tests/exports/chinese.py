"""Exports as Wenjuanxing, Tencent Questionnaire and wenjuan.com write them."""

from __future__ import annotations

from collections.abc import Sequence

from exports.master import ITEMS, MATRIX, SKIPPED, Respondent, Table, labels, text

WENJUANXING_META = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]
TENCENT_META = ["编号", "开始答题时间", "结束答题时间", "答题时长"]
SINGLES = ("PU1", "PU2", "PU3")
Order = dict[str, str]


def duration(seconds: int, style: str) -> str:
    """``123秒``, ``1小时2分钟3秒`` or ``01:02:03``, as versions of the platform write it."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    if style == "clock":
        return f"{hours:02d}:{minutes:02d}:{left:02d}"
    if style == "words":
        return (f"{hours}小时" if hours else "") + (f"{minutes}分钟" if minutes else "") + f"{left}秒"
    return f"{seconds}秒"


def count(number: int) -> str:
    """A follower count as people write it."""
    return f"{number / 10_000:g}万" if number >= 10_000 else str(number)


def _choice(person: Respondent, name: str, language: str, decorated: bool) -> str:
    code = person.codes[name]
    if not isinstance(code, int):
        return "(跳过)" if code == SKIPPED else "(空)"
    word = labels(name, language)[code]
    if decorated and name == "gender":
        return f"{'ABC'[code - 1]}.{word}" + ("〖不便说明〗" if code == 3 else "")
    return f"{code} {word}" if decorated and name in ITEMS else word


def _position(person: Respondent, name: str, order: Order) -> int:
    """Where the chosen option stands; -3 skipped, -2 blank."""
    code = person.codes[name]
    if not isinstance(code, int):
        return -3 if code == SKIPPED else -2
    descending = order.get(name if name == "gender" else ("fit7" if name in MATRIX else "agree5"))
    return len(labels(name, "zh")) + 1 - code if descending == "descending" else code


def wenjuanxing_meta(person: Respondent, style: str, real_dates: bool) -> list[object]:
    submitted: object = person.ended if real_dates and person.id % 2 else f"{person.ended:%Y/%m/%d %H:%M:%S}"
    address = f"{person.address}(广东-深圳)"
    return [person.id, submitted, duration(person.seconds, style), person.source, "N/A", address]


def wenjuanxing_header(language: str, matrix: str, options: bool) -> list[object]:
    """``matrix``: old ``第4题(行)``, ``parts`` 4、(1)行, ``text`` 4、行; ``options``: a column for each?"""
    header: list[object] = [*WENJUANXING_META]
    header += [f"{i}、{text(name, language)}" for i, name in enumerate(SINGLES, 1)]
    for part, name in enumerate(MATRIX, 1):
        row = text(name, language)
        header.append({"old": f"第4题({row})", "parts": f"4、({part}){row}", "text": f"4、{row}"}[matrix])
    header.append(f"5、{text('AC1', language)} ")
    for number, name in ((6, "uses"), (10, "reasons")):
        if options:
            header += [f"第{number}题({label})" for label in labels(name, language).values()]
        else:
            header.append(f"{number}、{text(name, language)}")
    header += [f"{i}、{text(name, language)}" for i, name in ((7, "gender"), (8, "age"), (9, "followers"))]
    return header


def wenjuanxing_text(
    people: Sequence[Respondent],
    *,
    language: str = "zh",
    matrix: str = "parts",
    style: str = "seconds",
    decorated: bool = False,
    real_dates: bool = False,
) -> Table:
    rows: Table = [wenjuanxing_header(language, matrix, options=False)]
    for one in people:
        words = [_choice(one, name, language, decorated) for name in (*SINGLES, *MATRIX, "AC1")]
        uses = "┋".join(labels("uses", language)[code] for code in one.uses) or "(空)"
        if decorated and 4 in one.uses:
            uses += "〖直播〗"
        ranked = "→".join(labels("reasons", language)[code] for code in one.reasons)
        last = [_choice(one, "gender", language, decorated), one.age, count(one.followers)]
        rows.append([*wenjuanxing_meta(one, style, real_dates), *words, uses, ranked, *last])
    return rows


def wenjuanxing_sequence(
    people: Sequence[Respondent], order: Order, *, language: str = "zh", matrix: str = "parts"
) -> Table:
    rows: Table = [wenjuanxing_header(language, matrix, options=True)]
    for one in people:
        positions = [_position(one, name, order) for name in (*SINGLES, *MATRIX, "AC1")]
        uses = [int(code in one.uses) if one.uses else -2 for code in (1, 2, 3, 4)]
        ranks = [one.reasons.index(code) + 1 for code in (1, 2, 3)]
        last = [_position(one, "gender", order), one.age, one.followers]
        rows.append([*wenjuanxing_meta(one, "seconds", False), *positions, *uses, *ranks, *last])
    return rows


def tencent(people: Sequence[Respondent], *, language: str = "zh", more: bool = False) -> Table:
    """``more``: with the optional columns behind the leading ones and behind the questions."""
    header: list[object] = [*TENCENT_META, *(["自定义字段", "地理位置省", "IP", "UA"] if more else [])]
    header += [f"{i}.{text(name, language)}" for i, name in enumerate((*SINGLES, *MATRIX, "AC1"), 1)]
    header += [f"8.{text('uses', language)}:{label}" for label in labels("uses", language).values()]
    header += [f"{i}.{text(name, language)}" for i, name in ((9, "gender"), (10, "age"), (11, "followers"))]
    header += [f"12.{text('reasons', language)}:{label}" for label in labels("reasons", language).values()]
    rows: Table = [header + (["清洗数据结果"] if more else [])]
    for one in people:
        row: list[object] = [one.id, f"{one.started:%Y-%m-%d %H:%M:%S}", f"{one.ended:%Y-%m-%d %H:%M:%S}"]
        row += [one.seconds, *(["", "广东省", one.address, "Mozilla/5.0"] if more else [])]
        for name in (*SINGLES, *MATRIX, "AC1"):
            code = one.codes[name]
            row.append(labels(name, language)[code] if isinstance(code, int) else "")
        ticked = labels("uses", language)
        row += [f"{'ABCD'[c - 1]}.{ticked[c]}" if c in one.uses else "" for c in ticked]
        row += [labels("gender", language)[int(one.codes["gender"])], one.age, one.followers]
        row += [one.reasons.index(code) + 1 for code in (1, 2, 3)]
        rows.append(row + (["有效"] if more else []))
    return rows


def wenjuan_readable(people: Sequence[Respondent]) -> Table:
    header: list[object] = ["序号", *(text(name, "zh") for name in SINGLES)]
    header += [f"请评价_{text(name, 'zh')}" for name in MATRIX]
    header += [text("AC1", "zh"), *(f"{text('uses', 'zh')}_{one}" for one in labels("uses", "zh").values())]
    header += [text(name, "zh") for name in ("gender", "age", "followers")]
    header += [f"{text('reasons', 'zh')}_{one}" for one in labels("reasons", "zh").values()] + ["答题时长"]
    rows: Table = [header]
    for one in people:
        row: list[object] = [one.id]
        for name in (*SINGLES, *MATRIX, "AC1"):
            code = one.codes[name]
            row.append(labels(name, "zh")[code] if isinstance(code, int) else "")
        row += [word if code in one.uses else "" for code, word in labels("uses", "zh").items()]
        row += [labels("gender", "zh")[int(one.codes["gender"])], one.age, one.followers]
        row += [one.reasons.index(code) + 1 for code in (1, 2, 3)] + [duration(one.seconds, "words")]
        rows.append(row)
    return rows


def wenjuan_original(people: Sequence[Respondent]) -> Table:
    """Numbers of options; columns ``Q4_R1`` for rows of a matrix, ``Q6_A1`` for options."""
    header: list[object] = ["序号", "start", "finish", "Q1", "Q2", "Q3", "Q4_R1", "Q4_R2", "Q4_R3", "Q5"]
    header += [f"Q6_A{code}" for code in (1, 2, 3, 4)] + ["Q7", "Q8", "Q9"]
    header += [f"Q10_A{code}" for code in (1, 2, 3)]
    rows: Table = [header]
    for one in people:
        row: list[object] = [one.id, f"{one.started:%Y-%m-%d %H:%M:%S}", f"{one.ended:%Y-%m-%d %H:%M:%S}"]
        for name in (*SINGLES, *MATRIX, "AC1"):
            code = one.codes[name]
            row.append(code if isinstance(code, int) else "")
        row += [int(code in one.uses) if one.uses else "" for code in (1, 2, 3, 4)]
        row += [one.codes["gender"], one.age, one.followers]
        rows.append(row + [one.reasons.index(code) + 1 for code in (1, 2, 3)])
    return rows
