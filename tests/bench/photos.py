"""Measures how fast 12-megapixel photos are taken in on two processes, against Pillow alone doing the same resizes.

Ours reads, strips, checks, decodes, makes every rendition and keeps all of it, flushed to the disk; the other opens,
turns upright, resizes and encodes with the same settings, and writes plain files. `python -m tests.bench.photos
ours|pillow FOLDER` prints seconds and peak memory of one run as JSON.
"""

from __future__ import annotations

import io
import json
import multiprocessing
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from PIL import Image, ImageFilter, ImageOps

from store.attachments import recipe
from store.attachments.picture_renditions import ENCODINGS
from tests.bench.memory import PROJECT

SIZE_PX = (4000, 3000)
PROCESSES = 2
QUALITY = 92
TURNED = 6
GPS_IFD, ORIENTATION = 0x8825, 0x0112
CONTENDERS = ("ours", "pillow")


@dataclass
class PhotoFigures:
    """Photos a second by contender, and the peak kibibytes of all its processes together."""

    rates: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in CONTENDERS})
    peaks_kib: dict[str, int] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """How many times as fast as Pillow alone ours is."""
        return median(self.rates["ours"]) / median(self.rates["pillow"])


def measure_photos(*, count: int, runs: int, seed: int, turned: bool) -> PhotoFigures:
    """Take `count` photos in, `runs` times by each contender in turns; `turned` photos lie on their side."""
    figures = PhotoFigures()
    with tempfile.TemporaryDirectory(prefix="bantin-bench-") as folder:
        write_photos(Path(folder), count, seed=seed, orientation=TURNED if turned else 1)
        for _ in range(runs):
            for name in CONTENDERS:
                done = _in_process(name, Path(folder))
                figures.rates[name].append(count / done["seconds"])
                figures.peaks_kib[name] = max(figures.peaks_kib.get(name, 0), done["peak_kib"])
    return figures


def write_photos(folder: Path, count: int, *, seed: int, orientation: int) -> None:
    """Make photos with the detail of real ones, each another, with the place they were taken at in their Exif."""
    chance = random.Random(seed)
    across, down = SIZE_PX
    for number in range(count):
        coarse = Image.frombytes("RGB", (80, 60), chance.randbytes(80 * 60 * 3)).resize(
            SIZE_PX, Image.Resampling.BICUBIC
        )
        grain = Image.frombytes("L", (across // 2, down // 2), chance.randbytes(across * down // 4)).resize(SIZE_PX)
        grain = grain.filter(ImageFilter.GaussianBlur(1)).convert("RGB")
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        exif.get_ifd(GPS_IFD)[2] = (21.0, 3.0, 12.5)
        Image.blend(coarse, grain, 0.12).save(folder / f"{number:03d}.jpg", quality=QUALITY, exif=exif)


def _in_process(name: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.photos", name, str(folder)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr.decode(errors='replace')}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _ours(photos: Sequence[Path], kept: Path) -> int:
    # Imported here, so that the other process does not carry them.
    from store.attachments.disk import DiskStorage
    from store.attachments.intake import GivenPhoto, Intake
    from store.attachments.picture_pool import PicturePool
    from store.errors import StoreError

    with PicturePool(PROCESSES) as pool:
        intake = Intake(DiskStorage(kept), pool)
        for taken in intake.take_photos([GivenPhoto(path.name, path.read_bytes) for path in photos]):
            if isinstance(taken, StoreError):
                raise taken
        return _peak_kib_of_all()


def _pillow(photos: Sequence[Path], kept: Path) -> int:
    kept.mkdir()
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        pool.map(_plain, [(str(path), str(kept)) for path in photos], chunksize=1)
        return _peak_kib_of_all()


def _plain(task: tuple[str, str]) -> None:
    path, kept = task
    with Image.open(path) as opened:
        image = ImageOps.exif_transpose(opened)
    width, height = image.size
    for wide in recipe.widths_of(width):
        resized = image.resize((wide, round(height * wide / width)), Image.Resampling.LANCZOS)
        for media_type, extension in (("image/jpeg", "jpg"), ("image/webp", "webp")):
            _write(resized, media_type, Path(kept) / f"{Path(path).stem}-{wide}.{extension}")
    _write(
        ImageOps.fit(image, recipe.CARD_PX, Image.Resampling.LANCZOS),
        "image/jpeg",
        Path(kept) / f"{Path(path).stem}-card.jpg",
    )


def _write(image: Image.Image, media_type: str, path: Path) -> None:
    written = io.BytesIO()
    image.save(written, **ENCODINGS[media_type])
    path.write_bytes(written.getvalue())


def _peak_kib_of_all() -> int:
    """Add up the peaks of this process and of its living children."""
    children = Path("/proc/self/task").glob("*/children")
    living = ["self", *(pid for path in children for pid in path.read_text().split())]
    total = 0
    for pid in living:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                total += int(line.split()[1])
    return total


def _measured(name: str, folder: Path) -> dict[str, Any]:
    photos = sorted(folder.glob("*.jpg"))
    with tempfile.TemporaryDirectory(prefix="bantin-bench-") as kept:
        begun = time.perf_counter()
        peak_kib = {"ours": _ours, "pillow": _pillow}[name](photos, Path(kept) / "files")
        return {"seconds": time.perf_counter() - begun, "peak_kib": peak_kib}


if __name__ == "__main__":
    print(json.dumps(_measured(sys.argv[1], Path(sys.argv[2]))))
