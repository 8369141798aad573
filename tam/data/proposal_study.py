"""The study file of a proposed instrument. Headers of strangers stand in it only as quoted text."""

from __future__ import annotations

import re
from itertools import pairwise

from tam.data.proposal import Proposal
from tam.data.proposal_yaml import comment, proposal_words, quoted

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def study_toml(
    proposal: Proposal,
    instrument_file: str,
    data: str,
    language: str,
    *,
    platform: str | None = None,
    encoding: str | None = None,
    data_exists: bool = True,
) -> str:
    """A study of the proposed instrument on ``data``; what cannot be guessed stands there as an example."""
    words, other = proposal_words(language), "en" if language == "zh" else "zh"
    instrument = proposal.instrument
    lines = [*comment(words["study_head"]), *comment(words["study_next"]), ""]
    lines += [f"title = {quoted(instrument.title.get(language))}"]
    lines += [f"instrument = {quoted(instrument_file)}"]
    lines += [f"data = {quoted(data)}  # {words['study_data' if data_exists else 'study_data_qsf']}"]
    lines += [f'language = ["{language}", "{other}"]', "seed = 1", "", "[model]"]
    if proposal.paths:
        lines += [*comment(words["study_paths"]), f"paths = [{', '.join(map(quoted, proposal.paths))}]"]
    else:
        lines += [*comment(words["study_no_paths"]), *_example(proposal)]
    lines += ["", "[columns]", *comment(words["study_columns"])]
    for name, column in proposal.columns.items():
        lines.append(f"{_key(name)} = {quoted(column) if isinstance(column, str) else column}")
    lines += ["", "[groups]", *comment(words["study_groups"])]
    lines.append(f"# by = [{', '.join(quoted(one) for one in proposal.groups[:3])}]")
    lines += ["", "[screening]", *comment(words["study_screening"]), "exclude = []", "", "[options]"]
    lines += [f"{key} = {quoted(v)}" for key, v in (("platform", platform), ("encoding", encoding)) if v]
    if proposal.undeclared:
        order = ", ".join(f'{_key(one)} = "ascending"' for one in proposal.undeclared)
        lines += [*comment(words["study_order"]), f"# sequence_order = {{ {order} }}"]
    return "\n".join([*lines, "bootstrap = 1000", "ci = 0.95", ""])


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else quoted(name)


def _example(proposal: Proposal) -> list[str]:
    names = [*proposal.instrument.constructs][:3]
    if len(names) < 2:
        names = ["PU", "PI"]
    paths = [f"{two} ~ {one}" for one, two in pairwise(names)]
    return comment(f"paths = [{', '.join(map(quoted, paths))}]")
