"""What is a yes to a summary and what is not, besides what NLU takes it for."""

from __future__ import annotations

import pytest

from kefu.tasks.consent import plainly_agrees, plainly_refuses

YES = (
    "|好的|嗯嗯|确认|确定提交|对|是的|可以|行吧|没问题|没错，就这样|OK|okk|提交吧|办吧|退吧|1|👌|確認"
    "|颜色不喜欢 确认|太贵了 好的|嗯 麻烦了|要的|同意|妥妥的"
)
NO = (
    "确忍|確認しません|はい|네|не надо|嗯 还是不要了|好像不对|行不行再说|别确认|先等等|no|I do not"
    "|好吧不退了|没想好|哈哈|谢谢|随便"
)


@pytest.mark.parametrize("text", YES.split("|"))
def test_a_plain_yes(text: str):
    assert plainly_agrees(text)


@pytest.mark.parametrize("text", NO.split("|"))
def test_anything_else(text: str):
    assert not plainly_agrees(text)


@pytest.mark.parametrize(
    "text",
    [
        "不对 不改了",
        "不改了",
        "不",
        "不要了",
        "算了",
        "先不退了吧",
        "那就不换了",
        "不用",
        "别改了",
        "不了，算了",
    ],
)
def test_nothing_but_a_no(text: str):
    assert plainly_refuses(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "不是这单",
        "不要红的",
        "改一下",
        "不对 是3号楼",
        "不改颜色 改尺码",
        "别的也行",
        "好",
        "不收费吗",
    ],
)
def test_more_or_less_than_a_no(text: str):
    assert not plainly_refuses(text)
