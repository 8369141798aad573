"""The files of a new study: a commented study.toml, a codebook, a questionnaire, an empty data file.

For an export, or a Qualtrics questionnaire, the study and the instrument are proposals.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tam.data.proposal_yaml import quoted
from tam.errors import Problem, TamError, problem
from tam.writing import csv_text

if TYPE_CHECKING:
    from tam.data.proposal import Proposal
    from tam.spec.instrument import Instrument

Next = Literal["shipped", "export", "qsf"]
INSTRUMENT_FILE = "instrument.yaml"

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
        "groups": "compare groups: measurement, paths, means:",
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
        "groups": "分组比较（测量不变性、路径与均值）：",
        "screening": "不写规则就不剔除任何人；请在看结果之前决定。可用规则：",
        "options": "间接效应的自助抽样次数、区间的置信水平",
    },
}


_NEXT: Mapping[str, Mapping[Next, str]] = {
    "en": {
        "shipped": "Put your export in place of data.csv (or name it in study.toml), then: "
        "tam check, tam run",
        "export": "A PROPOSAL: read and correct instrument.yaml and study.toml, then: tam check, tam run",
        "qsf": "A PROPOSAL: read and correct instrument.yaml and study.toml; put your export in place of "
        "data.csv, then: tam check, tam run",
    },
    "zh": {
        "shipped": "请用导出的数据替换 data.csv（或在 study.toml 中写明文件名），然后执行 tam check、tam run",
        "export": "以上为草案：请阅读并修改 instrument.yaml 与 study.toml，然后执行 tam check、tam run",
        "qsf": "以上为草案：请阅读并修改 instrument.yaml 与 study.toml，用导出的数据替换 data.csv，"
        "然后执行 tam check、tam run",
    },
}


@dataclass(frozen=True, slots=True)
class Started:
    """The files of a new study before they are written, and what is to be told about them."""

    contents: Mapping[str, str | bytes]
    """By file name."""
    instrument: Instrument
    next_step: Next
    problems: tuple[Problem, ...] = ()
    proposal: Proposal | None = None
    open: tuple[Problem, ...] | None = None
    """What kept the data from being coded by the proposal; None where there are no data yet."""


def say(step: Next, language: str) -> str:
    return _NEXT[language][step]


def started_from_instrument(instrument: Instrument, name: str, language: str) -> Started:
    """A study of a questionnaire that exists. ``name`` is what the study calls its instrument."""
    contents, problems = _questionnaire(instrument, language)
    study = {"study.toml": studyquoted(instrument, name, language)}
    return Started(
        {**study, **contents, "data.csv": data_template(instrument)}, instrument, "shipped", problems
    )


def started_from_export(
    export: Path, folder: Path, language: str, platform: str | None, encoding: str | None
) -> Started:
    """A proposal from an export; where it numbers options, from the text form that lies beside it."""
    from tam.data import read_table
    from tam.data.proposal_study import study_toml as proposed_study
    from tam.data.proposal_table import propose_from_table
    from tam.data.proposal_yaml import instrument_yaml

    table = read_table(export, platform=platform, encoding=encoding)
    if table.text_form is not None:
        export, table = export.parent / table.text_form.file, table.text_form
    tried = propose_from_table(table, export.stem[:60])
    proposal = tried.proposal
    data = _relative(export, folder)
    study = proposed_study(proposal, INSTRUMENT_FILE, data, language, platform=platform, encoding=encoding)
    contents: dict[str, str | bytes] = {
        "study.toml": study,
        INSTRUMENT_FILE: instrument_yaml(proposal, language),
        "codebook.csv": codebook(proposal.instrument),
    }
    notes = (*(one for one in table.problems if one.exit_code), *_notes(proposal))
    return Started(contents, proposal.instrument, "export", notes, proposal, tried.problems)


def started_from_qsf(file: Path, language: str) -> Started:
    """A proposal from a Qualtrics questionnaire: no answers yet, so also the questionnaire and a template."""
    from tam.data.proposal_study import study_toml as proposed_study
    from tam.data.proposal_yaml import instrument_yaml
    from tam.data.qsf import propose_from_qsf

    proposal = propose_from_qsf(file)
    questionnaire, problems = _questionnaire(proposal.instrument, language)
    contents: dict[str, str | bytes] = {
        "study.toml": proposed_study(proposal, INSTRUMENT_FILE, "data.csv", language, data_exists=False),
        INSTRUMENT_FILE: instrument_yaml(proposal, language),
        **questionnaire,
        "data.csv": data_template(proposal.instrument, proposal.columns),
    }
    return Started(contents, proposal.instrument, "qsf", (*_notes(proposal), *problems), proposal)


def _questionnaire(
    instrument: Instrument, language: str
) -> tuple[dict[str, str | bytes], tuple[Problem, ...]]:
    """Codebook and questionnaire; without the program for DOCX files everything else."""
    from tam.report.questionnaire import questionnaire_html
    from tam.report.questionnaire_docx import DocxMissing, questionnaire_docx

    contents: dict[str, str | bytes] = {
        "codebook.csv": codebook(instrument),
        f"questionnaire.{language}.html": questionnaire_html(instrument, language),
    }
    try:
        contents[f"questionnaire.{language}.docx"] = questionnaire_docx(instrument, language)
    except DocxMissing:
        return contents, (problem("docx-not-installed", file=f"questionnaire.{language}.docx"),)
    return contents, ()


def codebook(instrument: Instrument) -> str:
    from tam.report.questionnaire import codebook_rows

    rows = codebook_rows(instrument)
    return csv_text(list(rows[0]) if rows else ["item"], [list(row.values()) for row in rows])


def data_template(instrument: Instrument, columns: Mapping[str, str | int] | None = None) -> str:
    """An empty table with the columns that the study expects, in the order of the questionnaire."""
    from tam.report.questionnaire import codebook_rows

    header = [str((columns or {}).get(row["item"], row["item"])) for row in codebook_rows(instrument)]
    return csv_text(header, [])


def _notes(proposal: Proposal) -> tuple[Problem, ...]:
    """What holds for every proposal, and what is doubtful in this one."""
    instrument = proposal.instrument
    n_items, n_constructs = len(instrument.items), len(instrument.constructs)
    notes = [problem("proposal-to-check", n_constructs=n_constructs, n_items=n_items)]
    doubtful = {
        label: None
        for reasons in proposal.reasons.values()
        for one in reasons
        if one.key == "labels_ambiguous"
        for label in one.values["labels"]  # type: ignore[attr-defined]
    }
    downward = [
        name for (_, name), why in proposal.reasons.items() if any(one.key == "coded_downward" for one in why)
    ]
    if downward:
        notes.append(problem("proposal-scale-downward", scales=downward))
    if doubtful:
        notes.append(problem("proposal-labels-ambiguous", labels=list(doubtful)))
    if not instrument.items:
        notes.append(problem("proposal-without-scales"))
    return tuple(notes)


def proposal_record(proposal: Proposal, language: str) -> dict[str, Any]:
    """A proposal for a program: what was guessed, and what was left out for which reason."""
    from tam.data.proposal_yaml import said

    instrument = proposal.instrument

    def why(kind: Any, name: str) -> list[str]:
        return [said(one, language) for one in proposal.reasons.get((kind, name), ())]

    constructs = {
        name: {"items": list(items), "scale": instrument.items[items[0]].scale, "why": why("construct", name)}
        for name, items in instrument.first_order().items()
    }
    reverse = [name for name, item in instrument.items.items() if item.reverse]
    return {
        "proposal": True,
        "constructs": constructs,
        "reversed": [{"item": name, "why": why("item", name)} for name in reverse],
        "scales": {name: why("scale", name) for name in instrument.scales},
        "attention_checks": list(instrument.attention_checks),
        "variables": list(instrument.variables),
        "columns": dict(proposal.columns),
        "left_out": [{"column": one.header, "why": said(one.because, language)} for one in proposal.left_out],
        "paths": list(proposal.paths),
    }


def to_edit(study: Path, met: Sequence[Problem]) -> tuple[Problem, ...]:
    """Everything that keeps ``tam check`` from passing: what it says of the new study, and what was ``met``.

    The check stops at the study file if that is not complete, before it looks at the data.
    """
    from tam.analysis.check import check
    from tam.spec.study_file import load_study

    try:
        found = check(load_study(study)).problems
    except TamError as fault:
        found = fault.problems
    told = {one.code for one in found}
    return tuple(one for one in (*found, *(one for one in met if one.code not in told)) if one.exit_code)


def _relative(file: Path, folder: Path) -> str:
    """The path of the data as the study file gives it: relative to its folder where that is possible."""
    try:
        return Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive
        return file.resolve().as_posix()


def studyquoted(instrument: Instrument, name: str, language: str) -> str:
    """A study file that can be run as it is once the data stand beside it; every line explained."""
    words = _COMMENTS[language]
    other = "en" if language == "zh" else "zh"
    example = next(iter(instrument.items))
    lines = [
        f"# {words['head']}",
        "",
        f"title = {quoted(instrument.title.get(language))}  # {words['title']}",
        f"instrument = {quoted(name)}  # {words['instrument']}",
        f'data = "data.csv"  # {words["data"]}',
        f'language = ["{language}", "{other}"]  # {words["language"]}',
        f"seed = 1  # {words['seed']}",
        "",
        "[model]",
        f"# {words['model']}",
        '# paths = ["PU ~ PEOU", "PI ~ PU"]',
        '# moderate = ["PU -> PI by CRED"]',
        f"use = {quoted(instrument.id)}",
        "",
        "[columns]",
        f"# {words['columns']}",
        f'# {example} = "Q7_1"',
        "",
        "[groups]",
        f"# {words['groups']}",
        *_groups(instrument),
        "",
        "[screening]",
        f"# {words['screening']}",
        "# preview, consent, outside_target, incomplete, duplicate_id, out_of_range, duplicate_answers,",
        "# attention, seriousness, straight_line, missing_share, speed, page_speed, repeated_pattern",
        "exclude = []",
        "",
        "[options]",
        f"# {words['options']}",
        "bootstrap = 1000",
        "ci = 0.95",
        "",
    ]
    return "\n".join(lines)


def _groups(instrument: Instrument) -> list[str]:
    groups = [one.id for one in instrument.variables.values() if one.role == "group"]
    lines = [f"# by = [{', '.join(quoted(one) for one in groups)}]"] if groups else ['# by = "platform"']
    followers = next((one.id for one in instrument.variables.values() if one.role == "followers"), None)
    scheme = next(iter(instrument.tier_schemes), None)
    if followers and scheme:
        lines.append(f"# tier = {{ from = {quoted(followers)}, scheme = {quoted(scheme)} }}")
    return lines


def existing(folder: Path, names: Sequence[str]) -> list[str]:
    """Which of the names stand in the folder already."""
    return [name for name in names if (folder / name).exists()]
