"""`rasa train`, then `rasa train --finetune` with one more message: the weights go on."""

from __future__ import annotations

import shutil
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from kefu.encoder.folder import load_model
from kefu.evaluation.predicting import NluModel
from kefu.run.process import Process
from kefu.settings import HOME, get_settings

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1500)]

EPOCHS = {
    "kefu.nlu.classifier.JointClassifier": 12,
    "kefu.dialogue.policy.TurnTransformerPolicy": 4,
}
LESSONS = {
    "greet": "在吗 你好 有人吗 您好呀 在不在 哈喽 早上好 亲在么 嗨 客服在吗 晚上好 哈喽在吗",
    "request_refund": (
        "我要退款 怎么退款 想退钱 申请退款 退款吧 把钱退我 不要了退款 给我退款 退钱 能退款不 "
        "退款退款 钱退给我"
    ),
    "ask_ship_time": (
        "什么时候发货 几号能发货 还不发货 今天发货吗 啥时候寄出 快点发货 多久发货 发货了没 "
        "怎么没发货 明天能发货吗 催发货 几天发货"
    ),
    "ask_invoice": (
        "开发票 能开发票吗 发票怎么开 要发票 电子发票有吗 发票抬头写公司 补开发票 发票发我邮箱 "
        "专票可以开吗 发票呢 我要开票 开个发票"
    ),
    "ask_coupon": (
        "有优惠券吗 优惠券怎么用 券用不了 领券在哪 给张券 满减券呢 优惠券过期了 有券没 "
        "新人券怎么领 券不能用 店铺券有吗 多送张券"
    ),
    "ask_warranty": (
        "保修多久 质保几年 坏了保修吗 有质保吗 过保了怎么办 保修期多长 全国联保吗 保修卡在哪 "
        "免费保修吗 质保一年吗 怎么保修 修要钱吗"
    ),
    "request_human": (
        "转人工 人工客服 找真人 我要人工 人工 换个人来 叫你们经理 别机器人了 转接人工 要真人 "
        "人工服务 真人客服"
    ),
    "change_address": (
        "改地址 地址写错了 换个收货地址 能改地址吗 收货地址改一下 地址填错 帮我改地址 "
        "寄到新地址 改收件地址 地址要换 想换地址 修改地址"
    ),
    "thank": "谢谢 多谢 谢谢亲 感谢 谢了 辛苦了 非常感谢 谢谢啦 谢谢你 太感谢了 多谢啦 感谢亲",
    "ask_stock": (
        "有[红色](color)吗 还有[蓝色](color)的没 [黑色](color)有货吗 [米白](color)断货了吗 "
        "[红色](color)还有货没 有[黑色](color)的吗 [蓝色](color)有现货吗 有没有[米白](color) "
        "[黑色](color)没货吗 [红色](color)补货吗 [米白](color)还有吗 [蓝色](color)缺货么"
    ),
}
OLD = {
    "有人在吗": "greet",
    "我想退款": "request_refund",
    "几号发货呀": "ask_ship_time",
    "发票能开吗": "ask_invoice",
    "优惠券在哪": "ask_coupon",
    "保修几年": "ask_warranty",
    "我要转人工": "request_human",
    "地址改一下": "change_address",
    "谢谢哈": "thank",
    "有蓝色吗": "ask_stock",
}
NEW = ("啥时候能到手里", "ask_ship_time")


def write_bot(folder: Path, lessons: dict[str, str]) -> None:
    """config.yml's own pipeline and policies with few epochs, over a small assistant's data."""
    config: dict[str, Any] = yaml.safe_load((HOME / "config.yml").read_text(encoding="utf-8"))
    for part in [*config["pipeline"], *config["policies"]]:
        if part["name"] in EPOCHS:
            part["epochs"] = EPOCHS[part["name"]]
        if part["name"].endswith("JointClassifier"):
            part["least_steps"] = 0
        if part["name"].endswith("TurnTransformerPolicy"):
            part["messages"] = None  # those of the project are not this assistant's
    nlu = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts.split())}
        for intent, texts in lessons.items()
    ]
    nlu.append({"lookup": "color", "examples": "- 红色\n- 蓝色\n- 黑色\n- 米白\n"})
    stories = [
        {"story": intent, "steps": [{"intent": intent}, {"action": f"utter_{intent}"}]}
        for intent in LESSONS
    ]
    domain = {
        "version": "3.1",
        "intents": list(LESSONS),
        "entities": ["color"],
        "actions": ["action_fallback"],
        "responses": {f"utter_{intent}": [{"text": intent}] for intent in LESSONS},
    }
    for file, content in {
        "config.yml": config,
        "domain.yml": domain,
        "data/nlu.yml": {"version": "3.1", "nlu": nlu},
        "data/stories.yml": {"version": "3.1", "stories": stories},
    }.items():
        (folder / file).parent.mkdir(exist_ok=True)
        written = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        (folder / file).write_text(written, encoding="utf-8")


def rasa_train(folder: Path, name: str, *more: str) -> tuple[int, str]:
    """Exit code and log of `rasa train` in the folder."""
    command = [sys.executable, "-m", "rasa", "train", "--fixed-model-name", name, *more]
    training = Process(
        "rasa train",
        [*command, "--augmentation", "0", "--skip-validation"],
        log=folder / "train.log",
        folder=folder,
        environment={"RASA_CACHE_DIRECTORY": str(folder / "cache"), "OMP_NUM_THREADS": "1"},
    )
    try:
        training.start()
        code = training.wait()
    finally:
        training.stop()
    return code, training.log.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an assistant that was trained."""
    folder = tmp_path_factory.mktemp("finetune")
    write_bot(folder, LESSONS)
    code, log = rasa_train(folder, "first")
    assert code == 0, log
    return folder


@pytest.fixture(scope="module")
def second(first: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy that was trained on with one more message."""
    folder = tmp_path_factory.mktemp("more") / "bot"
    shutil.copytree(first, folder)
    text, intent = NEW
    write_bot(folder, {**LESSONS, intent: f"{LESSONS[intent]} {text}"})
    code, log = rasa_train(
        folder, "second", "--finetune", "models/first.tar.gz", "--epoch-fraction", "0.5"
    )
    assert code == 0, log
    assert "epoch 6/6" in log  # half of the twelve
    return folder


def classifier(model: Path) -> dict[str, Any]:
    """The state of the JointClassifier in a trained model."""
    with tarfile.open(model) as archive:
        name = next(
            member.name
            for member in archive.getmembers()
            if "JointClassifier" in member.name and member.name.endswith("state.pt")
        )
        content = archive.extractfile(name)
        assert content is not None
        state: dict[str, Any] = torch.load(content, weights_only=True)
    return state


def flat(weights: dict[str, torch.Tensor]) -> torch.Tensor:
    """The layers of the encoder as one vector."""
    return torch.cat([weights[name].float().flatten() for name in sorted(weights)])


def test_the_weights_go_on_from_where_they_were(first: Path, second: Path):
    old = classifier(first / "models" / "first.tar.gz")
    new = classifier(second / "models" / "second.tar.gz")
    begun = load_model(get_settings().encoder).encoder.state_dict()
    before, after = (
        flat({name: state["weights"][f"bert.model.encoder.{name}"] for name in begun})
        for state in (old, new)
    )
    start = flat(begun)
    assert not torch.equal(before, after)
    assert torch.cosine_similarity(before - start, after - start, dim=0) > 0.7
    heads = [state["weights"]["intents.weight"].float().flatten() for state in (old, new)]
    assert torch.cosine_similarity(*heads, dim=0) > 0.7


def test_what_held_out_messages_decided_stays(first: Path, second: Path):
    old = classifier(first / "models" / "first.tar.gz")
    new = classifier(second / "models" / "second.tar.gz")
    for name in ("weight", "temperature", "least_confidence"):
        assert old[name] == new[name]


def test_old_messages_are_still_understood_and_the_new_one_is(second: Path):
    text, intent = NEW
    found = NluModel.load(second / "models" / "second.tar.gz").predict([*OLD, text])
    assert [prediction.intent for prediction in found] == [*OLD.values(), intent]
    assert [e["value"] for e in found[list(OLD).index("有蓝色吗")].entities] == ["蓝色"]


def test_a_new_intent_is_refused_in_words(first: Path, tmp_path: Path):
    folder = tmp_path / "bot"
    shutil.copytree(first, folder)
    write_bot(folder, {**LESSONS, "ask_size": "多大码 尺码怎么选 码数偏大吗"})
    code, log = rasa_train(folder, "third", "--finetune", "models/first.tar.gz")
    assert code != 0
    assert "Cannot finetune because NLU training data contains new labels" in log
    assert not (folder / "models" / "third.tar.gz").exists()
