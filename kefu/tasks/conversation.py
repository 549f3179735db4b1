"""A task's way from the first wish to the summary to confirm, one message at a time.

Knows no Rasa and writes nothing: whoever hears the yes carries out `command()`.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace

from kefu.errors import OrderNotFoundError, RefusedError
from kefu.orders.commands import Command
from kefu.orders.reasons import is_question
from kefu.tasks.consent import plainly_agrees, plainly_refuses
from kefu.tasks.said import Button, Reply, Said
from kefu.tasks.step import NothingToDo, Situation, Step
from kefu.tasks.task import Task

CONFIRMED = "confirmed"
YES_OR_NO = (Button("确认", "/affirm"), Button("先不办了", "/deny"))
SAY_YES = "要办的话，请回复“确认”，我才会提交；不办就说“算了”。"
NO_SUCH_ORDER = "在您的账号下没有找到这笔订单。"

# A message with one of these intents may be an answer that the step has not recognised. Any other
# one is a matter of its own.
_POINTING = frozenset({None, "ask_product", "query_order", "request_refund"})  # 第九个: context.yml
# The same where any words answer: 老公不让买, 赠品没给我.
_WORDS = _POINTING | {
    "ask_gift",
    "ask_price",
    "cancel_order",
    "compare_product",
    "confirm_receipt",
    "order_problem",
    "place_order",
    "report_defect",
    "report_wrong_item",
    "request_refund",
}
# What these say of a reason is about going on, not a better reason: 太贵了，不退了.
_ABOUT_GOING_ON = frozenset({"affirm", "deny", "stop_flow", "request_human"})
# 算了，我要换货 is about another matter, whatever else in it looks like an answer.
_NEVER_MIND = re.compile(r"\s*(?:那|还是)?算了")


@dataclass(frozen=True)
class Turn:
    """Where a task stands after a message.

    Attributes:
        answers: by the names of the steps.
        asks: the step that waits for an answer, or CONFIRMED; None where the task has ended.
        replies: what to say, in order.
        understood: False where the message is none of the task's business; then nothing is said.
        agreed: a yes to the summary: carry the command out.
        offers_person: a person was offered, so that a yes means that.
    """

    answers: Mapping[str, str]
    asks: str | None = None
    replies: tuple[Reply, ...] = ()
    understood: bool = True
    agreed: bool = False
    offers_person: bool = False


@dataclass(frozen=True)
class TaskConversation:
    """One task with one buyer, as far as `situation.answers` go."""

    task: Task
    situation: Situation

    def begin(self, said: Said) -> Turn:
        """The first question that the message has not answered yet."""
        return self._with({})._with_all_found(said)._go_on()

    def hear(self, asks: str, said: Said) -> Turn:
        """What a message does to a task that waits for the answer to `asks`."""
        step = self._step(asks)
        if _NEVER_MIND.match(said.text) and said.intent not in (None, *self.task.intents):
            return Turn(self.situation.answers, asks, understood=False)
        if step is None and asks != CONFIRMED:  # another answer has made the question needless
            return self._go_on()
        try:
            value = step.read(said, self.situation) if step else None
        except NothingToDo as nothing:
            return Turn({}, replies=(Reply(nothing.text, nothing.buttons),))
        corrected = self._corrected(step, said) if value is None else None
        if corrected is not None:
            return corrected._go_on()
        if step is None:
            return self._hear_yes_or_no(said)
        if value is None and not is_question(said.text):
            ahead = self._with_all_found(said)  # 太贵了, where it was asked which of the goods
            if ahead.situation.answers.keys() > self.situation.answers.keys():
                return ahead._go_on()
        if value is None:
            usual = _WORDS if step.own_words else _POINTING
            other = said.intent not in usual | set(self.task.intents)
            other = other or (not step.own_words and self._wants_money_back(said))
            if other or not said.text or is_question(said.text):
                return Turn(self.situation.answers, asks, understood=False)
            if not step.own_words or self.task.only_wishes(said.text):
                question = step.ask(self.situation)
                return Turn(self.situation.answers, asks, (Reply(step.unclear), question))
            value = said.text.strip()
        here = self._with({**self.situation.answers, asks: value})
        # 第二个，尺码不合适 answers more than was asked; words for a reason may hold anything.
        return (here if step.own_words else here._with_all_found(said))._go_on()

    def _wants_money_back(self, said: Said) -> bool:
        """Another wish than the task's: 我要退款, where it was asked what to exchange for."""
        elsewhere = "request_refund" not in self.task.intents
        return elsewhere and said.intent == "request_refund" and "退" in said.text

    def ask_again(self) -> Turn:
        """The question that waits, after something else was talked about."""
        return self._go_on()

    def command(self) -> Command:
        """What a yes carries out."""
        command = self.task.command(self.situation.answers)
        if command is None:
            raise ValueError(f"Task {self.task.name} lacks an answer: ask its steps first.")
        return command

    def _hear_yes_or_no(self, said: Said) -> Turn:
        if self.task.agrees(said) or (said.intent == "affirm" and plainly_agrees(said.text)):
            return Turn(self.situation.answers, agreed=True)
        if said.intent == "affirm":
            return Turn(self.situation.answers, CONFIRMED, (Reply(SAY_YES, YES_OR_NO),))
        if said.intent == "deny" or (said.intent is None and plainly_refuses(said.text)):
            told = f"好的，那就不{self.task.label}，没有提交任何申请。需要的时候再叫我。"
            return Turn({}, replies=(Reply(told),))
        return Turn(self.situation.answers, CONFIRMED, understood=False)

    def _corrected(self, asks: Step | None, said: Said) -> TaskConversation | None:
        """With an earlier answer replaced, and without those that hung on it.

        For a message that does not answer what was asked. Where it may, because any words do, it
        replaces no words that were given before.
        """
        if is_question(said.text):
            return None
        own_words_stay = said.intent in _ABOUT_GOING_ON or (asks is not None and asks.own_words)
        for step in self._steps():
            given = self.situation.answers.get(step.name)
            if given is None or (asks is not None and step.name == asks.name):
                continue
            if step.own_words and own_words_stay:
                continue
            found = step.find(said, self.situation)
            if found is not None and found != given:
                rest = self._without(step.name)
                return rest._with({**rest.situation.answers, step.name: found})
        return None

    def _go_on(self, *before: Reply, mending: str | None = None) -> Turn:
        """The next question, or the summary to confirm, or why neither is possible.

        `before` says why the answer to `mending` would not do: that one is asked, never guessed.
        """
        here = self
        try:
            for answered in here._steps():
                if answered.name in here.situation.answers:
                    answered.check(here.situation)
            while (step := here._next(here.situation.answers)) is not None:
                only = None if step.name == mending else step.only(here.situation)
                if only is None:
                    question = step.ask(here.situation)
                    return Turn(here.situation.answers, step.name, (*before, question))
                here = here._with({**here.situation.answers, step.name: only})
            return here._summary(before)
        except NothingToDo as nothing:
            said = any(reply.text in nothing.text for reply in before)
            replies = before if said else (*before, Reply(nothing.text, nothing.buttons))
            return Turn({}, replies=replies, offers_person=said)
        except OrderNotFoundError:
            if "order" not in here.situation.answers:
                raise
            return here._without("order")._go_on(*before, Reply(NO_SUCH_ORDER), mending="order")
        except RefusedError as refusal:
            reason = Reply(refusal.reason)
            other = self.task.mended_by(refusal.code)
            if other is None or other not in here.situation.answers or before:
                return Turn({}, replies=(*before, reason), offers_person=True)
            return here._without(other)._go_on(reason, mending=other)

    def _summary(self, before: tuple[Reply, ...]) -> Turn:
        quote = self.situation.service.quote(self.situation.buyer, self.command())
        told = [step.told(self.situation) for step in self._steps()]
        lines = ["请确认一下：", *filter(None, told), quote.summary, f"确认{self.task.label}吗？"]
        summary = Reply("\n".join(lines), YES_OR_NO)
        return Turn(self.situation.answers, CONFIRMED, (*before, summary))

    def _steps(self) -> tuple[Step, ...]:
        return self.task.steps(self.situation)

    def _step(self, name: str) -> Step | None:
        return next((step for step in self._steps() if step.name == name), None)

    def _next(self, done: Container[str]) -> Step | None:
        """The first step that is not done; an answer may have brought it along."""
        return next((step for step in self._steps() if step.name not in done), None)

    def _with_all_found(self, said: Said) -> TaskConversation:
        """With whatever else the message surely answers."""
        here, tried = self, set(self.situation.answers)
        while (step := here._next(tried)) is not None:
            tried.add(step.name)
            found = step.find(said, here.situation)
            if found is not None:
                here = here._with({**here.situation.answers, step.name: found})
        return here

    def _with(self, answers: Mapping[str, str]) -> TaskConversation:
        return replace(self, situation=replace(self.situation, answers=dict(answers)))

    def _without(self, name: str) -> TaskConversation:
        """Without that answer and those that are about it."""
        about = {step.name for step in self._steps() if name in step.about}
        kept = self.situation.answers.items()
        return self._with({key: value for key, value in kept if key != name and key not in about})
