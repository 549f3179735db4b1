"""Personal data as it may appear in a chat: enough to recognise, too little to misuse."""

from __future__ import annotations

import re

_DISTRICT = re.compile(
    r"(?:\D{2,8}?(?:省|自治区))?"
    r"(?:\D{1,8}?(?:市|自治州|盟|地区))?"
    r"(?:\D{1,8}?(?:(?<![小社园厂校])区|县|市|旗))?"
)
_UNMASKED_ADDRESS_CHARACTERS = 3

# No order number (16 digits that begin with the year), case number or usual tracking number is one
# of these.
_ALONE, _END, _GAP = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])", r"[ \-－–—]?"
_CODE = "0-9A-HJ-NPQRTUWXYa-hj-npqrtuwxy"
_NUMBERS = re.compile(
    r"(?P<link>https?://[!-~]+)|"
    rf"{_ALONE}(?:"
    rf"(?:(?:\+|00)?86{_GAP})?(?P<phone>1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}"  # mobile
    rf"|0\d{{2,3}}{_GAP}\d{{7,8}})"  # landline with its area code
    rf"|(?P<number>\d{{17}}[\dXx]"  # citizens: GB 11643-1999
    rf"|[{_CODE}]{{2}}\d{{6}}[{_CODE}]{{10}}"  # companies: GB 32100-2015
    r"|[3-6]\d{15,18})"  # bank cards: ISO/IEC 7812
    rf"){_END}"
)
_HALF_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B))} | {
    code: code - 0xFEE0 for code in range(0xFF41, 0xFF5B)
}
_STREET = re.compile(
    r"(?P<place>[\u4e00-\u9fff]{1,12}?(?:路|街|巷|弄|大道|村|镇|小区|花园|新村))"
    r"(?P<door>[0-9一二三四五六七八九十百]{1,5}(?:号|弄|幢|栋|座)"
    r"[0-9A-Za-z一二三四五六七八九十\-号弄幢栋座楼层单元室门]*)"
)


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


def mask_text(text: str) -> str:
    """Mask the numbers of phones, people, companies and bank cards, and the doors of addresses.

    `打13800000001，文三路18号3单元502` → `打138****0001，文三路****`. Links stay whole. A number in
    Chinese characters, a name, or an address without a house number is not recognised.
    """
    masked = _NUMBERS.sub(_mask_number, text.translate(_HALF_WIDTH))
    return _STREET.sub(lambda found: f"{found['place']}****", masked)


def _mask_number(found: re.Match[str]) -> str:
    if found["link"]:
        return found["link"]
    if found["phone"]:
        return mask_phone(re.sub(_GAP, "", found["phone"]))
    return mask_tax_number(found["number"])


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
