from __future__ import annotations

import locale
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import DateRefused
from store.text.dates import (
    event_day,
    find_moment,
    format_rfc822,
    format_rfc3339,
    format_vietnamese,
    parse_moment,
)
from store.types import VIETNAM, Moment, Precision

OFFSETS = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
INSTANTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 12, 31), timezones=OFFSETS).map(  # noqa: DTZ001  bounds are local
    lambda at: at.replace(microsecond=0)
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("05/11/2020", "2020-11-05"),
        ("5.11.2020", "2020-11-05"),
        ("30-12-2020", "2020-12-30"),
        ("2020-11-05", "2020-11-05"),
        ("29 Tháng Mười Hai 2020", "2020-12-29"),
        ("29 tháng tư, 2020", "2020-04-29"),
        ("ngày 29 tháng 12 năm 2020", "2020-12-29"),
        ("Thứ Tư, ngày 30 tháng 12 năm 2020", "2020-12-30"),
        ("30/12/2020 (Thứ Tư)", "2020-12-30"),
        ("Chủ nhật, 27/12/2020", "2020-12-27"),
        ("Ngày đăng: 30/12/2020", "2020-12-30"),
        ("Mùng 2 tháng 9 năm 2020", None),
        ("ngày mùng 2 tháng 9 năm 2020", "2020-09-02"),
    ],
)
def test_day(text: str, wanted: str | None) -> None:
    if wanted is None:
        with pytest.raises(DateRefused):
            parse_moment(text)
        return
    noon = datetime.fromisoformat(f"{wanted}T12:00:00+07:00")
    assert parse_moment(text) == Moment(noon, Precision.DAY)
    assert find_moment(text) == Moment(noon, Precision.DAY)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Thứ Tư, 30/12/2020, 14:30 (GMT+7)", "2020-12-30T14:30:00+07:00"),
        ("29-12-2020 08:05 CH", "2020-12-29T20:05:00+07:00"),
        ("29-12-2020 12:05 SA", "2020-12-29T00:05:00+07:00"),
        ("29-12-2020 12:05 CH", "2020-12-29T12:05:00+07:00"),
        ("29-12-2020 14:05 CH", "2020-12-29T14:05:00+07:00"),
        ("Cập nhật lúc: 14h30, 30/12/2020", "2020-12-30T14:30:00+07:00"),
        ("Cập nhật lúc 14 giờ 30 phút ngày 30/12/2020", "2020-12-30T14:30:00+07:00"),
        ("14h ngày 30/12/2020", "2020-12-30T14:00:00+07:00"),
        ("30/12/2020 | 14:30 GMT+7", "2020-12-30T14:30:00+07:00"),
        ("30/12/2020 - 14:30:09 UTC+07:00", "2020-12-30T14:30:09+07:00"),
        ("30/12/2020 lúc 14:30", "2020-12-30T14:30:00+07:00"),
        ("30/12/2020 14:30 (GMT + 7)", "2020-12-30T14:30:00+07:00"),
        ("2020-11-05T08:05:06.123Z", "2020-11-05T08:05:06+00:00"),
        ("2020-12-30T14:30:00+07:00", "2020-12-30T14:30:00+07:00"),
        ("2020-12-30 14:30 -0330", "2020-12-30T14:30:00-03:30"),
        ("Wed, 30 Dec 2020 14:30:00 +0700", "2020-12-30T14:30:00+07:00"),
        ("Wed, 30 Dec 2020 14:30:00 GMT+7", "2020-12-30T14:30:00+07:00"),
        ("Thu, 31 Dec 2020 14:30:00 GMT", "2020-12-31T14:30:00+00:00"),
        ("1 Jan 2021 00:00:00 UT", "2021-01-01T00:00:00+00:00"),
    ],
)
def test_minute(text: str, wanted: str) -> None:
    moment = parse_moment(text)
    assert moment.instant.isoformat() == wanted
    assert moment.precision is Precision.MINUTE
    assert find_moment(text) == moment


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("12/30/2020", "no month 30"),
        ("31/02/2020", "no day 31"),
        ("32 Tháng Mười Hai 2020", "no day 32"),
        ("2020-13-01", "no month 13"),
        ("30/12/20", "two digits"),
        ("Ngày đăng: 5-3-21 8:00", None),
        ("30/12/2020 24:30", "no time 24:30"),
        ("24:00 30/12/2020", "no time 24:00"),
        ("30/12/2020 14:60", "no time 14:60"),
        ("30/12/2020 14:30 SA", "SA or CH"),
        ("30/12/2020 00:30 CH", "SA or CH"),
        ("30/12/1899", "1899"),
        ("01/01/2201", "2201"),
        ("Thứ Ba, 30/12/2020, 14:30", "not the weekday"),
        ("30/12/2020 (Thứ Năm)", "not the weekday"),
        ("30/12/2020 14:30 GMT+15", "offset"),
        ("30/12/2020 14:30 EST", "not a date"),
        ("30/12-2020", None),
        ("29 tháng Chạp 2020", "not a date"),
        ("2020/12/30", "not a date"),
    ],
)
def test_what_is_no_date_is_refused_with_its_text(text: str, reason: str | None) -> None:
    with pytest.raises(DateRefused, match=reason) as refused:
        parse_moment(text, field="published")
    assert (refused.value.field, refused.value.value) == ("published", text)
    assert "30/12/2020" in refused.value.accepted
    if reason is not None:
        with pytest.raises(DateRefused, match=reason):
            find_moment(text)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Thu Trang",
        "14:30",
        "1.2.3",
        "1.2.10 Nhiệm vụ",
        "12-10-20",
        "024.3825.1234",
        "0912-345-678",
        "192.168.1.1",
        "Năm 2020",
        "Tháng 12 năm 2020",
        "Ngày 2 tháng 9",
        "Chiều 29/12",
        "Hội nghị ngày 30/12/2020",
        "Cập nhật: Danh sách thí sinh 2020",
        "Chiều 31/02/2020, Khối thi đua họp",
        "1" * 5000,
        "t" * 150 + "!",
    ],
)
def test_other_lines_are_no_dates(line: str) -> None:
    assert find_moment(line) is None
    with pytest.raises(DateRefused):
        parse_moment(line)


@given(INSTANTS)
def test_every_instant_comes_back_from_both_feed_formats(at: datetime) -> None:
    for written in (format_rfc822(at), format_rfc3339(at)):
        read = parse_moment(written).instant
        assert (read, read.utcoffset()) == (at, at.utcoffset())
    assert parsedate_to_datetime(format_rfc822(at)) == at
    assert datetime.fromisoformat(format_rfc3339(at)) == at


@given(INSTANTS, st.sampled_from(list(Precision)))
def test_what_readers_see_can_be_read_again(at: datetime, precision: Precision) -> None:
    at = at.replace(tzinfo=VIETNAM, second=0)
    read = parse_moment(format_vietnamese(Moment(at, precision)))
    wanted = at if precision is Precision.MINUTE else at.replace(hour=12, minute=0)
    assert read == Moment(wanted, precision)


@given(st.text(alphabet="0123456789/-.: thángnămgiờSACH+GMTZ,()", max_size=30))
def test_any_line_is_a_moment_none_or_refused(line: str) -> None:
    try:
        found = find_moment(line)
    except DateRefused:
        found = None
    if found is not None:
        assert parse_moment(line) == found


def test_formats() -> None:
    at = datetime(2020, 12, 30, 14, 30, 5, tzinfo=VIETNAM)
    assert format_rfc822(at) == "Wed, 30 Dec 2020 14:30:05 +0700"
    assert format_rfc3339(at) == "2020-12-30T14:30:05+07:00"
    assert format_rfc822(datetime(2021, 1, 1, tzinfo=UTC)) == "Fri, 01 Jan 2021 00:00:00 +0000"
    assert format_rfc3339(datetime(2021, 1, 1, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))).endswith("-03:30")
    assert format_vietnamese(Moment(at)) == "Thứ Tư, 30/12/2020, 14:30"
    assert format_vietnamese(Moment(at, Precision.DAY)) == "Thứ Tư, 30/12/2020"


def test_a_date_without_offset_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="offset"):
        format_rfc822(datetime(2020, 12, 30))  # noqa: DTZ001  the naive one is the case


def test_writing_never_asks_for_a_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> str:
        raise AssertionError("the locale belongs to the process")

    monkeypatch.setattr(locale, "setlocale", refuse)
    assert format_rfc822(datetime(2020, 3, 1, tzinfo=VIETNAM)).startswith("Sun, 01 Mar")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Chiều 29/12, Khối thi đua tổ chức Hội nghị", date(2020, 12, 29)),
        ("Sáng nay (3/1), tại Bắc Kạn", date(2021, 1, 3)),
        ("Ngày 4/1 tới", date(2020, 1, 4)),
        ("Trong ngày 28-29/12 đã diễn ra", date(2020, 12, 28)),
        ("Tối ngày 20 tháng 10 năm 2019", date(2019, 10, 20)),
        ("Ngày 29/2", date(2020, 2, 29)),
        ("Có 1/2 số phiếu, đạt 3/4", None),
        ("Trực 24/7", None),
        ("Ngày 31/2 không có", None),
        ("Không có ngày nào", None),
    ],
)
def test_event_day(text: str, wanted: date | None) -> None:
    assert event_day(text, article_day=date(2021, 1, 2)) == wanted
