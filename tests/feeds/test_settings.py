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
        BANTIN_FILES_URL="s3://bantin/tep?endpoint=http://minio:9000&region=vn",
        BANTIN_FILES_KEY="khoa",
        BANTIN_FILES_SECRET="bi-mat/+=",
        BANTIN_FILES_PUBLIC_URL="https://cdn.example/files/",
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
        files_url="s3://bantin/tep?endpoint=http://minio:9000&region=vn",
        files_key="khoa",
        files_secret="bi-mat/+=",
        files_public_url="https://cdn.example/files",
        site_name="Bản tin tỉnh Vân Sơn",
        timezone=timezone(-timedelta(hours=3, minutes=30)),
        entries=20,
        ttl_minutes=60,
        max_age_seconds=0,
    )
    assert settings.store_url == "postgresql://bantin@localhost/bantin"
    assert settings.files_folder == Path("/srv/bantin/files")
    assert settings.open_storage().describe() == "s3://bantin/tep (http://minio:9000)"
    assert read(BANTIN_DATA="/srv/bantin").open_storage().describe() == "/srv/bantin/files"


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
        ("BANTIN_FILES_URL", "bantin"),
        ("BANTIN_FILES_URL", "https://minio.example/bantin"),
        ("BANTIN_FILES_URL", "s3://bantin?endpoint=minio"),
        ("BANTIN_FILES_KEY", "hai từ"),
        ("BANTIN_FILES_KEY", "khoa\n"),
        ("BANTIN_FILES_PUBLIC_URL", "cdn.example"),
        ("BANTIN_FILES_PUBLIC_URL", "s3://bantin"),
        ("BANTIN_FILES_PUBLIC_URL", "https://cdn.example/?v=1"),
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


KEYS = {"BANTIN_FILES_KEY": "khoa"}


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    place = tmp_path / "bí mật"
    for content in (b"bi-mat", b"bi-mat\n", b"bi-mat\r\n"):
        place.write_bytes(content)
        settings = read(**KEYS, BANTIN_FILES_SECRET_FILE=str(place))
        assert settings.files_secret == "bi-mat"
    assert unknown_names({"BANTIN_FILES_SECRET_FILE": "x", "BANTIN_FILES_KEY_FILE": "x"}) == ["BANTIN_FILES_KEY_FILE"]


@pytest.mark.parametrize("content", [b"", b"\n", "bí mật".encode(), b"\xff\xfe", b"hai\ndong", b"x" * 2_000])
def test_a_file_without_a_secret_is_refused(tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "secret"
    place.write_bytes(content)
    with pytest.raises(InputError, match="BANTIN_FILES_SECRET"):
        read(**KEYS, BANTIN_FILES_SECRET_FILE=str(place))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for place in (tmp_path / "absent", tmp_path):
        with pytest.raises(InputError, match="cannot be read") as refused:
            read(**KEYS, BANTIN_FILES_SECRET_FILE=str(place))
        assert (refused.value.field, refused.value.value) == ("BANTIN_FILES_SECRET_FILE", str(place))
    with pytest.raises(InputError, match="BANTIN_FILES_SECRET_FILE"):
        read(**KEYS, BANTIN_FILES_SECRET_FILE="a\0b")


def test_a_secret_has_one_source(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("bi-mat")
    with pytest.raises(InputError, match="is set beside BANTIN_FILES_SECRET"):
        read(**KEYS, BANTIN_FILES_SECRET="khac", BANTIN_FILES_SECRET_FILE=str(tmp_path / "secret"))


def test_key_and_secret_belong_together() -> None:
    for said, lacking in (
        (KEYS, "BANTIN_FILES_SECRET"),
        ({"BANTIN_FILES_SECRET": "bi-mat"}, "BANTIN_FILES_KEY"),
    ):
        with pytest.raises(InputError, match="is missing") as refused:
            read(**said)
        assert refused.value.field == lacking


@pytest.mark.parametrize(
    "said",
    [
        {"BANTIN_FILES_SECRET": "TUYET MAT"},
        {"BANTIN_FILES_SECRET": "TUYETMAT"},
        {"BANTIN_FILES_URL": "s3://khoa:TUYETMAT@bantin"},
        {"BANTIN_FILES_URL": "s3://bantin?endpoint=http://khoa:TUYETMAT@minio"},
        {"BANTIN_FILES_URL": "https://khoa:TUYET/MAT@minio/bantin"},
        {"BANTIN_FILES_KEY": "khoa", "BANTIN_FILES_SECRET": "TUYETMAT\x00"},
    ],
)
def test_a_refusal_shows_no_secret(said: dict[str, str]) -> None:
    with pytest.raises(InputError) as refused:
        read(**said)
    assert "TUYET" not in f"{refused.value!s} {refused.value!r} {refused.value.__cause__!r} {refused.value.vietnamese}"


def test_settings_show_no_secret() -> None:
    settings = read(**KEYS, BANTIN_FILES_SECRET="TUYETMAT")
    assert settings.files_secret == "TUYETMAT"
    assert "TUYETMAT" not in repr(settings)


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
