"""A Qualtrics questionnaire as QSF: made from scratch, in the shape that Qualtrics gives such files."""

from __future__ import annotations

import json
from typing import Any

AGREE = {
    "1": ("Strongly disagree", "非常不同意"),
    "2": ("Disagree", "不同意"),
    "3": ("Neither agree nor disagree", "中立"),
    "4": ("Agree", "同意"),
    "5": ("Strongly agree", "非常同意"),
}


def displays(words: dict[str, tuple[str, str]], language: int) -> dict[str, dict[str, str]]:
    return {key: {"Display": pair[language]} for key, pair in words.items()}


def matrix(
    number: int, tag: str, stem: tuple[str, str], rows: dict[str, tuple[str, str]], **more: Any
) -> dict:
    return {
        "QuestionID": f"QID{number}",
        "QuestionText": f"<div><b>{stem[0]}</b>&nbsp;</div>",
        "DataExportTag": tag,
        "QuestionType": "Matrix",
        "Selector": "Likert",
        "SubSelector": "SingleAnswer",
        "Choices": displays(rows, 0),
        "ChoiceOrder": list(rows),
        "Answers": displays(AGREE, 0),
        "AnswerOrder": list(AGREE),
        "ChoiceDataExportTags": False,
        "Language": {
            "ZH-S": {
                "QuestionText": stem[1],
                "Choices": displays(rows, 1),
                "Answers": displays(AGREE, 1),
            }
        },
        **more,
    }


def choice(number: int, tag: str, text: str, options: list[str], selector: str = "SAVR", **more: Any) -> dict:
    return {
        "QuestionID": f"QID{number}",
        "QuestionText": text,
        "DataExportTag": tag,
        "QuestionType": "MC",
        "Selector": selector,
        "SubSelector": "TX",
        "Choices": {str(i): {"Display": one} for i, one in enumerate(options, 1)},
        "ChoiceOrder": [str(i) for i in range(1, len(options) + 1)],
        "Language": [],
        **more,
    }


USEFUL = {
    "1": ("Notes save me time.", "笔记能节省我的时间。"),
    "2": ("Notes help me choose.", "笔记能帮助我挑选。"),
    "4": ("Notes <i>seldom</i> help me. (R)", "笔记很少能帮上忙。（反）"),
}
INTENTION = {"1": ("I will buy.", "我会购买。"), "2": ("I plan to buy.", "我打算购买。")}
QUESTIONS = [
    choice(9, "consent", "Welcome.", [], QuestionType="DB", Selector="TB"),
    matrix(
        1,
        "PU",
        ("Perceived usefulness: how far do you agree?", "感知有用性：您是否同意？"),
        USEFUL,
        RecodeValues={"1": "1", "2": "2", "3": "3", "4": "4", "5": "5"},
    ),
    matrix(
        2,
        "Q7",
        ("Your purchase intention", "购买意愿"),
        INTENTION,
        ChoiceDataExportTags={"1": "buy_now", "2": "buy_plan"},
        RecodeValues={"1": "5", "2": "4", "3": "3", "4": "2", "5": "1"},
    ),
    choice(
        3, "gender", "Your gender", ["Male", "Female", "Other"], RecodeValues={"1": "1", "2": "2", "3": 9}
    ),
    choice(4, "uses", "What do you use?", ["Notes", "Videos", "Live"], "MAVR"),
    choice(5, "bin", "Old question", ["a", "b"]),
    choice(6, "age", "How old are you?", [], QuestionType="TE", Selector="SL"),
    choice(7, "free", "Anything else?", [], QuestionType="TE", Selector="ML"),
]


def survey(questions: list[dict] | None = None, **entry: Any) -> dict[str, Any]:
    """The whole file; question 5 lies in the bin of unused questions."""
    asked = QUESTIONS if questions is None else questions
    used = [one["QuestionID"] for one in asked if one["QuestionID"] != "QID5"]
    blocks = [
        {"Type": "Default", "BlockElements": [{"Type": "Question", "QuestionID": one} for one in used]},
        {"Type": "Trash", "BlockElements": [{"Type": "Question", "QuestionID": "QID5"}]},
    ]
    elements: list[dict[str, Any]] = [
        {"Element": "BL", "PrimaryAttribute": "Survey Blocks", "Payload": blocks}
    ]
    elements += [
        {"Element": "SQ", "PrimaryAttribute": one["QuestionID"], "Payload": one} for one in reversed(asked)
    ]
    elements.append({"Element": "SO", "PrimaryAttribute": "Survey Options", "Payload": {"Header": ""}})
    return {
        "SurveyEntry": {"SurveyName": "Notes and shopping", "SurveyLanguage": "EN", **entry},
        "SurveyElements": elements,
    }


def text(**entry: Any) -> str:
    return json.dumps(survey(**entry))
