"""A reason for a refund inside a sentence that says more: 买大了想退，怎么弄."""

from __future__ import annotations

import re

_REASON = re.compile(
    r"[大小长短厚薄重]了|太[大小长短厚薄重硬软甜咸辣]|不合[适身脚]|不适合|不喜欢|不想要|不需要|用不[上到着]"
    r"|不值|太贵|[写填]错|贵了|[拍买点选下]错|[多重][拍买下]|[拍买下][多重]了|重复|色差|颜色不|款式不|不一样|不符|降价|便宜了|后悔|等不及|太慢|来不及"
    r"|不好[看用吃喝闻穿]|难[看用吃喝闻穿受]|不舒服|扎[人皮肉]|不满意|不实用|没(?:有|啥|什么)?效果"
    r"|坏|破|碎|裂|漏|掉色|起球|脱线|开线|瑕疵|质量|味道大|异味|发霉|过期|变质|少发|漏发|错发|发错|假"
)
_CLAUSE = re.compile(r"[，。！？；,!?;\n]+")


_QUESTION = re.compile(r"[吗嘛呢？?]|怎么|多久|多少|谁|哪|能不能|可不可以|是不是|什么")


def is_question(text: str) -> bool:
    """Whether the buyer asks rather than tells."""
    return _QUESTION.search(text) is not None


def reason_in(text: str) -> str | None:
    """The first clause that gives a reason, as the buyer wrote it; None where there is none."""
    for clause in _CLAUSE.split(text):
        if _REASON.search(clause):
            return clause.strip()
    return None
