"""What the sentence stage draws together, and what it leaves apart."""

from __future__ import annotations

import random
from pathlib import Path

from kefu.encoder.pretrain.sentences import draw_pairs, project_groups
from tests.encoder.pretrain.toy import write_home


def test_groups_are_intents_and_articles(tmp_path: Path):
    groups = project_groups(write_home(tmp_path))
    assert set(groups) == {"intent/ask_ship_time", "intent/ask_courier", "article/couriers"}
    assert groups["intent/ask_courier"] == ["发什么快递", "可以发顺丰吗"]
    assert {"用什么快递", "默认发哪家快递", "偏远地区由邮政配送，时效会长一些。"} <= set(
        groups["article/couriers"]
    )


def test_pairs_come_from_one_group_and_are_two_texts():
    groups = {
        f"{kind}/{number}": [f"{kind}{number}说法{text}" for text in range(5)]
        for kind in ("article", "intent")
        for number in range(10)
    }
    pairs = draw_pairs(groups, 20, random.Random(1))
    assert len(pairs) == 20
    for name, one, other in pairs:
        assert one != other
        assert {one, other} <= set(groups[name])
    assert sum(name.startswith("article/") for name, _, _ in pairs) == 10
    names = [name for name, _, _ in pairs]
    assert max(names.count(name) for name in names) <= 2


def test_fewer_groups_than_wanted_are_enough():
    assert len(draw_pairs({"intent/a": ["一", "二"]}, 96, random.Random(1))) == 2
