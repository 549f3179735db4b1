"""Recipients, phones and addresses as buyers type them, made fit for a label, or refused."""

from __future__ import annotations

import re
import unicodedata

from kefu.orders.sentences import refuse
from kefu.orders.shop_rules import AddressChange
from kefu.orders.written_text import clean

NAME_MAX_CHARACTERS = 32
ADDRESS_MAX_CHARACTERS = 200

_PHONE_FILLING = re.compile(r"[\s\-－—()（）]+")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})", re.ASCII)
_LANDLINE = re.compile(r"0\d{9,11}", re.ASCII)
_NAME = re.compile(r"[^\W\d_][\w ·.•-]*")
# A place that a courier knows, and something below it: a street, a village, a door.
_PLACE = re.compile(r"[省市区县州盟旗]|北京|上海|天津|重庆|新疆|西藏|内蒙古|广西|宁夏")
_DOOR = re.compile(r"[路街道巷弄胡同镇乡村屯组号栋幢楼座室苑园院寓城庄校厂场站店]")
# 西藏中路 and 海南路 are streets elsewhere.
_STREET = r"(?!(?:[东南西北中]|大)?[路街道巷])"


def recipient(text: str) -> str:
    """A name of a person or a nickname, up to 32 characters."""
    name = _plain(text)
    if len(name) > NAME_MAX_CHARACTERS or not _NAME.fullmatch(name):
        raise refuse("address.bad_recipient")
    return name


def phone(text: str) -> str:
    """The digits of a mobile number of 11 digits, or of a landline with its area code."""
    digits = _PHONE_FILLING.sub("", _plain(text))
    mobile = _MOBILE.fullmatch(digits)
    if mobile:
        return mobile[1]
    if _LANDLINE.fullmatch(digits):
        return digits
    raise refuse("address.bad_phone")


def address(text: str) -> str:
    """One line with a place and a street, village or door, without control characters."""
    line = re.sub(r"\s+", " ", _plain(text))
    fits = 8 <= len(line) <= ADDRESS_MAX_CHARACTERS
    if not (fits and _PLACE.search(line) and _DOOR.search(line)):
        raise refuse("address.bad_address")
    return line


def region(address: str, rules: AddressChange) -> str | None:
    """The region with dearer freight that an address lies in, by how it begins; None elsewhere."""
    plain = re.sub(r"[\s,，、·]+", "", _plain(address)).removeprefix("中国")
    for name, beginnings in rules.remote.items():
        starts = "|".join(map(re.escape, beginnings))
        if re.match(rf"(?:{starts}){_STREET}", plain):
            return name
    return None


def _plain(text: str) -> str:
    """Full-width letters and digits become ASCII ones, look-alikes their usual form."""
    return clean(unicodedata.normalize("NFKC", text), len(text) * 4)
