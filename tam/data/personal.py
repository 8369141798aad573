"""Columns that can tell who a respondent is. They are dropped on reading unless the study asks for them."""

from __future__ import annotations

import re

from tam.data.wording import heading

_WORDS = """
    ip ipaddress ip_address 来自ip ip地址 name fullname full_name firstname lastname first_name last_name
    username user_name nickname nick_name surname realname 姓名 名字 昵称 用户名 email e-mail mail 邮箱 邮件
    phone mobile telephone tel cellphone 手机 手机号 手机号码 电话 电话号码 address 地址 住址 latitude
    longitude lat lon lng location geolocation gps 位置 经度 纬度 地理位置 qq 微信 wechat weixin 学号 工号
    emailaddress externaldatareference 自定义字段 用户标识 用户id 用户类型
    来源详情 externalreference openid unionid ua useragent user_agent referrer referer
"""
_EXACT = frozenset(_WORDS.split())
_STARTS = ("recipient", "location", "panelist", "participant email", "custom data", "地理位置")
_PHRASES = re.compile(
    r"\b(?:e-?mail(?: address)?|phone(?: number)?|mobile(?: number)?|first name|last name|full name|"
    r"your name|home address|street address|postal address|ip address|wechat id|student (?:id|number)|"
    r"passport|id card)\b"
)
_CHINESE = re.compile(
    r"您的姓名|真实姓名|联系方式|联系电话|手机号|电话号码|电子邮箱|电子邮件|邮箱地址|身份证|微信号|微信昵称|"
    r"qq号|家庭住址|通讯地址|收货地址|详细地址|ip地址|支付宝账号"
)
_POLITE = re.compile(
    r"^(?:请(?:输入|填写|留下|提供)?)?(?:您|你)?的?|^(?:please (?:enter|give|provide) )?(?:your )?"
)
_LONGEST = 60


def is_personal(header: str) -> bool:
    """Does the header of a column ask for name, address, number, place or account of a person?

    Generous on purpose: only columns that no item and no variable points to are asked about, so nothing that
    a study uses is lost, and a column wrongly taken for personal is merely listed under another heading.
    """
    wording = heading(header).wording
    bare = _POLITE.sub("", wording).strip()
    if wording in _EXACT or bare in _EXACT or bare.replace(" ", "") in _EXACT:
        return True
    if len(wording) > _LONGEST:
        return False
    return wording.startswith(_STARTS) or bool(_PHRASES.search(wording) or _CHINESE.search(wording))
