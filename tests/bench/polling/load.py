"""Polls with wrk, which is written in C: one request after the other on each connection, as fast as answers come."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import wait_until

THREADS, CONNECTIONS = 1, 32
"""One thread drives more requests than any of the servers answers, and leaves the other processor to them."""
SLOW_MS = 50
_MARK = "figures: "

_DONE = """
done = function(summary, latency, requests)
  local slow, all = 0, 0
  for i = 1, #latency do
    local value, count = latency(i)
    all = all + count
    if value > SLOW_US then slow = slow + count end
  end
  local errors = summary.errors
  local changed, odd = 0, 0
  for _, each in ipairs(threads) do
    changed = changed + (each:get("changed") or 0)
    odd = odd + (each:get("odd") or 0)
  end
  io.write(string.format(
    '\\nMARK{"requests": %d, "seconds": %.6f, "bytes": %d, "errors": %d, "slow": %d, "measured": %d, '
    .. '"p50_ms": %.3f, "p99_ms": %.3f, "changed": %d, "odd": %d}\\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    slow, all, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, changed, odd))
end
"""

_THREADS = """
threads = {}
setup = function(thread)
  thread:set("serial", #threads + 1)
  table.insert(threads, thread)
end
"""

# A thread with one connection knows which document an answer is of.
_MANY = """
changed, odd = 0, 0
local paths, etags = {}, {}
local chosen = 0
init = function(args)
  for line in io.lines(args[1]) do
    local path, etag = line:match("^(%S+) (%S+)$")
    paths[#paths + 1], etags[#etags + 1] = path, etag
  end
  math.randomseed(SEED * 1000 + serial)
end
request = function()
  chosen = math.random(#paths)
  return "GET " .. paths[chosen] .. " HTTP/1.1\\r\\nHost: HOST\\r\\nAccept-Encoding: gzip\\r\\nIf-None-Match: "
    .. etags[chosen] .. "\\r\\n\\r\\n"
end
response = function(status, headers, body)
  if status == 304 then return end
  local etag = headers["etag"] or headers["ETag"]
  if status == 200 and etag and etag ~= etags[chosen] then
    changed = changed + 1
    etags[chosen] = etag
  else
    odd = odd + 1
  end
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What one run of wrk saw.

    `slow` of the `measured` answers took longer than 50 ms. Of polls with validators, `changed` answers were new
    documents, and `odd` ones neither that nor 304.
    """

    requests: int
    seconds: float
    bytes: int
    errors: int
    slow: int
    measured: int
    p50_ms: float
    p99_ms: float
    changed: int
    odd: int

    @property
    def rate(self) -> float:
        """Answers a second; errors are none."""
        return (self.requests - self.errors) / self.seconds

    @property
    def slow_share(self) -> float:
        """The share of polls that took longer than 50 ms."""
        return self.slow / max(1, self.measured)


@dataclass(frozen=True, slots=True)
class Polls:
    """A command for wrk."""

    arguments: tuple[str, ...]
    behind: tuple[str, ...] = ()

    def run(self, *, seconds: int, may_err: bool = False) -> Load:
        """Poll for so long; raises RuntimeError for an answer that is no answer, unless some are to be expected."""
        done = subprocess.run(self._command(seconds), capture_output=True, text=True, check=False)
        load = _read(done.stdout, done.stderr)
        if (load.errors and not may_err) or load.odd or load.requests <= load.errors:
            raise RuntimeError(f"of {load.requests} answers {load.errors} were errors, {load.odd} odd: {done.stdout}")
        return load

    @contextmanager
    def going_on(self, *, most_seconds: int) -> Iterator[None]:
        """Poll in the background, for so long at most."""
        process = subprocess.Popen(self._command(most_seconds), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: process.poll() is None, 5, lambda: "wrk does not start")
            yield
            if process.poll() is not None:
                raise RuntimeError(f"wrk ended before its time, with exit code {process.returncode}")
        finally:
            process.kill()
            process.wait()

    def _command(self, seconds: int) -> list[str]:
        # A slow answer is slow, and no error.
        return ["wrk", "-d", f"{seconds}s", "--timeout", "60s", *self.arguments, *self.behind]


def one_document(folder: Path, url: str, headers: Mapping[str, str]) -> Polls:
    """Prepare polls of one document, always the same request."""
    said = "\n".join(f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}" for name, value in headers.items())
    script = _script(folder, _THREADS + said + _done())
    return Polls(("-t", str(THREADS), "-c", str(CONNECTIONS), "-s", str(script), url))


def many_documents(folder: Path, port: int, etags: Mapping[str, str], *, clients: int, seed: int) -> Polls:
    """Prepare polls at random of documents by path, by clients that each remember what validator they got last."""
    listed = folder / f"documents-{_serial(folder)}"
    listed.write_text("".join(f"{path} {etag}\n" for path, etag in etags.items()), encoding="ascii")
    host = f"127.0.0.1:{port}"
    many = _MANY.replace("SEED", str(seed)).replace("HOST", host)
    script = _script(folder, _THREADS + many + _done())
    shape = ("-t", str(clients), "-c", str(clients), "-s", str(script), f"http://{host}/")
    return Polls(shape, ("--", str(listed)))


def _done() -> str:
    return _DONE.replace("SLOW_US", str(SLOW_MS * 1000)).replace("MARK", _MARK)


def _script(folder: Path, text: str) -> Path:
    path = folder / f"polls-{_serial(folder)}.lua"
    path.write_text(text, encoding="utf-8")
    return path


def _serial(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    return sum(1 for _ in folder.iterdir())


def _read(out: str, err: str) -> Load:
    lines: Sequence[str] = [line for line in out.splitlines() if line.startswith(_MARK)]
    if not lines:
        raise RuntimeError(f"wrk said no figures: {out}{err}")
    return Load(**json.loads(lines[-1].removeprefix(_MARK)))
