"""What is a yes to a summary and what is not, besides what NLU takes it for."""

from __future__ import annotations

import pytest

from kefu.tasks.consent import plainly_agrees

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
