"""Questions and hand-offs: articles, the model, an honest no, and a person."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions import services
from actions.fallback import Fallback
from actions.handoff import OpenTicket
from actions.knowledge import AnswerQuestion, GuideToPerson
from tests.actions.scene import STRANGER, Shop, run, tracker
from tests.completions import completing

ASKED = "七天无理由退货怎么退"
UNKNOWN = "火星上几点日落"


class TestTheLadder:
    @pytest.mark.usefixtures("articles")
    @pytest.mark.parametrize("action", [AnswerQuestion, Fallback])
    def test_an_article_answers_and_names_itself(self, action: type[AnswerQuestion]):
        done = run(action(), tracker(ASKED, intent="ask_return_policy"))
        assert "七天内" in done.text
        assert "《七天无理由退货》" in done.text
        assert done.slots == {"offer": None}

    @pytest.mark.parametrize("action", [AnswerQuestion, Fallback])
    def test_without_articles_and_model_an_honest_no_offers_a_person(
        self, action: type[AnswerQuestion]
    ):
        done = run(action(), tracker(ASKED))
        assert "答不上来" in done.text
        assert done.payloads == ["/request_human", "/deny"]
        assert done.slots == {"offer": "person"}

    @pytest.mark.usefixtures("articles")
    def test_a_model_that_cannot_be_reached_is_an_honest_no_too(
        self, language_model: Callable[[str], None], caplog: pytest.LogCaptureFixture
    ):
        language_model("http://127.0.0.1:9/v1")
        done = run(Fallback(), tracker(UNKNOWN, intent="out_of_scope"))
        assert "答不上来" in done.text
        assert done.slots == {"offer": "person"}
        assert "http://127.0.0.1:9/v1" in caplog.text

    @pytest.mark.usefixtures("articles")
    def test_a_model_that_answers_is_marked_as_one(self, language_model: Callable[[str], None]):
        with completing("这个要看当地天气，店里没有资料。") as (url, _):
            language_model(url)
            done = run(Fallback(), tracker(UNKNOWN, intent="out_of_scope"))
        assert done.text.startswith("这个要看当地天气")
        assert "智能助手" in done.text
        assert done.slots == {"offer": None}

    def test_inside_a_form_there_is_nothing_to_say_yes_to(self):
        at = tracker(ASKED)
        at.active_loop = {"name": "task_form"}
        done = run(AnswerQuestion(), at)
        assert "转人工" in done.text
        assert done.payloads == []
        assert done.slots == {"offer": None}

    def test_articles_indexed_later_are_found_without_a_restart(
        self, request: pytest.FixtureRequest
    ):
        at = tracker(ASKED, intent="ask_return_policy")
        assert "答不上来" in run(AnswerQuestion(), at).text
        request.getfixturevalue("articles")
        assert "七天内" in run(AnswerQuestion(), at).text
        assert services.knowledge() is services.knowledge()


class TestGuidance:
    @pytest.mark.usefixtures("articles")
    def test_the_shops_rule_comes_before_the_offer(self):
        done = run(GuideToPerson(), tracker("想换货", intent="request_exchange"))
        assert "七天" in done.messages[0]["text"]
        assert "人工客服" in done.messages[1]["text"]
        assert done.slots == {"offer": "person"}

    def test_without_a_rule_there_is_the_offer_alone(self):
        done = run(GuideToPerson(), tracker("改地址", intent="change_address"))
        assert len(done.messages) == 1
        assert done.slots == {"offer": "person"}


class TestTickets:
    def test_the_number_and_the_place_in_the_queue_are_told(self, shop: Shop):
        before = shop.count("tickets")
        done = run(OpenTicket(), tracker("转人工"))
        assert shop.count("tickets") == before + 1
        assert "工单号 T" in done.text
        assert done.slots == {"offer": None}

    def test_the_same_message_processed_again_is_the_same_ticket(self, shop: Shop):
        before = shop.count("tickets")
        at = tracker("转人工", message_id="m-7")
        assert run(OpenTicket(), at).text == run(OpenTicket(), at).text
        assert shop.count("tickets") == before + 1

    @pytest.mark.usefixtures("production")
    def test_a_stranger_gets_a_person_too(self, shop: Shop):
        before = shop.count("tickets")
        assert "工单号" in run(OpenTicket(), tracker("转人工", sender=STRANGER)).text
        assert shop.count("tickets") == before + 1
