"""Polls over the network: hot documents, thousands of channels, and how soon a publication shows."""

from tests.bench.polling.channels import CHANNELS, measure_channels
from tests.bench.polling.figures import Figure, rows
from tests.bench.polling.hot import SHAPE, measure_hot
from tests.bench.polling.servers import missing
from tests.bench.polling.visible import measure_visible_on_one_host, measure_visible_on_two

__all__ = [
    "CHANNELS",
    "SHAPE",
    "Figure",
    "measure_channels",
    "measure_hot",
    "measure_visible_on_one_host",
    "measure_visible_on_two",
    "missing",
    "rows",
]
