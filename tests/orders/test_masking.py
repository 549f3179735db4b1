from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.orders.masking import (
    mask_address,
    mask_name,
    mask_phone,
    mask_tax_number,
    mask_text,
)


@pytest.mark.parametrize(
    ("name", "masked"),
    [("王小明", "王**"), ("李雷", "李*"), ("欧阳建国", "欧***"), ("张", "张*"), ("", "")],
)
def test_a_name_keeps_its_first_character(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("13800000001", "138****0001"), ("0571-88880000", "057******0000"), ("12345", "***45")],
)
def test_a_phone_keeps_its_ends(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("91330100MA2ABCDE0X", "9133**********DE0X"),
        ("330100123456789", "3301*******6789"),
        (" 12345 ", "***45"),
        ("1", "*"),
        ("", ""),
    ],
)
def test_a_tax_number_keeps_its_ends(number: str, masked: str) -> None:
    assert mask_tax_number(number) == masked


@pytest.mark.parametrize(
    ("mask", "masked"),
    [
        (mask_name, "王**"),
        (mask_phone, "138****0001"),
        (mask_tax_number, "9133**********DE0X"),
        (mask_address, "浙江省杭州市西湖区****"),
    ],
)
def test_what_is_masked_already_stays_as_it_is(mask: Callable[[str], str], masked: str) -> None:
    assert mask(masked) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("浙江省杭州市西湖区文三路18号3单元502", "浙江省杭州市西湖区****"),
        ("北京市朝阳区某某路1号", "北京市朝阳区****"),
        ("新疆维吾尔自治区乌鲁木齐市天山区某路3号", "新疆维吾尔自治区乌鲁木齐市天山区****"),
        ("四川省凉山彝族自治州西昌市航天大道3号", "四川省凉山彝族自治州西昌市****"),
        ("浙江省 杭州市 西湖区 文三路18号", "浙江省杭州市西湖区****"),
        ("江苏省南京市区府路1号", "江苏省南京市****"),
        ("青禾路18号", "青禾路****"),
        ("", ""),
    ],
)
def test_an_address_keeps_its_district(address: str, masked: str) -> None:
    assert mask_address(address) == masked


@given(st.text(alphabet="0123456789", min_size=3, max_size=20))
def test_most_of_a_phone_is_never_shown(phone: str) -> None:
    assert mask_phone(phone).count("*") == len(phone) - (7 if len(phone) >= 11 else 2)


@given(st.text(alphabet="浙江省杭州市西湖区小青禾路号单元0123456789", min_size=4, max_size=40))
def test_the_end_of_an_address_is_never_shown(address: str) -> None:
    masked = mask_address(address)
    assert masked.endswith("****")
    assert address.startswith(masked.removesuffix("****"))
    assert len(masked) - 4 < len(address)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("请打13800000001联系我", "请打138****0001联系我"),
        ("电话138 0000 0001或+86-139-0000-0002", "电话138****0001或139****0002"),
        ("１３８０００００００１，Ａ码", "138****0001，A码"),
        ("138000000011太长", "138000000011太长"),
        ("座机0571-88886666", "座机057*****6666"),
        ("身份证11010519491231002X", "身份证1101**********002X"),
        ("税号91330100MA2ABCDE0X，抬头青禾", "税号9133**********DE0X，抬头青禾"),
        ("退到6222020200112233445", "退到6222***********3445"),
        ("寄到杭州市西湖区青禾路18号3单元502室，别寄错", "寄到杭州市西湖区青禾路****，别寄错"),
        ("订单2026111576543217不要了", "订单2026111576543217不要了"),
        ("售后单R20261120123456", "售后单R20261120123456"),
        ("快递SF1234567890123", "快递SF1234567890123"),
        ("图https://img.example/13800000001.jpg", "图https://img.example/13800000001.jpg"),
        ("穿了2天，38码偏小，3号再说", "穿了2天，38码偏小，3号再说"),
    ],
)
def test_free_text_keeps_all_but_personal_numbers_and_doors(text: str, masked: str) -> None:
    assert mask_text(text) == masked
    assert mask_text(masked) == masked


@given(
    st.text(alphabet="请打电话 ，abc", max_size=8),
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.text(alphabet="联系我 。，", max_size=8),
)
def test_no_mobile_number_stays_in_free_text(before: str, phone: str, after: str) -> None:
    text = f"{before.rstrip('abc')}{phone}{after}"
    assert phone not in mask_text(text)
