"""Why a document is not taken in, said in both languages; whoever knows the document's name makes a refusal of it."""

from __future__ import annotations


class Unfit(Exception):
    """A document that is not taken in; `reason` goes on after its name, `vietnamese` says the same."""

    def __init__(self, reason: str, vietnamese: str) -> None:
        self.reason = reason
        self.vietnamese = vietnamese
        super().__init__(reason, vietnamese)


def cut_short() -> Unfit:
    """Make the reason for a file whose end is missing."""
    return Unfit("is cut short", "bị cụt, có lẽ chưa tải lên hết")


def broken(what: str) -> Unfit:
    """Make the reason for a file that is not what its first bytes promise; `what` says where it goes wrong."""
    return Unfit(f"is broken: {what}", "bị hỏng, không đọc được")


def with_macros() -> Unfit:
    """Make the reason for a document that brings programs along."""
    return Unfit(
        "contains macros; save it without them, as DOCX or PDF",
        "có macro; hãy lưu lại không kèm macro, dưới dạng DOCX hoặc PDF",
    )


def locked() -> Unfit:
    """Make the reason for a document that readers could not open."""
    return Unfit("is locked with a password", "đang khóa bằng mật khẩu")


def of_another_kind(what: str) -> Unfit:
    """Make the reason for a file of a kind that is not taken in; `what` names the kind."""
    return Unfit(f"is of a kind that is not taken in: {what}", f"thuộc loại tệp không được nhận ({what})")
