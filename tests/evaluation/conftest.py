"""A model that Rasa trains in seconds: character counts, logistic regression, a lookup table."""

from __future__ import annotations

import contextlib
import io
import os
import warnings
from pathlib import Path
from unittest import mock

import pytest

LESSONS = {
    "ask_ship_time": (
        "什么时候发货 几号能发 还不发货 [今天](date)发吗 啥时候寄出 催一下发货 快点发货呀 "
        "发货没有 多久发货 怎么还没发"
    ),
    "request_refund": (
        "我要退款 怎么退款 退钱 想退货 申请退款 退款吧 能退吗 这个不要了退了 给我退款 退货怎么弄"
    ),
    "out_of_scope": (
        "[今天](date)天气真好 你喜欢听歌吗 股票涨了没 讲个笑话 一加一等于几 世界上谁最高 "
        "你吃饭了吗 足球谁赢 帮我写作文 [明天](date)下雨吗"
    ),
}
CONFIG = """# Which parts understand a message.
recipe: default.v1
assistant_id: tiny
language: zh
pipeline:
  - name: kefu.nlu.tokenizer.CharacterTokenizer
  - name: CountVectorsFeaturizer
    analyzer: char
    max_ngram: 2
  - name: LogisticRegressionClassifier
  - name: RegexEntityExtractor
    use_word_boundaries: false
  - name: FallbackClassifier
    threshold: 0.99  # so high that it refuses nearly everything
policies: []
"""


@pytest.fixture(scope="session")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with config.yml and data/nlu.yml."""
    folder = tmp_path_factory.mktemp("bot")
    (folder / "config.yml").write_text(CONFIG, encoding="utf-8")
    groups = [
        f"  - intent: {intent}\n    examples: |\n"
        + "".join(f"      - {text}\n" for text in texts.split())
        for intent, texts in LESSONS.items()
    ]
    table = "  - lookup: date\n    examples: |\n      - 今天\n      - 明天\n"
    (folder / "data").mkdir()
    content = 'version: "3.1"\nnlu:\n' + "".join(groups) + table
    (folder / "data" / "nlu.yml").write_text(content, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def tiny_model(bot: Path) -> Path:
    from rasa.model_training import train_nlu

    cache = mock.patch.dict(os.environ, {"RASA_CACHE_DIRECTORY": str(bot / "cache")})
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), cache:
        warnings.simplefilter("ignore")
        made = train_nlu(
            str(bot / "config.yml"), str(bot / "data"), str(bot), fixed_model_name="tiny"
        )
    return Path(made)
