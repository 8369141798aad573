"""Results of the demonstration, grown to a study of many constructs, items and groups.

Every entry is one of the demonstration under a new name, so that the shape is that of real results while the
numbers mean nothing. For tests of how long a report takes and how long its tables are.
"""

from __future__ import annotations

import copy
from typing import Any

Json = Any
OF = ("PEOU", "PU", "ATT", "PI", "EXP", "TRU", "ATR")
"""Constructs of the demonstration that stand behind the grown ones, in turn."""
WIDTH = 5
"""Constructs of a layer; each of the next layers is predicted by two of the layer before."""


def grown(results: Json, n_constructs: int = 40, n_items: int = 5, n_groups: int = 6) -> Json:
    """A copy with ``n_constructs`` of ``n_items`` each, one grouping of ``n_groups``, one moderation."""
    made = copy.deepcopy(results)
    growth = _Growth(n_constructs, n_items, n_groups)
    growth.study(made["study"])
    growth.measurement(made["measurement"], results["measurement"])
    growth.structure(made["structure"])
    growth.effects(made["effects"])
    growth.moderation(made["moderation"])
    growth.screening(made["screening"])
    growth.comparison(made["comparison"])
    return made


class _Growth:
    def __init__(self, n_constructs: int, n_items: int, n_groups: int) -> None:
        self.names = [f"K{at + 1:02d}" for at in range(n_constructs)]
        self.old = {name: OF[at % len(OF)] for at, name in enumerate(self.names)}
        self.items = {name: [f"{name.lower()}_{at + 1}" for at in range(n_items)] for name in self.names}
        self.all_items = [item for items in self.items.values() for item in items]
        self.old_item = {
            item: f"{self.old[name]}{at % 3 + 1}"
            for name, items in self.items.items()
            for at, item in enumerate(items)
        }
        self.paths = [
            (self.names[at], self.names[at - WIDTH + step])
            for at in range(WIDTH, n_constructs)
            for step in (0, 1 if at % WIDTH < WIDTH - 1 else -1)
        ]
        self.groups = [f"group{at + 1}" for at in range(n_groups)]
        self.pairs = [(a, b) for at, a in enumerate(self.groups) for b in self.groups[at + 1 :]]

    def by_item(self, table: Json) -> Json:
        return {item: copy.deepcopy(table[old]) for item, old in self.old_item.items()}

    def by_construct(self, table: Json) -> Json:
        return {name: copy.deepcopy(table[old]) for name, old in self.old.items()}

    def matrix(self, table: Json) -> Json:
        other = dict(zip(OF, (*OF[1:], OF[0])))
        return {
            a: {b: table[x][y if x != y or a == b else other[x]] for b, y in self.old.items()}
            for a, x in self.old.items()
        }

    def listed(self, rows: Json) -> Json:
        """Rows with an item each."""
        known = {row["item"]: row for row in rows}
        return [{**known[old], "item": item} for item, old in self.old_item.items() if old in known]

    def pairs_of_constructs(self, rows: Json) -> Json:
        pairs = [(a, b) for at, a in enumerate(self.names) for b in self.names[at + 1 :]]
        return [{**rows[at % len(rows)], "a": a, "b": b} for at, (a, b) in enumerate(pairs)]

    def by_path(self, rows: Json, outcome: str = "lhs", predictor: str = "rhs") -> Json:
        return [
            {**copy.deepcopy(rows[at % len(rows)]), outcome: y, predictor: x}
            for at, (y, x) in enumerate(self.paths)
        ]

    def study(self, study: Json) -> None:
        labels = {
            name: {lang: f"{text} {name[1:]}" for lang, text in study["constructs"][old]["label"].items()}
            for name, old in self.old.items()
        }
        study["constructs"] = {
            name: {"label": labels[name], "items": self.items[name], "of": [], "level": 1, "source": None}
            for name in self.names
        }
        study["items"] = {
            item: {**study["items"][old], "construct": name}
            for name in self.names
            for item, old in ((one, self.old_item[one]) for one in self.items[name])
        }
        model = study["model"]
        model["paths"] = [
            {"outcome": y, "predictor": x, "hypothesis": f"H{at + 1}"} for at, (y, x) in enumerate(self.paths)
        ]
        model["moderations"] = [{**model["moderations"][0], **self._moderation(), "hypothesis": None}]
        model |= {"second_order": {}, "controls": {}, "grid": []}
        model["hypotheses"] = [
            {"id": f"H{at + 1}", "path": f"{x} -> {y}", "sign": "+", "statement": None, "declared": True}
            for at, (y, x) in enumerate(self.paths)
        ]
        lines = [f"{name} =~ {' + '.join(items)}" for name, items in self.items.items()]
        model["lavaan"] = "\n".join([*lines, *(f"{y} ~ {x}" for y, x in self.paths)])
        study["groups"] = [{"by": "platform"}]

    def _moderation(self) -> dict[str, str]:
        return {"predictor": self.paths[-1][1], "moderator": self.names[0], "outcome": self.paths[-1][0]}

    def measurement(self, made: Json, old: Json) -> None:
        made["items"] = self.by_item(old["items"])
        for name, items in self.items.items():
            for item in items:
                made["items"][item]["construct"] = name
        made["constructs"] = self.by_construct(old["constructs"])
        for key in ("fornell_larcker", "htmt", "htmt2", "latent_correlations"):
            made[key] = self.matrix(old[key])
        made["second_order"], made["unavailable"] = {}, {}
        made["kmo"]["items"] = self.by_item(old["kmo"]["items"])
        made["distributions"]["items"] = self.by_item(old["distributions"]["items"])
        efa = made["dimensionality"]["efa"]
        factors = [f"F{at + 1}" for at in range(len(self.names))]
        first = list(next(iter(efa["loadings"].values())))
        for key in ("loadings", "structure"):
            efa[key] = {
                item: {factor: efa[key][o][first[at % len(first)]] for at, factor in enumerate(factors)}
                for item, o in self.old_item.items()
            }
        efa["communalities"] = self.by_item(efa["communalities"])
        self._validity(made["validity"])
        scores = made["score_correlations"]
        scores["constructs"] = [
            {**scores["constructs"][at % 7], "construct": name} for at, name in enumerate(self.names)
        ]
        scores["pairs"] = self.pairs_of_constructs(scores["pairs"])
        made["missing_data"]["items"] = self.listed(made["missing_data"]["items"])
        made["missing_data"]["comparison"]["paths"] = self.by_path(
            made["missing_data"]["comparison"]["paths"]
        )
        for method in made["missing_data"]["comparison"]["methods"].values():
            if method:
                method["paths"] = self.by_path(method["paths"])
        made["method_bias"]["paths"] = self.by_path(made["method_bias"]["paths"])

    def _validity(self, validity: Json) -> None:
        cross = self.by_item(validity["cross_loadings"]["items"])
        for name, items in self.items.items():
            for item in items:
                cross[item]["construct"] = name
        validity["cross_loadings"]["items"] = cross
        for key in ("htmt", "htmt2"):
            validity[key]["pairs"] = self.pairs_of_constructs(validity[key]["pairs"])
        validity["distinct"] = self.pairs_of_constructs(validity["distinct"])
        for key in ("msv", "asv"):
            validity[key] = self.by_construct(validity[key])
        validity["second_order"] = {}

    def structure(self, made: Json) -> None:
        rows = made["estimates"]
        known = {(one["op"], one["rhs"]): one for one in rows}
        paths = [one for one in rows if one["op"] == "~"]
        loadings = [
            {**known["=~", self.old_item[item]], "lhs": name, "rhs": item}
            for name, items in self.items.items()
            for item in items
        ]
        residuals = [
            {**known["~~", old], "lhs": item, "rhs": item} for item, old in self.old_item.items()
        ] + [{**known["~~", old], "lhs": name, "rhs": name} for name, old in self.old.items()]
        made["estimates"] = [*loadings, *self.by_path(paths), *residuals]
        made["r2"] = self.by_item(made["r2"]) | {
            y: list(made["r2"].values())[at % 3 + 23] for at, (y, _) in enumerate(self.paths)
        }
        tested = made["hypotheses"]
        made["hypotheses"] = [
            {**tested[at % 6], "id": f"H{at + 1}", "path": f"{x} -> {y}"}
            for at, (y, x) in enumerate(self.paths)
        ]
        for one in made["local_fit"]["largest"]:
            one["a"], one["b"] = self.all_items[0], self.all_items[-1]
        self._moments(made["sample_moments"])

    def _moments(self, moments: Json) -> None:
        at = {name: index for index, name in enumerate(moments["variables"])}
        places = [at[self.old_item[item]] for item in self.all_items]
        old = moments["correlations"]
        moments["correlations"] = [
            1.0 if i == j else old[max(a, b) * (max(a, b) + 1) // 2 + min(a, b)] * 0.9
            for i, a in enumerate(places)
            for j, b in enumerate(places[: i + 1])
        ]
        moments["means"] = [moments["means"][place] for place in places]
        moments["sds"] = [moments["sds"][place] for place in places]
        moments["variables"] = self.all_items

    def effects(self, made: Json) -> None:
        made["direct"] = self.by_path(made["direct"], "outcome", "predictor")
        routes = [
            {"outcome": z, "predictor": x, "via": [y]}
            for z, y in self.paths
            for middle, x in self.paths
            if middle == y
        ]
        for key in ("indirect", "total_indirect", "total"):
            rows = made[key]
            made[key] = [
                {**rows[at % len(rows)], **(route if key == "indirect" else {**route, "via": None})}
                for at, route in enumerate(routes)
            ]

    def moderation(self, made: Json) -> None:
        (one,) = made["analyses"]
        one |= self._moderation() | {"hypothesis": None, "moderated_mediation": None}

    def screening(self, made: Json) -> None:
        made["missing"] = self.listed(made["missing"])
        made["multiverse"]["paths"] = self.by_path(made["multiverse"]["paths"])
        for one in made["multiverse"]["specifications"]:
            one["paths"] = self.by_path(one["paths"])

    def comparison(self, made: Json) -> None:
        grouping = made["groupings"][1]
        made["groupings"] = [grouping]
        made["scores"] = self.by_construct(made["scores"])
        grouping["groups"] = [
            {"id": group, "label": {"en": f"Group {at + 1}", "zh": f"第{at + 1}组"}, "n": 250}
            for at, group in enumerate(self.groups)
        ]
        known = {one["construct"]: one for one in grouping["constructs"]}
        grouping["constructs"] = [
            {
                **known[old],
                "construct": name,
                "means": self._by_group(known[old]["means"]),
                "pairs": self._paired(known[old]["pairs"]),
            }
            for name, old in self.old.items()
        ]
        self._interactions(grouping["interactions"])
        self._invariance(grouping["invariance"])

    def _by_group(self, table: Json) -> Json:
        values = list(table.values())
        return {group: values[at % len(values)] for at, group in enumerate(self.groups)}

    def _paired(self, rows: Json) -> Json:
        return [{**rows[at % len(rows)], "a": a, "b": b} for at, (a, b) in enumerate(self.pairs)]

    def _against(self, rows: Json) -> Json:
        return [{**rows[at % len(rows)], "group": group} for at, group in enumerate(self.groups[1:])]

    def _interactions(self, made: Json) -> None:
        made["reference"] = self.groups[0]
        for one in made["interactions"]:
            one |= self._moderation() | {"groups": self._against(one["groups"])}

    def _invariance(self, made: Json) -> None:
        made["groups"] = [{"id": group, "n": 240} for group in self.groups]
        made["constructs"] = self.items
        paths = made["paths"]
        paths["paths"] = self.by_path(paths["paths"], "outcome", "predictor")
        for at, one in enumerate(paths["paths"]):
            one |= {"groups": self._by_group(one["groups"]), "pairs": self._paired(one["pairs"])}
            if at % 9 == 0:
                one["overall"] |= {"p": 0.0001, "p_holm": 0.008}
        paths["r2"] = self._by_group(paths["r2"])
        scores = made["scores"]
        scores["reference"] = self.groups[0]
        scores["paths"] = self.by_path(scores["paths"], "outcome", "predictor")
        for one in scores["paths"]:
            one["interactions"] = self._against(one["interactions"])
        self._diagram(made["diagram"])
        means = made["means"]
        means["reference"] = self.groups[0]
        known = {one["construct"]: one for one in means["constructs"]}
        means["constructs"] = [
            {
                **known[old],
                "construct": name,
                "means": self._by_group(known[old]["means"]),
                "variances": self._by_group(known[old]["variances"]),
                "pairs": self._latent_pairs(known[old]["pairs"]),
            }
            for name, old in self.old.items()
        ]

    def _latent_pairs(self, rows: Json) -> Json:
        return [
            {**rows[at % len(rows)], "test": {**rows[at % len(rows)]["test"], "a": a, "b": b}}
            for at, (a, b) in enumerate(self.pairs)
        ]

    def _diagram(self, made: Json) -> None:
        made["groups"] = self.groups
        made["edges"] = self.by_path(made["edges"], "outcome", "predictor")
        for one in made["edges"]:
            one["groups"] = self._by_group(one["groups"])
        made["r2"] = self._by_group(made["r2"])
