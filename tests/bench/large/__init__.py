"""Stores of ten thousand to a million distinct bulletins, and what is measured on them by themselves.

url = large_store(corpus.cache_folder(), count=200_000, database="sqlite")   # made once; nobody alters it
with copied(url) as own: ...                                                  # for whoever publishes
print("\\n".join(cold_lines(measure_cold([(10_000, small), (200_000, url)], documents=300))))
print(measure_start(url).line())
"""

from tests.bench.large.cold import ColdFigures, cold_lines, measure_cold, percentile
from tests.bench.large.keeping import COUNTS, SEED, copied, has_large_store, large_store, size_bytes
from tests.bench.large.start import StartFigures, measure_start

__all__ = [
    "COUNTS",
    "SEED",
    "ColdFigures",
    "StartFigures",
    "cold_lines",
    "copied",
    "has_large_store",
    "large_store",
    "measure_cold",
    "measure_start",
    "percentile",
    "size_bytes",
]
