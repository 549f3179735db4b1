"""A corpus and a project of a few lines, and a recipe that takes a second."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import zstandard
from transformers import BertTokenizerFast

from kefu.encoder.pretrain.corpus import Examples, pack
from kefu.encoder.pretrain.recipe import Recipe
from kefu.encoder.pretrain.vocabulary import build_vocabulary

TALK = (
    "您好，请问这件外套什么时候可以发货",
    "亲，您的订单今天下午就会从仓库发出",
    "我昨天买的咖啡机还没有收到，物流停了三天",
    "快递显示已经到了杭州转运中心，请耐心等待",
    "尺码买大了，想换小一号的可以吗",
    "可以的，七天之内支持无理由退换货",
    "运费是由谁来承担呢，我不太清楚规则",
    "质量问题由我们承担运费，其他原因由您承担",
    "能不能便宜一点，我想多买几件送朋友",
    "满三百减三十，活动到这个周末结束",
    "发票可以开公司抬头吗，需要税号吗",
    "在订单详情里面点击申请开票就可以了",
    "iphone15 pro max 的手机壳有没有蓝色的",
    "这个颜色已经卖完了，下周会重新补货",
)
NLU = """version: "3.1"
nlu:
  - intent: ask_ship_time
    examples: |
      - 什么时候发货
      - [蓝色](color)的外套啥时候能发出来
      - 今天可以发货吗
  - intent: ask_courier
    examples: |
      - 发什么快递
      - 可以发[顺丰]{"entity": "courier", "value": "顺丰"}吗
  - intent: chitchat
    examples: |
      - 今天天气真不错
      - 你吃饭了没有
"""
ARTICLE = """---
title: 用什么快递
intents: [ask_courier]
questions:
  - 默认发哪家快递
  - 能不能指定快递公司
updated: 2026-10-08
---
默认发中通快递，想发顺丰请在结算页面选择。

- 偏远地区由邮政配送，时效会长一些。
"""
PARAPHRASES = """- same:
    - 什么时候发货
    - 几点能寄出来
    - 东西啥时间出仓库
  different:
    - 什么时候到货
- same: [能便宜点吗, 打个折嘛]
  different: [有没有便宜的款式]
- same: [发什么快递, 用哪家物流寄]
"""
ANSWERS = """- topic: 快递
  passages:
    - text: 默认发中通快递，偏远地区由邮政配送。
      questions: [发什么快递, 我们村里能送到不]
    - text: 下单后四十八小时之内从仓库发出。
      questions: [几时寄出来, 今天拍明天走吗]
"""
PAIR_KINDS = ("passages", "paraphrases", "answers", "articles")


class Killed(BaseException):
    """What a kill does to a run, as seen from inside."""


def write_home(home: Path) -> Path:
    files = {
        "data/nlu/shop.yml": NLU,
        "kb/couriers.md": ARTICLE,
        "models/paraphrases/shop.yml": PARAPHRASES,
        "models/answers/shop.yml": ANSWERS,
    }
    for name, text in files.items():
        (home / name).parent.mkdir(parents=True)
        (home / name).write_text(text, encoding="utf-8")
    return home


def write_corpus(folder: Path, lines: tuple[str, ...] = TALK, source: str = "talk") -> Path:
    folder.mkdir(exist_ok=True)
    text = "".join(f"{line}\n" for line in lines).encode()
    (folder / f"{source}.cc0.txt.zst").write_bytes(zstandard.ZstdCompressor().compress(text))
    return folder


def recipe(**changes: Any) -> Recipe:
    small = {
        "sources": {"talk": 4, "project": 2},
        "layers": 1,
        "hidden": 16,
        "heads": 2,
        "intermediate": 32,
        "vocabulary_size": 4200,
        "sequence_length": 40,
        "max_positions": 64,
        "batch": 4,
        "steps": 6,
        "warmup": 2,
        "checkpoint_every": 2,
        "sentence_steps": 2,
        "sentence_batch": 4,
        "sentence_warmup": 1,
        "gram_buckets": 64,
        "gram_dimension": 8,
        "gram_steps": 3,
        "gram_batch": 4,
        "sentence_shares": dict.fromkeys(PAIR_KINDS, 1.0),
    }
    return Recipe(**{**small, **changes})


def packed(length: int = 40, lines: tuple[str, ...] = TALK * 6) -> tuple[Examples, list[str]]:
    vocabulary = build_vocabulary(list(lines), 4200)
    return pack(list(lines), vocabulary, length), vocabulary


def write_tokenizer(folder: Path, vocabulary: list[str]) -> BertTokenizerFast:
    """BERT's own tokenizer over those pieces, read from a vocab.txt as `pretrain` does."""
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    return BertTokenizerFast(str(folder / "vocab.txt"), do_lower_case=True)
