"""Starts the service with README.md's first command, in a copy of what git tracks: nothing an earlier build left behind can help."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

START_SECONDS = 420


def wait_until_ready(process, log):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            sys.exit("the service ended by itself:\n" + open(log).read())
        try:
            with urllib.request.urlopen("http://localhost:8081/actuator/health/readiness", timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    sys.exit("the service did not become ready:\n" + open(log).read())


@contextlib.contextmanager
def running(**settings):
    """Gives the folder, whose service.log has what the service says, and the environment for commands in it."""
    checkout = tempfile.mkdtemp(prefix="bams3-service-")
    subprocess.run(["git", "clone", "-q", ".", checkout], check=True)
    log = os.path.join(checkout, "service.log")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BAMS3_")}
    if shutil.which("java"):
        # The default java, whatever its version, must be good enough to start Maven.
        environment.pop("JAVA_HOME", None)
    with open(log, "w") as out:
        service = subprocess.Popen(
            ["./mvnw", "-ntp", "-Prun"], cwd=checkout, stdout=out, stderr=out, env={**environment, **settings},
            start_new_session=True)
    try:
        wait_until_ready(service, log)
        yield checkout, environment
    finally:
        os.killpg(service.pid, signal.SIGTERM)
        service.wait(timeout=60)
        shutil.rmtree(checkout, ignore_errors=True)
