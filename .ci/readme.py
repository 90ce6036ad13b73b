"""Does what README.md says, as a new user would: starts the service with its first command and types its console blocks.

A ```console block holds commands (after "$ ") and the output that must follow, letter for letter. A line "..." stands for
any lines. The service runs in a copy of what git tracks, so that nothing an earlier build left behind can help.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

START_SECONDS = 420
COMMAND_SECONDS = 120


def console_blocks(text):
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        command, expected = None, []
        for line in block.splitlines():
            if line.startswith("$ "):
                if command is not None:
                    yield command, expected
                command, expected = line[2:], []
            elif command is not None and command.endswith("\\"):
                command = command + "\n" + line
            else:
                expected.append(line)
        if command is not None:
            yield command, expected


def matches(expected, actual):
    pattern = "\n".join("(?:.*\n)*?.*" if line == "..." else re.escape(line) for line in expected)
    return re.fullmatch(pattern, "\n".join(actual)) is not None


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


def main():
    readme = open("README.md", encoding="utf-8").read()
    checkout = tempfile.mkdtemp(prefix="bams3-readme-")
    subprocess.run(["git", "clone", "-q", ".", checkout], check=True)
    log = os.path.join(checkout, "service.log")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BAMS3_")}
    if shutil.which("java"):
        # The default java, whatever its version, must be good enough to start Maven.
        environment.pop("JAVA_HOME", None)
    with open(log, "w") as out:
        service = subprocess.Popen(
            ["./mvnw", "-ntp", "spring-boot:run"], cwd=checkout, stdout=out, stderr=out, env=environment,
            start_new_session=True)
    passed, failed = 0, 0
    try:
        wait_until_ready(service, log)
        for command, expected in console_blocks(readme):
            if command.startswith("./mvnw"):
                continue
            run = subprocess.run(
                ["bash", "-c", command], cwd=checkout, env=environment, text=True, timeout=COMMAND_SECONDS,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            actual = run.stdout.splitlines()
            if matches(expected, actual):
                passed += 1
            else:
                failed += 1
                print(f"$ {command}\nexpected:\n" + "\n".join(expected) + "\nactual:\n" + "\n".join(actual))
    finally:
        os.killpg(service.pid, signal.SIGTERM)
        service.wait(timeout=60)
        shutil.rmtree(checkout, ignore_errors=True)
    print(f"README: {passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


main()
