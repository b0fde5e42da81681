"""Says in one sentence what is wrong with an S3 store, from what its client library raises; no secret is in it."""

from __future__ import annotations

import re

from store.attachments.s3_address import S3Address
from store.errors import DiskFull, StoreUnavailable

_CODE = re.compile(r"<Code>([A-Za-z0-9]{1,64})</Code>")
_STATUS = re.compile(r"status code: (\d{3}(?: [A-Za-z-]+)*)")
# Where Amazon's machines give their credentials to programs that have none.
_METADATA_SERVICE = "169.254.169.254"


def is_missing_bucket(error: Exception) -> bool:
    """Say whether not only the object is missing but the whole bucket, which looks alike."""
    return _code(error) == "NoSuchBucket"


def is_empty_range(error: Exception) -> bool:
    """Say whether a range was asked for that the object does not have."""
    return _status(error).startswith("416")


def unavailable(address: S3Address, error: Exception) -> StoreUnavailable:
    """Give what is to be raised: the bucket and endpoint, and the reason."""
    if _status(error).startswith("507") or re.search("StorageFull|QuotaExceeded", _code(error)):
        return DiskFull(
            f"the file store {address.describe()} is full; nothing was changed",
            vietnamese=f"kho tệp {address.describe()} đã đầy; không có gì bị thay đổi",
        )
    reason, vietnamese = _reason(error)
    return StoreUnavailable(
        f"the file store {address.describe()} {reason}",
        vietnamese=f"kho tệp {address.describe()} {vietnamese}",
    )


def _reason(error: Exception) -> tuple[str, str]:
    code, status, said = _code(error), _status(error), str(error)
    answer = code or status
    if is_missing_bucket(error):
        return "has no such bucket", "không có bucket này"
    if _METADATA_SERVICE in said:
        return (
            "cannot be asked without credentials; set BANTIN_FILES_KEY and BANTIN_FILES_SECRET",
            "cần có khóa truy cập; hãy đặt BANTIN_FILES_KEY và BANTIN_FILES_SECRET",
        )
    if status.startswith(("401", "403")):
        return (
            f"refuses this access ({answer}); look at BANTIN_FILES_KEY, BANTIN_FILES_SECRET and the rights of the key",
            f"từ chối truy cập ({answer}); hãy kiểm tra BANTIN_FILES_KEY, BANTIN_FILES_SECRET và quyền của khóa",
        )
    if answer:
        return f"answers with an error ({answer})", f"báo lỗi ({answer})"
    if "kind: Timeout" in said or "TimedOut" in said:
        return "does not answer in time", "không trả lời kịp"
    if "kind: Connect" in said:
        return "cannot be reached", "không kết nối được"
    return "broke off in the middle", "bị ngắt giữa chừng"


def _code(error: Exception) -> str:
    found = _CODE.search(str(error))
    return found[1] if found else ""


def _status(error: Exception) -> str:
    found = _STATUS.search(str(error))
    return found[1] if found else ""
