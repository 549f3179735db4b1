"""The guard of every held-out set finds what it is there to find."""

from __future__ import annotations

from tests.near_copies import near_copies


def test_near_copies_are_found():
    trained = {"什么时候发货呀", "能便宜点吗"}
    assert near_copies(trained, {"什么时候发货？", "便宜"}) == [
        ("什么时候发货呀", "什么时候发货？")
    ]
