"""Exports as Qualtrics, SurveyMonkey, Google Forms, LimeSurvey and REDCap write them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from exports.master import MATRIX, Respondent, Table, labels, text

SINGLES = ("PU1", "PU2", "PU3")
QUALTRICS_META = [
    "StartDate", "EndDate", "Status", "IPAddress", "Progress", "Duration (in seconds)", "Finished",
    "RecordedDate", "ResponseId", "RecipientLastName", "RecipientEmail", "LocationLatitude",
    "DistributionChannel", "UserLanguage",
]  # fmt: skip
OLDER_META = [
    "ResponseID", "ResponseSet", "Name", "ExternalDataReference", "EmailAddress", "IPAddress", "Status",
    "StartDate", "EndDate", "Finished",
]  # fmt: skip
SURVEYMONKEY_META = [
    "Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name",
    "Last Name", "Custom Data 1",
]  # fmt: skip
RULES = {
    "PU1": "Q1", "PU2": "Q2", "PU3": "Q3", "ATT1": "Q4_1", "ATT2": "Q4_2", "ATT3": "Q4_3", "AC1": "Q5",
    "uses": "Q6", "gender": "Q7", "age": "Q8", "followers": "Q9", "reasons": "Q10",
}  # fmt: skip


def word(person: Respondent, name: str, language: str, absent: str = "") -> str:
    code = person.codes[name]
    return labels(name, language)[code] if isinstance(code, int) else absent


def number(person: Respondent, name: str, absent: str = "") -> object:
    code = person.codes[name]
    return code if isinstance(code, int) else absent


def qualtrics_questions(language: str, split: bool) -> tuple[list[object], list[object]]:
    """Names and texts; ``split``: one column per option of the question with several answers."""
    stem, chosen = text("uses", language), "Selected Choice"
    names: list[object] = ["Q1", "Q2", "Q3", "Q4_1", "Q4_2", "Q4_3", "Q5"]
    texts: list[object] = [f"<p>{text(name, language)}</p>" for name in SINGLES]
    texts += [f"How far do these fit? - {text(name, language)}" for name in MATRIX]
    texts.append(text("AC1", language))
    names += [f"Q6_{code}" for code in (1, 2, 3, 4)] if split else ["Q6"]
    options = labels("uses", language).values()
    texts += [f"{stem} - {chosen} - {one}" for one in options] if split else [f"{stem} - {chosen}"]
    names += ["Q6_4_TEXT", "Q7", "Q8", "Q9", "Q10_1", "Q10_2", "Q10_3"]
    texts += [f"{stem} - {labels('uses', language)[4]} - Text"]
    texts += [text(name, language) for name in ("gender", "age", "followers")]
    texts += [f"{text('reasons', language)} - {one}" for one in labels("reasons", language).values()]
    return names, texts


def qualtrics_answers(
    person: Respondent, *, language: str, split: bool, numeric: bool, absent: str = ""
) -> list[object]:
    def answer(name: str) -> object:
        return number(person, name, absent) if numeric else word(person, name, language, absent)

    row = [answer(name) for name in (*SINGLES, *MATRIX, "AC1")]
    options = labels("uses", language)
    shown = {code: 1 if numeric else options[code] for code in options}
    if split:
        row += [shown[code] if code in person.uses else "" for code in options]
    else:
        row.append(",".join(str(code) if numeric else options[code] for code in person.uses))
    row += ["free text" if 4 in person.uses else "", answer("gender"), person.age, person.followers]
    return row + [person.reasons.index(code) + 1 for code in (1, 2, 3)]


def qualtrics(
    people: Sequence[Respondent],
    *,
    language: str = "en",
    split: bool = False,
    numeric: bool = False,
    labelled: bool = True,
    absent: str = "",
) -> Table:
    """The format with three header rows (none but the names if not ``labelled``), page times and orders."""
    names, texts = qualtrics_questions(language, split)
    extra = ["T1_First Click", "T1_Last Click", "T1_Page Submit", "T1_Click Count", "T2_Page Submit"]
    extra += ["FL_5_DO", "Q4_DO_1", "Q4_DO_2"]
    header = [*QUALTRICS_META, *names, *extra]
    rows: Table = [header]
    if labelled:
        localised = {"en": "Start Date", "zh": "开始日期"}[language]
        rows.append([localised, *QUALTRICS_META[1:], *texts, *extra])
        rows.append([json.dumps({"ImportId": f"QID{i}"}) for i in range(len(header))])
    for one in people:
        status, finished = ("0", "1") if numeric else ("IP Address", "True")
        if one.id == 3:
            status = "1" if numeric else "Survey Preview"
        if one.id == 4:
            finished = "0" if numeric else "False"
        moment = f"{one.ended:%Y-%m-%d %H:%M:%S}"
        row: list[object] = [
            f"{one.started:%Y-%m-%d %H:%M:%S}",
            moment,
            status,
            one.address,
            100,
            one.seconds,
        ]
        row += [finished, moment, one.id, "", "", "22.5", "anonymous", language.upper()]
        row += qualtrics_answers(one, language=language, split=split, numeric=numeric, absent=absent)
        row += [1.2, 8.5, one.id + 0.5, 4, 12.25, "Q1|Q2", 1, 2]
        rows.append(row)
    return rows


def qualtrics_older(people: Sequence[Respondent], *, language: str = "en") -> Table:
    """Two header rows, V1 .. V10 first, an empty column at the end."""
    names, texts = qualtrics_questions(language, split=True)
    top = {"en": OLDER_META, "zh": ["响应ID", *OLDER_META[1:]]}[language]
    rows: Table = [[*(f"V{i}" for i in range(1, 11)), *names, ""], [*top, *texts, ""]]
    for one in people:
        row: list[object] = [f"R_{one.id:015d}", "Default Response Set", "Anonymous", "", "", one.address, 0]
        row += [f"{one.started:%Y-%m-%d %H:%M:%S}", f"{one.ended:%Y-%m-%d %H:%M:%S}", 1]
        row += qualtrics_answers(one, language=language, split=True, numeric=True)
        rows.append([*row, ""])
    return rows


def american(moment: datetime) -> str:
    return f"{moment:%m/%d/%Y %I:%M:%S %p}"


def european(moment: datetime) -> str:
    return f"{moment:%d/%m/%Y %H:%M:%S}"


def surveymonkey(
    people: Sequence[Respondent],
    *,
    language: str = "en",
    condensed: bool = False,
    numeric: bool = False,
    response: str = "Response",
    day_first: bool = False,
) -> Table:
    """Two header rows. Expanded: one column per option with its label; condensed: all in one cell."""
    stem = {"en": "How far do these fit?", "zh": "以下说法符合吗？"}[language]
    first: list[object] = [*SURVEYMONKEY_META, *(text(name, language) for name in SINGLES), stem, "", ""]
    second: list[object] = [""] * len(SURVEYMONKEY_META) + [response] * 3
    second += [text(name, language) for name in MATRIX]
    for name in ("AC1", "uses", "gender", "age", "followers", "reasons"):
        several = name == "reasons" or (name == "uses" and not condensed)
        parts = list(labels(name, language).values()) if several else [response]
        first += [text(name, language)] + [""] * (len(parts) - 1)
        second += parts
    rows: Table = [first, second]
    show = european if day_first else american
    for one in people:
        row: list[object] = [one.id, 400, show(one.started), show(one.ended), one.address, "", "", "", ""]
        answer = [number(one, n) if numeric else word(one, n, language) for n in (*SINGLES, *MATRIX, "AC1")]
        options = labels("uses", language)
        ticks = [options[code] if code in one.uses else "" for code in options]
        cell = ", ".join(options[code] for code in one.uses)
        gender = number(one, "gender") if numeric else word(one, "gender", language)
        row += [*answer, *([cell] if condensed else ticks), gender, one.age, one.followers]
        rows.append(row + [one.reasons.index(code) + 1 for code in (1, 2, 3)])
    return rows


def google_forms(
    people: Sequence[Respondent], *, language: str = "en", between: str = ", ", first: str = "Timestamp"
) -> Table:
    stem = {"en": "How far do these fit?", "zh": "以下说法符合吗？"}[language]
    header: list[object] = [first, *(text(name, language) for name in SINGLES)]
    header += [f"{stem} [{text(name, language)}]" for name in MATRIX]
    header += [text(name, language) for name in ("AC1", "uses", "gender", "age", "followers")]
    header += [f"{text('reasons', language)} [{one}]" for one in labels("reasons", language).values()]
    rows: Table = [header]
    for one in people:
        moment = f"{one.ended:%Y/%m/%d %I:%M:%S %p} GMT+8"
        row: list[object] = [moment, *(word(one, n, language) for n in (*SINGLES, *MATRIX, "AC1"))]
        row += [between.join(labels("uses", language)[code] for code in one.uses)]
        row += [word(one, "gender", language), one.age, one.followers]
        rows.append(row + [one.reasons.index(code) + 1 for code in (1, 2, 3)])
    return rows


def limesurvey(
    people: Sequence[Respondent],
    *,
    language: str = "en",
    headers: str = "codes",
    answers: str = "codes",
    skips: bool = False,
) -> Table:
    """``headers``: codes, both (``code. text``) or text; ``answers``: codes A1 .., or text."""
    names = ["PU1", "PU2", "PU3", "ATT[1]", "ATT[2]", "ATT[3]", "AC1"]
    names += [f"uses[SQ00{code}]" for code in (1, 2, 3, 4)] + ["gender", "age", "followers"]
    names += [f"reasons[SQ00{code}]" for code in (1, 2, 3)]
    stem = {"en": "How far do these fit?", "zh": "以下说法符合吗？"}[language]
    texts = [text(name, language) for name in SINGLES] + [f"{stem} [{text(n, language)}]" for n in MATRIX]
    texts += [text("AC1", language)]
    texts += [f"{text('uses', language)} [{one}]" for one in labels("uses", language).values()]
    texts += [text(name, language) for name in ("gender", "age", "followers")]
    texts += [f"{text('reasons', language)} [{one}]" for one in labels("reasons", language).values()]
    meta = ["id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp", "ipaddr"]
    full = ["Response ID", "Date submitted", "Last page", "Start language", "Seed", "Date started"]
    full += ["Date last action", "IP address"]
    times = ["interviewtime", "groupTime12", "groupTime13"]
    if headers == "text":
        header: list[object] = [*full, *texts, "Total time", "Group time: One", "Group time: Two"]
    elif headers == "both":
        pairs = [f"{name}. {one}" for name, one in zip(names, texts)]
        header = [*(f"{a}. {b}" for a, b in zip(meta, full)), *pairs, *(f"{one}. Time" for one in times)]
    else:
        header = [*meta, *names, *times]
    rows: Table = [header]
    for one in people:
        submitted = "" if one.id == 4 else f"{one.ended:%Y-%m-%d %H:%M:%S}"
        row: list[object] = [one.id, submitted, 3, language, 123456, f"{one.started:%Y-%m-%d %H:%M:%S}"]
        row += [f"{one.ended:%Y-%m-%d %H:%M:%S}", one.address]
        for name in (*SINGLES, *MATRIX, "AC1"):
            code = one.codes[name]
            absent = "N/A" if skips and code == "skipped_by_logic" else ""
            row.append(
                (f"A{code}" if isinstance(code, int) else absent)
                if answers == "codes"
                else word(one, name, language, absent)
            )
        yes = {"codes": "Y", "text": {"en": "Yes", "zh": "是"}[language]}[answers]
        no = {"codes": "", "text": {"en": "No", "zh": "否"}[language]}[answers]
        row += [(yes if code in one.uses else no) if one.uses else "" for code in (1, 2, 3, 4)]
        gender = f"A{one.codes['gender']}" if answers == "codes" else word(one, "gender", language)
        row += [gender, one.age, one.followers, *(one.reasons.index(code) + 1 for code in (1, 2, 3))]
        rows.append([*row, one.seconds, 10.5, one.id])
    return rows


def redcap(people: Sequence[Respondent], *, labelled: bool = False, language: str = "en") -> Table:
    """Raw: variable names and codes; ``labelled``: long headers and labels."""
    names = [*SINGLES, *MATRIX, "AC1"]
    if labelled:
        header: list[object] = ["Record ID", "Survey Timestamp", *(text(name, language) for name in names)]
        stem = text("uses", language)
        header += [f"{stem} (choice={one})" for one in labels("uses", language).values()]
        header += [text(name, language) for name in ("gender", "age", "followers")]
        header += [
            f"{text('reasons', language)} (choice={one})" for one in labels("reasons", language).values()
        ]
        header.append("Complete?")
    else:
        header = ["record_id", "survey_timestamp", *(name.lower() for name in names)]
        header += [f"uses___{code}" for code in (1, 2, 3, 4)] + ["gender", "age", "followers"]
        header += [f"reasons___{code}" for code in (1, 2, 3)] + ["survey_complete"]
    rows: Table = [header]
    for one in people:
        row: list[object] = [one.id, f"{one.ended:%Y-%m-%d %H:%M:%S}"]
        row += [word(one, name, language) if labelled else number(one, name) for name in names]
        ticks = ("Checked", "Unchecked") if labelled else (1, 0)
        row += [ticks[0] if code in one.uses else ticks[1] for code in (1, 2, 3, 4)]
        row += [word(one, "gender", language) if labelled else number(one, "gender"), one.age, one.followers]
        row += [one.reasons.index(code) + 1 for code in (1, 2, 3)]
        state = (("Complete", "Incomplete") if labelled else (2, 0))[one.id == 4]
        rows.append([*row, state])
    return rows
