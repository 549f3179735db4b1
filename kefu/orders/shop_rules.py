"""The shop's rules as a checked object: shop_rules.yml says what each number is for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml
from pydantic import BaseModel, Extra, Field, ValidationError, conint, validator

from kefu.errors import RulesError
from kefu.orders.periods import Count, Period

FILE = Path(__file__).with_name("shop_rules.yml")

Category = str
if TYPE_CHECKING:
    Whole = int
    Percent = int
else:
    Whole = conint(strict=True, ge=0)
    Percent = conint(strict=True, ge=0, le=100)


class _Part(BaseModel):
    class Config:
        extra = Extra.forbid
        frozen = True


class PaymentRules(_Part):
    """How long an order waits for its payment."""

    within_hours: Count


class NoReason(_Part):
    """Returns without a reason; both mappings are category → its Chinese name."""

    period: Period
    excluded: Mapping[Category, str]
    only_unopened: Mapping[Category, str]
    requests_per_order: Count


class Defect(_Part):
    """How long a fault may be reported, by what the buyer wants; some categories go by another."""

    refund: Period
    exchange: Period
    compensation: Period
    by_category: Mapping[Category, Period]


class Problems(_Part):
    """What is wrong with what came, or did not."""

    defect: Defect
    wrong_item: Period
    missing: Period
    not_received: Period
    lost_after: Period
    no_return_categories: tuple[Category, ...]
    no_return_below_cents: Whole
    evidence: Mapping[str, str]
    fault_words: str
    no_fault_words: str

    @validator("fault_words", "no_fault_words")
    @classmethod
    def _is_pattern(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"is no regular expression: {error}") from None
        return pattern


class Exchange(_Part):
    """Another size or colour."""

    period: Period
    times: Whole
    resend_within: Period


class Freight(_Part):
    """Who pays for sending goods back."""

    no_reason: Literal["buyer", "shop"]
    fault: Literal["buyer", "shop"]


class Returns(_Part):
    """Goods on their way back."""

    send_within: Period
    freight: Freight
    insurance_up_to_cents: Whole
    inspection_working_days: str


class Waiting(_Part):
    """How long a buyer waits for a person or for the money."""

    review_within: Period
    not_received_within: Period
    payment_working_days: str


class Automatic(_Part):
    """Up to how many cents no person looks first; None: whatever the amount."""

    cancel: Whole | None = Field(...)
    return_no_reason: Whole | None = Field(...)
    part_of_unshipped: Whole | None = Field(...)
    exchange_no_reason: Whole | None = Field(...)
    price_drop: Whole | None = Field(...)
    late: Whole | None = Field(...)


class PriceDrop(_Part):
    """The difference to a price that fell after payment."""

    period: Period
    excluded: tuple[Category, ...]
    times: Whole
    up_to_cents: Whole | None = Field(...)


class Late(_Part):
    """A coupon for late dispatch: a percentage of what was paid, within limits."""

    percent: Percent
    at_least_cents: Whole
    up_to_cents: Whole
    times: Whole
    coupon_valid: Period


class FreightBack(_Part):
    """Freight that the buyer advanced and the shop owes."""

    times: Whole
    up_to_cents: Whole


class Goodwill(_Part):
    """What a person may give at most."""

    times: Whole
    up_to_cents: Whole
    up_to_percent: Percent


class Compensation(_Part):
    """By ground."""

    price_drop: PriceDrop
    late: Late
    freight: FreightBack
    other: Goodwill


class AddressChange(_Part):
    """How often, and where freight is dearer: region → beginnings of its addresses."""

    times: Whole
    first_kilogram_cents: Whole
    remote: Mapping[str, tuple[str, ...]]


class ItemChange(_Part):
    """How long after payment; categories that are not named: until dispatch."""

    by_category: Mapping[Category, Period]


class Delay(_Part):
    """How long dispatch may wait, from payment."""

    period: Period
    by_category: Mapping[Category, Period]
    notice_days: Count


class ReceiptRules(_Part):
    """When a receipt confirms itself, and how that is put off."""

    confirmed_after: Period
    extension_days: Count
    extensions: Whole
    opens_days_before: Count
    by_person_days: Count


class Invoice(_Part):
    """How long after completion an invoice can be asked for."""

    period: Period
    working_days: Count
    tax_number_characters: Count
    correction: Period


class ShopRules(_Part):
    """All of shop_rules.yml."""

    payment: PaymentRules
    no_reason: NoReason
    problems: Problems
    exchange: Exchange
    returns: Returns
    waiting: Waiting
    automatic_up_to_cents: Automatic
    compensation: Compensation
    change_address: AddressChange
    change_item: ItemChange
    delay: Delay
    receipt: ReceiptRules
    invoice: Invoice
    warranty: Mapping[Category, Period]


def read_rules(file: Path = FILE) -> ShopRules:
    """The rules in `file`.

    Raises:
        RulesError: the file is not there or no YAML, or names the field that does not make sense.
    """
    try:
        data: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RulesError(f"{file} cannot be read: {error}") from None
    try:
        return ShopRules.parse_obj(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part != "__root__")
        raise RulesError(f"{file}: {place or 'the whole'}: {first['msg']}; correct it.") from None


@lru_cache(maxsize=1)
def shop_rules() -> ShopRules:
    """The rules that come with the package."""
    return read_rules()
