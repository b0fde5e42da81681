"""`python -m tests.bench.polling.plain_server TARGET PORT WORKERS`: another application under the server of `serve`.

It runs with the very settings of `bantin serve`, whatever those are: only what is served differs.
"""

from __future__ import annotations

import sys
from typing import Any


def main(target: str, port: int, workers: int) -> None:
    """Serve the application that the factory `target` (module:function) makes, until a signal ends it."""
    # Imported here, so that the workers, who import this module, do not carry ours.
    from feeds.cli import serve

    granian = vars(serve)["Granian"]

    def with_target(_: str, **settings: Any) -> Any:
        return granian(target, **settings)

    vars(serve)["Granian"] = with_target
    serve.run_server("127.0.0.1", port, workers=workers, with_worker=False)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
