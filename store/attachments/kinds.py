"""The media types that are taken in, the extension that each one's address ends with, and its name for people."""

from __future__ import annotations

from collections.abc import Mapping

PDF = "application/pdf"
DOC = "application/msword"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLS = "application/vnd.ms-excel"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"
ZIP = "application/zip"

PHOTO_EXTENSIONS: Mapping[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
}

DOCUMENT_EXTENSIONS: Mapping[str, str] = {
    PDF: "pdf",
    DOC: "doc",
    DOCX: "docx",
    XLS: "xls",
    XLSX: "xlsx",
    ODT: "odt",
    ZIP: "zip",
}

EXTENSIONS: Mapping[str, str] = {**PHOTO_EXTENSIONS, **DOCUMENT_EXTENSIONS}

MEDIA_TYPES: Mapping[str, str] = {extension: media_type for media_type, extension in EXTENSIONS.items()}

SHORT_NAMES: Mapping[str, str] = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WebP",
    "image/gif": "GIF",
    **{media_type: extension.upper() for media_type, extension in DOCUMENT_EXTENSIONS.items()},
}
"""What people call each media type, such as PDF or DOCX; a badge beside a document's title."""
