"""Makes the demonstration survey: simulated respondents written as a Wenjuanxing text export.

The result is stored in ``instruments/demo/`` and shipped, so that the demonstration does not depend on the
random number streams of the installed numpy. ``python -m tam.planning.demo_content`` writes it anew from
``generating.yaml``; a test compares.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from tam.planning.simulate import (
    Codes,
    GeneratingModel,
    draw_answers,
    draw_groups,
    draw_latent,
    random_answers,
    see_saws,
    straight_lines,
)
from tam.spec.instrument import Instrument

BLANK, SKIPPED = -2, -3
MARKS = {BLANK: "(空)", SKIPPED: "(跳过)"}
POINTS = 7
FIRST_DAY = datetime(2026, 3, 2, 8, 0, 0)
PLATFORM_CODES = {"xiaohongshu": 1, "douyin": 2, "weibo": 3, "bilibili": 4, "wechat": 5}
TIER_CODES = {"head": 1, "middle": 2, "tail": 3}
FOLLOWER_RANGES = {"head": (1_100_000, 30_000_000), "middle": (10_000, 1_000_000), "tail": (800, 9_900)}
META = ("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP")
BEFORE = ("platform", "kol_tier", "followers", "celebrity")
AFTER = ("gender", "age", "city_tier", "income")


@dataclass(frozen=True, slots=True)
class DemoSurvey:
    """Who answered what, in the order of submission.

    ``kinds`` (n,) says how each respondent was planted; ``answers`` (n, questions) holds the codes as ticked
    (reverse-keyed items not reversed), BLANK or SKIPPED; ``meta`` (n, 6) the platform's own columns as text.
    ``copies`` maps the position of each duplicate to the position of its original.
    """

    kinds: tuple[str, ...]
    answers: pd.DataFrame
    meta: pd.DataFrame
    copies: Mapping[int, int]


def make_survey(plan: Mapping[str, Any], instrument: Instrument) -> DemoSurvey:
    """The whole survey from the plan of ``generating.yaml``; its seed is the only source of chance."""
    streams = [np.random.default_rng(child) for child in np.random.SeedSequence(plan["seed"]).spawn(4)]
    counts = {kind: n for kind, n in plan["respondents"].items() if kind != "duplicate"}
    kinds = np.repeat(list(counts), list(counts.values()))
    kinds = kinds[streams[0].permutation(len(kinds))]
    model = GeneratingModel.from_mapping(plan)
    groups = draw_groups(model, len(kinds), streams[1])
    shown = _shown(draw_answers(model, draw_latent(model, groups, streams[1]), streams[1]), instrument)
    shown = _careless(shown, kinds, streams[2])
    shown = _blanks(shown, kinds, instrument, plan["missing"], streams[2])
    answers = pd.concat([shown, _traits(groups, kinds, streams[3])], axis=1)
    return _submitted(kinds, answers, plan, streams[3])


def _shown(answers: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """Answers as ticked, in the order of presentation, with the attention checks passed."""
    columns = {}
    for name in instrument.presented():
        if name in instrument.items:
            codes = answers[name]
            columns[name] = (POINTS + 1) - codes if instrument.items[name].reverse else codes
        else:
            columns[name] = pd.Series(instrument.attention_checks[name].passing[0], index=answers.index)
    return pd.DataFrame(columns)


def _careless(shown: pd.DataFrame, kinds: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Put in what the careless respondents tick; one kind answers No to AC2 (use my answers?)."""
    likert = [name for name in shown.columns if name != "AC2"]
    table = shown[likert].to_numpy(dtype=np.int64, copy=True)
    for kind, draw in (("straight_line", straight_lines), ("random", random_answers), ("speeder", see_saws)):
        rows = np.flatnonzero(kinds == kind)
        table[rows] = draw(len(rows), len(likert), POINTS, rng)
    rows = np.flatnonzero(kinds == "inattentive")
    at_random = rng.random((len(rows), len(likert))) < 0.5
    table[rows] = np.where(at_random, random_answers(len(rows), len(likert), POINTS, rng), table[rows])
    table[rows, likert.index("AC1")] = rng.integers(3, POINTS + 1, size=len(rows))
    changed = pd.DataFrame(table, columns=likert, index=shown.index)
    changed["AC2"] = np.where(kinds == "refused", 0, shown["AC2"])
    return changed


def _blanks(
    shown: pd.DataFrame,
    kinds: np.ndarray,
    instrument: Instrument,
    missing: Mapping[str, Any],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Single blanks of the attentive, completely at random; those who quit leave the last page blank."""
    items = [name for name in shown.columns if name in instrument.items]
    table = shown.copy()
    for row in np.flatnonzero(kinds == "attentive"):
        if rng.random() < missing["respondents"]:
            for item in rng.choice(items, size=rng.integers(1, missing["most"] + 1), replace=False):
                table.loc[row, item] = BLANK
    last_page = [name for name in instrument.pages[-1] if name in items]
    table.loc[kinds == "quit", last_page] = BLANK
    return table


def _traits(groups: pd.DataFrame, kinds: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Platform, tier, follower count and demographics as codes or numbers; WeChat shows no follower count."""
    n = len(groups)
    platform = groups["platform"].map(PLATFORM_CODES).to_numpy()
    followers = np.array([_followers(tier, rng) for tier in groups["tier"]])
    followers = np.where(rng.random(n) < 0.05, BLANK, followers)
    return pd.DataFrame(
        {
            "platform": platform,
            "kol_tier": groups["tier"].map(TIER_CODES).to_numpy(),
            "followers": np.where(platform == PLATFORM_CODES["wechat"], SKIPPED, followers),
            "celebrity": (rng.random(n) < np.where(groups["tier"] == "head", 0.35, 0.03)).astype(int),
            "gender": rng.choice([1, 2, 3], size=n, p=[0.31, 0.67, 0.02]),
            "age": np.clip(np.round(18 + rng.gamma(2.2, 3.6, size=n)), 18, 60).astype(int),
            "city_tier": rng.choice([1, 2, 3, 4, 5], size=n, p=[0.22, 0.27, 0.22, 0.17, 0.12]),
            "income": rng.choice([1, 2, 3, 4, 5], size=n, p=[0.24, 0.21, 0.27, 0.20, 0.08]),
            "seconds": np.where(
                kinds == "speeder",
                rng.integers(22, 50, size=n),
                np.clip(np.round(np.exp(rng.normal(5.35, 0.38, size=n))), 90, 1500).astype(int),
            ),
        }
    )


def _followers(tier: str, rng: np.random.Generator) -> int:
    """A follower count inside the tier, even on the log scale, kept to two digits as people give it."""
    low, high = FOLLOWER_RANGES[tier]
    count = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    step = 10.0 ** (np.floor(np.log10(count)) - 1)
    return int(min(max(round(count / step) * step, low), high))


def _submitted(
    kinds: np.ndarray, answers: pd.DataFrame, plan: Mapping[str, Any], rng: np.random.Generator
) -> DemoSurvey:
    """In order of submission; duplicates come minutes after their originals, from the same address."""
    n, again = len(kinds), int(plan["respondents"]["duplicate"])
    times = np.cumsum(rng.exponential(1500.0, size=n)).round().astype(np.int64)
    complete = np.flatnonzero((kinds == "attentive") & ~(answers == BLANK).any(axis=1).to_numpy())
    originals = rng.choice(complete, size=again, replace=False)
    source = np.concatenate([np.arange(n), originals])
    moments = np.concatenate([times, times[originals] + rng.integers(200, 900, size=again)])
    order = np.argsort(moments, kind="stable")
    source, moments = source[order], moments[order]
    copied = order >= n
    place = {int(one): position for position, one in enumerate(source) if not copied[position]}
    table = answers.iloc[source].reset_index(drop=True)
    table.loc[copied, "seconds"] = rng.integers(100, 200, size=again)
    addresses = rng.permutation(3 * 254)[source]
    return DemoSurvey(
        kinds=tuple(
            "duplicate" if copy else str(kinds[one]) for one, copy in zip(source, copied, strict=True)
        ),
        answers=table.drop(columns="seconds"),
        meta=_meta(moments, table["seconds"].to_numpy(), addresses, plan["seed"], rng),
        copies={int(i): place[int(source[i])] for i in np.flatnonzero(copied)},
    )


def _meta(
    moments: Codes, seconds: Codes, addresses: Codes, seed: int, rng: np.random.Generator
) -> pd.DataFrame:
    """The platform's columns. Addresses come from the ranges reserved for documentation (RFC 5737)."""
    ranges = ("192.0.2", "198.51.100", "203.0.113")
    stamps = [FIRST_DAY + timedelta(seconds=int(second)) for second in moments]
    detail = (
        f"模拟数据 simulated data; seed {seed}; model kol-tam, parameters in instruments/demo/generating.yaml"
    )
    return pd.DataFrame(
        {
            "序号": [str(number) for number in range(1, len(stamps) + 1)],
            "提交答卷时间": [
                f"{t.year}/{t.month}/{t.day} {t.hour}:{t.minute:02d}:{t.second:02d}" for t in stamps
            ],
            "所用时间": [f"{second}秒" for second in seconds],
            "来源": rng.choice(["微信", "手机提交", "链接"], size=len(stamps), p=[0.62, 0.27, 0.11]),
            "来源详情": detail,
            "来自IP": [f"{ranges[a // 254]}.{a % 254 + 1}(模拟-模拟)" for a in addresses],
        }
    )


def export_text(survey: DemoSurvey, instrument: Instrument) -> str:
    """The survey as the CSV text of a Wenjuanxing text export: labels in Chinese, headers ``N、question``."""
    questions = [*BEFORE, *(c for c in survey.answers.columns if c not in (*BEFORE, *AFTER)), *AFTER]
    questions.remove("AC2")
    questions.append("AC2")
    header = [*META, *(f"{i}、{_wording(q, instrument)}" for i, q in enumerate(questions, start=1))]
    columns = [survey.meta[name].tolist() for name in META]
    columns += [_labels(survey.answers[name], name, instrument) for name in questions]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue()


def _wording(name: str, instrument: Instrument) -> str:
    for part in (instrument.items, instrument.attention_checks, instrument.variables):
        if name in part:
            return part[name].text.get("zh")
    raise KeyError(name)


def _labels(codes: pd.Series[int], name: str, instrument: Instrument) -> list[str]:
    if name in instrument.attention_checks:
        scale = instrument.attention_checks[name].scale
    else:
        part = instrument.items if name in instrument.items else instrument.variables
        scale = instrument.scales[part[name].scale]
    words = MARKS | {int(code): label.get("zh") for code, label in scale.labels.items()}
    return [words.get(int(code), str(int(code))) for code in codes]


def planted(survey: DemoSurvey) -> dict[str, Any]:
    """Spreadsheet rows (the header is row 1) of every respondent who was not simply attentive."""
    rows: dict[str, Any] = {}
    for position, kind in enumerate(survey.kinds):
        if kind not in ("attentive", "duplicate"):
            rows.setdefault(kind, []).append(position + 2)
    copies = [{"row": copy + 2, "copy_of": original + 2} for copy, original in sorted(survey.copies.items())]
    return {**dict(sorted(rows.items())), "duplicate": copies}
