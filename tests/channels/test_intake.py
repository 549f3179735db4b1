"""What is let in, and what each refusal says."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.channels.intake import Incoming, Refusal, clean, read_message

LONGEST = 1_000


def body(**fields: object) -> bytes:
    return json.dumps({"sender": "buyer-0001", "message": "你好", **fields}).encode()


def refusal(content: bytes) -> Refusal:
    with pytest.raises(Refusal) as raised:
        read_message(content, LONGEST)
    return raised.value


class TestWhatPasses:
    @pytest.mark.parametrize(
        ("message", "text"),
        [
            ("你好", "你好"),
            ("  你好 \n", "你好"),
            ("第一行\n第二行\t完", "第一行\n第二行\t完"),
            ("😂😂", "😂😂"),
            ("👨‍👩‍👧", "👨‍👩‍👧"),
            ("？", "？"),
            ("你\x00好\x07", "你 好"),
            ("你\ud800好", "你\ufffd好"),
            ("\ud83d\ude02", "😂"),
            ("字" * LONGEST, "字" * LONGEST),
        ],
    )
    def test_the_text_arrives_clean(self, message: str, text: str):
        assert read_message(body(message=message), LONGEST) == Incoming("buyer-0001", text)

    @pytest.mark.parametrize("sender", ["a", "buyer-0001", "u_1.2:3@shop", "9" * 100])
    def test_a_sender_is_a_short_plain_id(self, sender: str):
        assert read_message(body(sender=sender), LONGEST).sender == sender

    def test_other_fields_make_no_difference(self):
        content = body(metadata={"customer_id": "buyer-0002"}, input_channel="x", stream=True)
        assert read_message(content, LONGEST) == Incoming("buyer-0001", "你好")

    def test_utf_16_is_json_too(self):
        content = '{"sender": "a", "message": "你好"}'.encode("utf-16")
        assert read_message(content, LONGEST).text == "你好"


class TestWhatDoesNot:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "not_json"),
            (b"hello", "not_json"),
            (b'{"sender": "a", "message": "hi"', "not_json"),
            (b"\xff\xfe\xfa\x00", "not_json"),
            (b'{"sender": "a", "message": "\xe4\xbd"}', "not_json"),
            (b"[" * 100_000, "not_json"),
            (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "not_json"),
            (b'{"a": ' + b"9" * 100_000 + b"}", "not_json"),
            (b"[]", "not_an_object"),
            (b'[{"sender": "a", "message": "hi"}]', "not_an_object"),
            (b'"hi"', "not_an_object"),
            (b"null", "not_an_object"),
            (b"{}", "bad_sender"),
            (b'{"message": "hi"}', "bad_sender"),
            (body(sender=""), "bad_sender"),
            (body(sender=None), "bad_sender"),
            (body(sender=7), "bad_sender"),
            (body(sender=["a"]), "bad_sender"),
            (body(sender="-a"), "bad_sender"),
            (body(sender="a b"), "bad_sender"),
            (body(sender="a\n"), "bad_sender"),
            (body(sender="买家"), "bad_sender"),
            (body(sender="../a"), "bad_sender"),
            (body(sender="a" * 101), "bad_sender"),
            (body(sender="a'; drop table orders"), "bad_sender"),
            (b'{"sender": "a"}', "bad_message"),
            (body(message=None), "bad_message"),
            (body(message=5), "bad_message"),
            (body(message={"text": "hi"}), "bad_message"),
            (body(message=["hi"]), "bad_message"),
            (body(message=""), "empty_message"),
            (body(message=" \n\t\u3000"), "empty_message"),
            (body(message="\x00\x07\x1b"), "empty_message"),
        ],
        ids=lambda value: value if isinstance(value, str) else value[:24].decode("latin-1"),
    )
    def test_a_400_with_a_word_for_programs_and_sentences_for_people(
        self, content: bytes, code: str
    ):
        found = refusal(content)
        assert (found.status, found.code) == (400, code)
        assert found.body() == {"error": code, "detail": found.detail, "text": found.text}
        assert found.detail.isascii()
        assert "请" in found.text

    @pytest.mark.parametrize("length", [LONGEST + 1, 100_000])
    def test_a_message_too_long_is_told_both_lengths(self, length: int):
        found = refusal(body(message="字" * length))
        assert (found.status, found.code) == (413, "message_too_long")
        assert str(length) in found.detail
        assert str(LONGEST) in found.detail
        assert "1000字" in found.text

    @given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8")))
    def test_any_bytes_pass_or_are_refused(self, content: bytes):
        with contextlib.suppress(Refusal):
            assert read_message(content, LONGEST).text


@given(st.text(st.characters() | st.characters(categories=("Cs", "Cc")), max_size=80))
def test_clean_text_is_valid_utf_8_and_stays_so(text: str):
    once = clean(text)
    once.encode("utf-8")
    assert clean(once) == once
    assert once == once.strip()
    assert not any(letter < " " and letter not in "\n\t" for letter in once)


@given(st.text("你好😂，。abc123 \n", max_size=50))
def test_ordinary_text_is_left_as_it_is(text: str):
    assert clean(text) == text.strip()
