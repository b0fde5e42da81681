"""Files that were made to do harm are refused with the reason, or made harmless; memory stays small."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from store.attachments.documents import check_document
from store.errors import DocumentRefused
from tests.support.hostile import DOCUMENTS, PHOTOS

MOST_MIB = 200
DEVELOP = """
import json, sys
from store.attachments.pictures import develop
from store.errors import PhotoRefused
content, gone = sys.stdin.buffer.read(), bytes.fromhex(sys.argv[1])
try:
    picture = develop(content, name="anh.jpg")
    said = {"kept": [gone in form for form in (picture.content, *(made.content for made in picture.renditions))]}
except PhotoRefused as error:
    said = {"refused": error.reason}
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM:"))
print(json.dumps(said | {"peak_mib": int(peak.split()[1]) / 1024}))
"""


@pytest.mark.parametrize("name", PHOTOS)
def test_a_hostile_photo_does_no_harm(name: str) -> None:
    hostile = PHOTOS[name]
    command = [sys.executable, "-W", "error", "-c", DEVELOP, hostile.gone.hex()]
    done = subprocess.run(command, input=hostile.make(), capture_output=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr.decode()
    said = json.loads(done.stdout)
    assert said["peak_mib"] < MOST_MIB
    if hostile.refusal is None:
        assert said["kept"]
        assert not any(said["kept"])
    else:
        assert hostile.refusal in said["refused"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_hostile_document_does_no_harm(name: str) -> None:
    hostile = DOCUMENTS[name]
    content = hostile.make()
    if hostile.refusal is None:
        assert check_document(content, name="tệp")
        return
    with pytest.raises(DocumentRefused, match=hostile.refusal) as caught:
        check_document(content, name="tệp")
    assert caught.value.reason
