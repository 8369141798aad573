"""The files of a new study: a commented study.toml, a codebook, a questionnaire, an empty data file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tam.writing import csv_text

if TYPE_CHECKING:
    from tam.spec.instrument import Instrument

_COMMENTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "head": "A study: which questionnaire, which model, which data. Next: put your export beside\n"
        "# this file, then  tam check  (is everything in order?)  and  tam run  (results and reports).",
        "title": "printed at the top of the report",
        "instrument": "a questionnaire that tam has (tam instruments), or the path of your own YAML file",
        "data": "the export as the platform wrote it: CSV or XLSX",
        "language": "one report for each",
        "seed": "everything random starts here: the same seed gives the same numbers",
        "model": "the paths that belong to the questionnaire; or write your own in place of use:",
        "columns": "only where the column of the data has another name than the item:",
        "groups": "compare construct scores between groups:",
        "screening": "nothing is removed unless a rule stands here; decide before looking at results. Rules:",
        "options": "bootstrap samples for indirect effects, level of the intervals",
    },
    "zh": {
        "head": "一项研究：用哪份问卷、哪个模型、哪份数据。下一步：把导出的数据放在本文件旁边，\n"
        "# 然后执行  tam check （是否一切就绪）和  tam run （results.json 与报告）。",
        "title": "显示在报告顶部",
        "instrument": "tam 自带的问卷（tam instruments 可列出），或您自己的 YAML 文件路径",
        "data": "平台导出的原始文件：CSV 或 XLSX",
        "language": "每种语言一份报告",
        "seed": "一切随机过程由此开始：种子相同，数字相同",
        "model": "与问卷配套的路径；也可删去 use，自行写出：",
        "columns": "仅当数据列名与题项编号不同时填写：",
        "groups": "按组比较构念得分：",
        "screening": "不写规则就不剔除任何人；请在看结果之前决定。可用规则：",
        "options": "间接效应的自助抽样次数、区间的置信水平",
    },
}


def starter_files(instrument: Instrument, name: str, language: str) -> dict[str, str]:
    """The content of each file by its name. ``name`` is what the study calls its instrument."""
    from tam.report.questionnaire import codebook_rows, questionnaire_html

    codebook = codebook_rows(instrument)
    return {
        "study.toml": study_toml(instrument, name, language),
        "codebook.csv": csv_text(list(codebook[0]), [list(row.values()) for row in codebook]),
        f"questionnaire.{language}.html": questionnaire_html(instrument, language),
        "data.csv": csv_text([row["item"] for row in codebook], []),
    }


def study_toml(instrument: Instrument, name: str, language: str) -> str:
    """A study file that can be run as it is once the data stand beside it; every line explained."""
    say = _COMMENTS[language]
    other = "en" if language == "zh" else "zh"
    example = next(iter(instrument.items))
    lines = [
        f"# {say['head']}",
        "",
        f"title = {_toml(instrument.title.get(language))}  # {say['title']}",
        f"instrument = {_toml(name)}  # {say['instrument']}",
        f'data = "data.csv"  # {say["data"]}',
        f'language = ["{language}", "{other}"]  # {say["language"]}',
        f"seed = 1  # {say['seed']}",
        "",
        "[model]",
        f"# {say['model']}",
        '# paths = ["PU ~ PEOU", "PI ~ PU"]',
        '# moderate = ["PU -> PI by CRED"]',
        f"use = {_toml(instrument.id)}",
        "",
        "[columns]",
        f"# {say['columns']}",
        f'# {example} = "Q7_1"',
        "",
        "[groups]",
        f"# {say['groups']}",
        *_groups(instrument),
        "",
        "[screening]",
        f"# {say['screening']}",
        "# preview, consent, outside_target, incomplete, duplicate_id, out_of_range, duplicate_answers,",
        "# attention, seriousness, straight_line, missing_share, speed, page_speed, repeated_pattern",
        "exclude = []",
        "",
        "[options]",
        f"# {say['options']}",
        "bootstrap = 1000",
        "ci = 0.95",
        "",
    ]
    return "\n".join(lines)


def _groups(instrument: Instrument) -> list[str]:
    groups = [one.id for one in instrument.variables.values() if one.role == "group"]
    lines = [f"# by = [{', '.join(_toml(one) for one in groups)}]"] if groups else ['# by = "platform"']
    followers = next((one.id for one in instrument.variables.values() if one.role == "followers"), None)
    scheme = next(iter(instrument.tier_schemes), None)
    if followers and scheme:
        lines.append(f"# tier = {{ from = {_toml(followers)}, scheme = {_toml(scheme)} }}")
    return lines


def _toml(text: str) -> str:
    """A basic TOML string: JSON writes the same escapes, but leaves one control character alone."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def existing(folder: Path, names: Sequence[str]) -> list[str]:
    """Which of the names stand in the folder already."""
    return [name for name in names if (folder / name).exists()]
