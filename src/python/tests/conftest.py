"""A service and a dataset for the tests of the client, and a proxy that breaks connections."""

from __future__ import annotations

import os
import pathlib
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from places import java, run_java

START_SECONDS = 120


@dataclass(frozen=True)
class Running:
    """A service, its dataset `made`, and the BAM and the folder of the same."""

    url: str
    bam: pathlib.Path
    folder: pathlib.Path


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The real service, started from the jar that the build made."""
    command = java()
    if command is None:
        pytest.skip("no jar")
    store = tmp_path_factory.mktemp("store")
    bam = tmp_path_factory.mktemp("bam") / "made.bam"
    run_java("simulate", "--reference", "chr1:60000", "--reference", "chr2:15000", str(bam))
    run_java("convert", str(bam), str(store / "made.bams3"))
    port, management = _free_port(), _free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BAMS3_")} | {
        "BAMS3_STORE": f"file:{store}",
        "BAMS3_ACCESS_PUBLIC_DATASETS": "**",
        "BAMS3_TICKET_SLICE_SIZE": "64KB",
        "SERVER_PORT": str(port),
        "MANAGEMENT_SERVER_PORT": str(management),
    }
    log = store.parent / "service.log"
    with log.open("w") as out:
        process = subprocess.Popen([*command, "serve"], env=environment, stdout=out, stderr=out, cwd=store.parent)
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{management}/actuator/health/readiness", timeout=5):
                    break
            except OSError:
                threading.Event().wait(0.1)
        yield Running(f"http://127.0.0.1:{port}", bam, store / "made.bams3")
    finally:
        process.terminate()
        process.wait(timeout=60)
