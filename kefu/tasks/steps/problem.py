"""What is wrong with goods that came, and the words in which the buyer says so."""

from __future__ import annotations

import re

from kefu.orders.commands import Problem
from kefu.orders.quoting import kind_of_fault, reports_fault
from kefu.orders.reasons import reason_in
from kefu.orders.shop_rules import ShopRules
from kefu.tasks.said import Button, Reply, Said
from kefu.tasks.step import Situation, Step

LABELS: dict[Problem, str] = {"defect": "坏了", "wrong_item": "发错了", "missing": "少发了"}

_CLAUSE = re.compile(r"[，。！？；,!?;\n]+")
# 不是坏了，是发错了: what it is not, and that somebody corrects.
_NOT_SO = re.compile(
    r"(?:并|也)?(?:不是(?!我|[那这要买拍订点])[^，,。\s是]{1,6}|没(?:有)?(?:发错|少发?|漏发?))[，,。\s]?"
)
_CORRECTS = re.compile(r"不是|[说选点搞弄]错|应该是|其实|改成")
_MISSING = re.compile(
    r"少(?:发|给|寄|装|放|了|个|件|[一两俩几\d])|漏[发寄装放给]|缺(?:件|少|了|斤|[一两\d])|还?差[一两俩\d]"
    r"|没(?:有)?(?:发[全齐]|给[全齐]|寄全|放|装进|给我?$)|没在(?:里面|箱|盒)|不够(?:数|[一两三四五六七八九十\d])"
    r"|(?:只|就)(?:有|收到|来|发|寄|到|给)(?:了|过来|我)?[一两俩二三四五六\d]|数量不[对够]|空[盒包箱]"
)
_WRONG = re.compile(
    r"[发寄给拿装配][得的]?错|錯|发[混岔]|[发寄给送装变](?:我|的)?成|不是我(?:要|买|拍|订|点|下单|的)|[货款码色味]儿?不对"
    r"|(?:别人|人家|旁人)的|唔系我|不是我?[那这要买拍订点](?:个|款|件|的|种)?|怎么(?:是|成|变)"
    r"|(?:我?[买拍要点订]的?是?|[码款色]).{1,10}(?:给|发|来|寄|到|收到|变)(?:的|了|成|我|是|个)"
)
# Enough where the intent says that it is one of both.
_MAYBE_MISSING = re.compile(r"[少缺漏差只]|没(?!坏|破|碎|错|问题|得说|开)|有一(?:个|只|件)$")
_MAYBE_WRONG = re.compile(
    r"不是|不对|不一样|错|别的|[要买拍订点选付][的了]|我[要拍买订点选付]|来[的了个]|[发给寄][的了个]|[啥谁]"
)
# It says that something is wrong, and nothing of what.
_BARE = re.compile(
    r"(?:我|你们?家?|这个?|那个?|收到|买|东西|商品|产品|货物?|宝贝|订单|反馈|反映|有点?|是|的|了|一下|想|要|出)*"
    r"(?:问题|毛病|不对劲?|售后)?[了啊呀吧。！!]*"
)


class ProblemStep(Step):
    """Faulty, wrong or too few. The answer is the command's `problem`."""

    name = "problem"
    unclear = "没有认出是哪一种问题。"

    def ask(self, situation: Situation) -> Reply:
        """Offers the three."""
        buttons = tuple(Button(label, label) for label in LABELS.values())
        return Reply("收到的商品是哪种问题？", buttons)

    def find(self, said: Said, situation: Situation) -> str | None:
        """What the words say; in the message that begins the task, what its intent says too.

        Later only words that correct: what is wrong may be told again with the evidence.
        """
        text = _NOT_SO.sub("", said.text)
        if self.name in situation.answers:
            return _by_words(text, situation) if _CORRECTS.search(said.text) else None
        if said.intent == "report_wrong_item":
            return _wrong_or_missing(text)
        if said.intent == "report_defect":
            return None if _BARE.fullmatch(text.strip()) else kind_of_fault(text)
        return _by_words(text, situation)

    def read(self, said: Said, situation: Situation) -> str | None:
        """A button, or what the words say."""
        return _by_words(_NOT_SO.sub("", said.text), situation)


class DescribedStep(Step):
    """What is wrong, in the buyer's words where there are any; never asked."""

    name = "reason"
    own_words = True

    def ask(self, situation: Situation) -> Reply:
        """For whoever asks all the same: `only` always has an answer."""
        return Reply("具体是什么情况？")

    def only(self, situation: Situation) -> str | None:
        """The kind of problem, where the first message said no more: evidence is asked for next."""
        return next((LABELS[p] for p in LABELS if p == situation.answers.get("problem")), None)

    def find(self, said: Said, situation: Situation) -> str | None:
        """The clause that tells of it, else the whole message that began the task."""
        text = said.text.strip()
        if _BARE.fullmatch(text):
            return None
        found = reason_in(text) or fault_in(text, situation.rules)
        if found is not None or self.name in situation.answers:
            return found
        reports = said.intent in ("report_defect", "report_wrong_item")
        return text if reports else None

    def told(self, situation: Situation) -> str:
        """The words."""
        return f"情况：{situation.answers[self.name]}"


def fault_in(text: str, rules: ShopRules) -> str | None:
    """The first clause that tells of what the shop's rules call a fault."""
    clauses = (clause.strip() for clause in _CLAUSE.split(text))
    return next((clause for clause in clauses if reports_fault(clause, rules)), None)


def _by_words(text: str, situation: Situation) -> Problem | None:
    named = _surely(text)
    return named or ("defect" if reports_fault(text, situation.rules) else None)


def _surely(text: str) -> Problem | None:
    """Missing or wrong, where the words leave no doubt."""
    kind = kind_of_fault(text)
    if kind != "defect":
        return kind
    if _MISSING.search(text):
        return "missing"
    return "wrong_item" if _WRONG.search(text) else None


def _wrong_or_missing(text: str) -> Problem | None:
    """Of a message that is surely about one of the two; None where it may be either."""
    named, missing, wrong = _surely(text), _MAYBE_MISSING.search(text), _MAYBE_WRONG.search(text)
    if named is None and bool(missing) != bool(wrong):
        return "missing" if missing else "wrong_item"
    return named
