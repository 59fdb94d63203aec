"""A real annotation tool, started for a test and stopped behind it, and its API."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

Found = TypeVar("Found")
PATIENCE = 300  # seconds for the first start, which makes the database


class Api:
    """Requests to a tool; whatever it refuses fails the test with its answer."""

    def __init__(self, port: int, token: str | None = None) -> None:
        headers = {"Authorization": f"Token {token}"} if token else {}
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60, trust_env=False)

    def __call__(self, method: str, path: str, data: object = None, **more: Any) -> httpx.Response:
        answer = self.client.request(method, path, **({} if data is None else {"json": data}), **more)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        return answer


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def running(
    commands: Sequence[Sequence[str]], environment: Mapping[str, str], folder: Path, ready: Callable[[], Found]
) -> Iterator[Found]:
    """Start programs side by side, wait until `ready` no longer fails, and stop them with all their children.

    Args:
        commands: What to start.
        environment: Variables beside those of this process.
        folder: For the programs' output, which a failed start shows.
        ready: Called each second; what it gives in the end is given.
    """
    log = folder / "log"
    with ExitStack() as stack:
        output = stack.enter_context(log.open("w"))
        processes = []
        for command in commands:
            process = subprocess.Popen(
                command,
                env={**os.environ, **environment},
                cwd=folder,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
            stack.callback(process.wait, 30)
            stack.callback(os.killpg, process.pid, signal.SIGKILL)  # nothing of theirs is kept
            processes.append(process)
        for _ in range(PATIENCE):
            time.sleep(1)
            assert all(process.poll() is None for process in processes), log.read_text(encoding="utf-8")[-2000:]
            try:
                found = ready()
                break
            except (httpx.TransportError, AssertionError):
                continue
        else:
            pytest.fail(log.read_text(encoding="utf-8")[-2000:])
        yield found
