"""Personal data as it may appear in a chat: enough to recognise, too little to misuse."""

from __future__ import annotations

import re

_DISTRICT = re.compile(
    r"(?:\D{2,8}?(?:省|自治区))?"
    r"(?:\D{1,8}?(?:市|自治州|盟|地区))?"
    r"(?:\D{1,8}?(?:(?<![小社园厂校])区|县|市|旗))?"
)
_UNMASKED_ADDRESS_CHARACTERS = 3


def mask_name(name: str) -> str:
    """Keep the first character: `王小明` → `王**`."""
    name = name.strip()
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""


def mask_phone(phone: str) -> str:
    """Keep three digits and the last four of a mobile number, two of any shorter one."""
    phone = phone.strip()
    if len(phone) >= 11:
        return phone[:3] + "*" * (len(phone) - 7) + phone[-4:]
    return "*" * max(len(phone) - 2, 0) + phone[-2:] if len(phone) > 2 else "*" * len(phone)


def mask_tax_number(number: str) -> str:
    """Keep the first and the last four characters of a whole number, the last two of any shorter.

    `91330100MA2ABCDE0X` → `9133**********DE0X`.
    """
    number = number.strip()
    if len(number) >= 15:  # GB 32100-2015 has 18 characters, older numbers 15
        return number[:4] + "*" * (len(number) - 8) + number[-4:]
    return "*" * max(len(number) - 2, 0) + number[-2:] if len(number) > 2 else "*" * len(number)


def mask_address(address: str) -> str:
    """Keep province, city and district; street and door become `****`.

    An address without these keeps its first three characters.
    """
    address = re.sub(r"\s+", "", address)
    if not address:
        return ""
    district = _DISTRICT.match(address)
    kept = district.group() if district else ""
    if not kept or kept == address:
        kept = address[:_UNMASKED_ADDRESS_CHARACTERS]
    return kept + "****"
