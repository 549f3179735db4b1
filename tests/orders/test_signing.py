"""Who does not know the secret cannot make, change, keep or redirect a request."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.errors import SignatureError
from kefu.orders.signing import sign, signed_headers, verify_signature

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=timezone.utc)
SECRET, OLD, WRONG = "s" * 40, "o" * 40, "w" * 40
BODY = '{"订单":"2026111012340001"}'.encode()


def test_the_signature_is_what_the_document_says():
    headers = signed_headers(SECRET, BODY, NOW)
    message = headers["Kefu-Timestamp"].encode() + b"." + BODY
    assert headers["Kefu-Timestamp"] == str(int(NOW.timestamp()))
    assert headers["Kefu-Signature"] == (
        "v1=" + hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()
    )


def test_a_known_answer():
    """As `openssl dgst -sha256 -hmac` computes it."""
    assert sign("key" * 12, "1795147200", b"{}") == (
        "v1=3947556451b054b702edc686d5d136a6a416a91eae74cf749a1bccd3ddfcbcef"
    )


@given(st.binary(max_size=300), st.integers(-300, 300))
def test_what_was_signed_within_the_window_passes(body: bytes, seconds: int):
    headers = signed_headers(SECRET, body, NOW)
    verify_signature([SECRET], headers, body, NOW + timedelta(seconds=seconds))


def test_names_of_headers_come_in_any_case():
    headers = {name.upper(): value for name, value in signed_headers(SECRET, BODY, NOW).items()}
    verify_signature([SECRET], headers, BODY, NOW)


def test_while_a_secret_changes_both_pass():
    for secret in (SECRET, OLD):
        verify_signature([SECRET, OLD], signed_headers(secret, BODY, NOW), BODY, NOW)
    with pytest.raises(SignatureError, match="does not fit"):
        verify_signature([SECRET], signed_headers(OLD, BODY, NOW), BODY, NOW)


@given(st.data())
def test_no_byte_of_the_body_can_be_changed(data: st.DataObject):
    place = data.draw(st.integers(0, len(BODY) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != BODY[place]))
    changed = BODY[:place] + bytes([other]) + BODY[place + 1 :]
    with pytest.raises(SignatureError, match="does not fit"):
        verify_signature([SECRET], signed_headers(SECRET, BODY, NOW), changed, NOW)


def test_the_timestamp_cannot_be_changed():
    headers = signed_headers(SECRET, BODY, NOW - timedelta(hours=1))
    fresh = {**headers, "Kefu-Timestamp": str(int(NOW.timestamp()))}
    with pytest.raises(SignatureError, match="does not fit"):
        verify_signature([SECRET], fresh, BODY, NOW)


def test_the_full_stop_cannot_move_between_timestamp_and_body():
    headers = signed_headers(SECRET, b"5.{}", NOW)
    moved = {**headers, "Kefu-Timestamp": headers["Kefu-Timestamp"] + ".5"}
    with pytest.raises(SignatureError):
        verify_signature([SECRET], moved, b"{}", NOW)


@pytest.mark.parametrize("seconds", [-301, 301, -86_400, 86_400])
def test_what_is_too_old_or_from_the_future_does_not_pass(seconds: int):
    headers = signed_headers(SECRET, BODY, NOW + timedelta(seconds=seconds))
    with pytest.raises(SignatureError, match="300 seconds"):
        verify_signature([SECRET], headers, BODY, NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"Kefu-Timestamp": ""},
        {"Kefu-Timestamp": "now"},
        {"Kefu-Timestamp": "-5"},
        {"Kefu-Timestamp": "1e9"},
        {"Kefu-Timestamp": "１７９５１４７２００"},
        {"Kefu-Timestamp": "9" * 400},
        {"Kefu-Signature": ""},
        {"Kefu-Signature": "v1="},
        {"Kefu-Signature": "v0=" + "0" * 64},
        {"Kefu-Signature": "v1=" + "0" * 64},
        {"Kefu-Signature": "v1=" + "Z" * 64},
        {"Kefu-Signature": "0" * 64},
    ],
    ids=str,
)
def test_headers_that_make_no_sense(change: dict[str, str]):
    headers = {**signed_headers(SECRET, BODY, NOW), **change}
    with pytest.raises(SignatureError) as raised:
        verify_signature([SECRET], headers, BODY, NOW)
    assert sign(SECRET, str(int(NOW.timestamp())), BODY)[3:] not in str(raised.value)


def test_without_headers_or_secrets_nothing_passes():
    with pytest.raises(SignatureError):
        verify_signature([SECRET], {}, BODY, NOW)
    with pytest.raises(SignatureError):
        verify_signature([], signed_headers(SECRET, BODY, NOW), BODY, NOW)
    with pytest.raises(SignatureError):
        verify_signature([WRONG], signed_headers(SECRET, BODY, NOW), BODY, NOW)
