"""Settings: what is accepted, what is refused and in which words, and that every one is told."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta, timezone
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from feeds.settings import Settings, unknown_names
from store.database import Database
from store.errors import InputError


def read(**said: str) -> Settings:
    return Settings.from_env(said)


def test_what_is_not_set_has_its_default() -> None:
    assert read() == Settings()
    assert read(BANTIN_ENTRIES="", BANTIN_BASE_URL="", PATH="/bin") == Settings()
    assert str(read().store_url) == f"sqlite:///{Path('var/bantin.sqlite').absolute()}"


def test_every_setting_is_read_under_its_own_name() -> None:
    settings = read(
        BANTIN_DATA="/srv/bantin",
        BANTIN_BASE_URL="https://bantin.example:8443/tin/",
        BANTIN_DATABASE_URL="postgresql://bantin@localhost/bantin",
        BANTIN_SITE_NAME=" Bản tin tỉnh Vân Sơn ",
        BANTIN_TIMEZONE="-03:30",
        BANTIN_ENTRIES="20",
        BANTIN_TTL_MINUTES="60",
        BANTIN_MAX_AGE_SECONDS="0",
    )
    assert settings == Settings(
        data=Path("/srv/bantin"),
        base_url="https://bantin.example:8443/tin",
        database_url="postgresql://bantin@localhost/bantin",
        site_name="Bản tin tỉnh Vân Sơn",
        timezone=timezone(-timedelta(hours=3, minutes=30)),
        entries=20,
        ttl_minutes=60,
        max_age_seconds=0,
    )
    assert settings.store_url == "postgresql://bantin@localhost/bantin"
    assert settings.files_folder == Path("/srv/bantin/files")


def test_every_setting_has_a_name_and_a_sentence() -> None:
    names = [known.metadata["name"] for known in fields(Settings)]
    assert len(set(names)) == len(names)
    for known in fields(Settings):
        assert known.metadata["name"] == f"BANTIN_{known.name.upper()}"
        assert known.metadata["sentence"].endswith(".")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BANTIN_BASE_URL", "bantin.example"),
        ("BANTIN_BASE_URL", "//bantin.example"),
        ("BANTIN_BASE_URL", "ftp://bantin.example"),
        ("BANTIN_BASE_URL", "https://"),
        ("BANTIN_BASE_URL", "https:///tin"),
        ("BANTIN_BASE_URL", "https://user@bantin.example"),
        ("BANTIN_BASE_URL", "https://bantin.example/?x=1"),
        ("BANTIN_BASE_URL", "https://bantin.example/#x"),
        ("BANTIN_BASE_URL", "https://bantin.example/bản-tin"),
        ("BANTIN_BASE_URL", "https://bantin.example/a b"),
        ("BANTIN_BASE_URL", "https://[::1"),
        pytest.param("BANTIN_BASE_URL", "https://bantin.example?"),
        pytest.param("BANTIN_BASE_URL", "https://bantin.example#"),
        ("BANTIN_BASE_URL", "https://bantin.example:99999"),
        ("BANTIN_BASE_URL", "https://bantin.example:port"),
        ("BANTIN_BASE_URL", "https://:secret@bantin.example"),
        ("BANTIN_BASE_URL", 'https://bantin.example/">'),
        ("BANTIN_BASE_URL", "https://bantin.example/%zz"),
        pytest.param("BANTIN_BASE_URL", "https://bantin.example/a/../b"),
        pytest.param("BANTIN_BASE_URL", "https://bantin.example//tin"),
        ("BANTIN_SITE_NAME", " "),
        ("BANTIN_SITE_NAME", "a\nb"),
        ("BANTIN_SITE_NAME", "a\x1b[31m"),
        ("BANTIN_SITE_NAME", "Tin\u202eđen"),
        ("BANTIN_SITE_NAME", "\udcff"),
        ("BANTIN_SITE_NAME", "x" * 201),
        ("BANTIN_TIMEZONE", "7"),
        ("BANTIN_TIMEZONE", "+7:00"),
        ("BANTIN_TIMEZONE", "+15:00"),
        ("BANTIN_TIMEZONE", "+07:60"),
        ("BANTIN_TIMEZONE", "Asia/Ho_Chi_Minh"),
        ("BANTIN_ENTRIES", "0"),
        ("BANTIN_ENTRIES", "501"),
        ("BANTIN_ENTRIES", "-1"),
        ("BANTIN_ENTRIES", "5.0"),
        ("BANTIN_ENTRIES", "٥"),
        ("BANTIN_ENTRIES", "²"),
        ("BANTIN_ENTRIES", " 5"),
        ("BANTIN_ENTRIES", "9" * 5000),
        ("BANTIN_TTL_MINUTES", "0"),
        ("BANTIN_MAX_AGE_SECONDS", "86401"),
    ],
)
def test_a_bad_value_is_refused_with_its_name(name: str, value: str) -> None:
    with pytest.raises(InputError) as refused:
        read(**{name: value})
    assert refused.value.field == name
    assert refused.value.value == value
    assert refused.value.accepted
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize("value", ["https://[::1", "https://[::1]x"])
def test_what_is_accepted_is_said_of_every_bad_address(value: str) -> None:
    with pytest.raises(InputError, match=r"accepted: .*https://HOST"):
        read(BANTIN_BASE_URL=value)


def test_what_is_accepted_is_said_of_an_endless_number() -> None:
    with pytest.raises(InputError, match="accepted: a whole number from 1 to 500"):
        read(BANTIN_ENTRIES="9" * 5000)


@given(st.sampled_from([known.metadata["name"] for known in fields(Settings)]), st.text())
@example("BANTIN_BASE_URL", "http://[")
@example("BANTIN_BASE_URL", "http://\u2100")
@example("BANTIN_BASE_URL", "http://[v1.x]")
def test_any_value_is_taken_or_refused(name: str, value: str) -> None:
    try:
        settings = read(**{name: value})
    except InputError as refused:
        # Anything else that is raised fails the test.
        event(refused.reason)
        return
    assert urlsplit(settings.base_url).scheme in {"http", "https"}
    assert not settings.base_url.endswith("/")
    assert settings.site_name.strip() == settings.site_name != ""
    assert 1 <= settings.entries <= 500


@pytest.mark.parametrize(
    "folder",
    [
        "kho dữ liệu",
        "a#b",
        pytest.param(
            "a%20b",
        ),
        pytest.param(
            "a?b",
        ),
    ],
)
def test_the_data_folder_may_have_any_name(tmp_path: Path, folder: str) -> None:
    database = Database(read(BANTIN_DATA=str(tmp_path / folder)).store_url)
    assert database.url.database == str(tmp_path / folder / "bantin.sqlite")
    database.dispose()


def test_misspelt_names_are_found() -> None:
    environment = {"BANTIN_BASE_ULR": "x", "BANTIN_DATA": "x", "BANTIN_TEST_POSTGRES_URL": "x", "PATH": "x"}
    assert unknown_names(environment) == ["BANTIN_BASE_ULR"]
