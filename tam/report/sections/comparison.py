"""Do groups differ: do the scales measure the same in each, do the paths, the latent means, the scores?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import Absent, Block, Paragraph, Rich, Section, Subheading, rich
from tam.report.sections.comparison_interactions import interaction_blocks
from tam.report.sections.comparison_invariance import has_model, invariance_blocks
from tam.report.sections.comparison_means import mean_blocks
from tam.report.sections.comparison_names import counted, group_labels, grouping_head
from tam.report.sections.comparison_paths import path_blocks
from tam.report.sections.comparison_scores import score_blocks


def comparison_section(context: Context) -> Section:
    title = context.say("sections.comparison")
    groupings = context.rows("comparison", "groupings")
    if not groupings:
        asked = context.rows("study", "groups") or context.part("comparison")
        why = context.reason("comparison") if asked else context.say("absent.no_groups")
        return Section("comparison", title, (Absent(why),))
    blocks: list[Block] = []
    for index, grouping in enumerate(groupings):
        blocks.append(Subheading(f"groups-{index + 1}", rich(grouping_head(context, grouping))))
        blocks.append(Paragraph(_who(context, grouping)))
        blocks.extend(_model_blocks(context, grouping, index))
        blocks.extend(score_blocks(context, grouping, index))
    return Section("comparison", title, tuple(blocks))


def _model_blocks(context: Context, grouping: Mapping[str, Any], index: int) -> list[Block]:
    """Measurement, paths and latent means of the groups; the reason once where there is no model."""
    blocks = invariance_blocks(context, grouping, index)
    if not has_model(grouping):
        return blocks
    return [
        *blocks,
        *path_blocks(context, grouping, index),
        *interaction_blocks(context, grouping, index),
        *mean_blocks(context, grouping, index),
    ]


def _who(context: Context, grouping: Mapping[str, Any]) -> Rich:
    numbers, labels = context.numbers, group_labels(context, grouping)
    source = "followers" if grouping.get("source") == "followers" else "answer"
    told = {
        "groups": counted(context, labels, grouping.get("groups") or ()),
        "scheme": str(grouping.get("scheme") or ""),
    }
    sentence = context.say(f"text.groups_from_{source}", **told)
    if grouping.get("n_unclassified"):
        counts = {
            "n": numbers.count(grouping["n_unclassified"]),
            "unanswered": numbers.count(grouping.get("n_unanswered") or 0),
        }
        key = "text.groups_unanswered" if grouping.get("n_unanswered") else "text.groups_unclassified"
        sentence += context.say(key, **counts)
    if grouping.get("too_small"):
        small = counted(context, labels, grouping["too_small"])
        sentence += context.say("text.groups_too_small", names=small)
    return sentence
