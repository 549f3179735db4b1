"""What the buyer thinks of the service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.base import SafeAction
from actions.conversation import entities, message_key, message_text, verified_buyer
from kefu.handoff.scores import BEST, WORST, rating_in

SCORES = [
    {"title": f"{score}分 {label}", "payload": f"{score}分"}
    for score, label in zip(
        range(BEST, WORST - 1, -1),
        ("非常满意", "满意", "一般", "不满意", "非常不满意"),
        strict=True,
    )
]
ASK = "请您给这次服务打个分：1分最低，5分最高。"
OUT_OF_RANGE = "谢谢您愿意评价～评分是1到5分的整数，您看打几分合适？"
THANKS = "收到您的评价（{score}分），谢谢您的肯定！我们会继续努力。"
SORRY = (
    "收到您的评价（{score}分），没有让您满意，非常抱歉。您的意见我们会认真改进；"
    "问题还没解决的话，回复“转人工”，由同事接着为您处理。"
)


class RateService(SafeAction):
    """Writes a score down, or asks for one."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_rate_service"

    def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Sequence[EventType]:
        """Strangers may rate too."""
        text = message_text(tracker)
        rating = rating_in(text, entities(tracker).get("score", ()))
        if rating.score is None:
            dispatcher.utter_message(
                text=OUT_OF_RANGE if rating.out_of_range else ASK, buttons=SCORES
            )
            return []
        score = services.ratings().rate(
            verified_buyer(tracker), tracker.sender_id, rating.score, text, message_key(tracker)
        )
        told = THANKS if score > 2 else SORRY
        dispatcher.utter_message(text=told.format(score=score))
        return []
