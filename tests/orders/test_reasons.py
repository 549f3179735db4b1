"""A reason inside a sentence that says more."""

from __future__ import annotations

import pytest

from kefu.orders.reasons import is_question, reason_in


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("买大了想退，怎么弄", "买大了想退"),
        ("我要退款，不喜欢", "不喜欢"),
        ("退了吧，拍错了。谢谢", "拍错了"),
        ("多拍了一件", "多拍了一件"),
        ("买多了，退一个", "买多了"),
        ("重复下单了", "重复下单了"),
        ("颜色不对，退", "颜色不对"),
        ("这个太薄了！退货", "这个太薄了"),
        ("杯子碎了，要退", "杯子碎了"),
        ("昨天到的;掉色;想退", "掉色"),
        ("衣服不合身\n能退吗", "衣服不合身"),
        ("降价了我要退", "降价了我要退"),
        ("发错货了", "发错货了"),
        ("太贵了", "太贵了"),
        ("等不及了，退款", "等不及了"),
        ("料子扎人 穿着不舒服", "料子扎人 穿着不舒服"),
        ("难吃，退了吧", "难吃"),
        ("用了一周没啥效果", "用了一周没啥效果"),
        ("对尺寸不满意；想退", "对尺寸不满意"),
    ],
)
def test_the_clause_that_says_why(text: str, reason: str):
    assert reason_in(text) == reason


@pytest.mark.parametrize(
    "text", ["", "我要退款", "退一下订单", "怎么退货", "，。！", "2026110510028346", "😂"]
)
def test_no_reason(text: str):
    assert reason_in(text) is None


@pytest.mark.parametrize("text", ["能退吗", "运费谁出", "多久到账", "怎么退？", "什么时候退"])
def test_a_question(text: str):
    assert is_question(text)


@pytest.mark.parametrize("text", ["不喜欢", "太贵了", "买大了", ""])
def test_no_question(text: str):
    assert not is_question(text)
