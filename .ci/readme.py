"""Does what README.md and docs say, as a new user would: starts the service with README.md's first command and runs the commands.

A fenced block says by its language what becomes of it. One of `console` has commands (after "$ ") and the output that must follow, letter for letter;
a line "..." stands for any lines. One of `sh` has commands that must succeed. One of `sh elsewhere` needs what is not here (Docker,
a cluster, a bucket, a secret, an hour) and is only parsed. Addresses in README.md's text must answer, too. Then the notebooks are
executed against the same service.
"""

import glob
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request

import service

COMMAND_SECONDS = 600
# Of the service; others in the text are files and folders.
PATH = re.compile(r"`(/(?:datasets|reads|stream|files|swagger-ui|v3)(?:[/?][^`\s]*)?)`")


def blocks(page):
    """Language and text of each fenced block."""
    return re.findall(r"^ *```([^\n]*)\n(.*?)^ *```$", open(page, encoding="utf-8").read(), re.MULTILINE | re.DOTALL)


def console_commands(block):
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


class Reader:
    def __init__(self, checkout, environment):
        self.checkout, self.environment = checkout, environment
        self.passed, self.failed, self.elsewhere = 0, 0, 0

    def count(self, right, failure):
        if right:
            self.passed += 1
        else:
            self.failed += 1
            print(failure)

    def run(self, text, *options):
        return subprocess.run(
            ["bash", *options, "-c", text], cwd=self.checkout, env=self.environment, text=True, timeout=COMMAND_SECONDS,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def page(self, page):
        for language, block in blocks(page):
            if language == "console":
                for command, expected in console_commands(block):
                    actual = self.run(command).stdout.splitlines()
                    self.count(matches(expected, actual),
                               f"{page}: $ {command}\nexpected:\n" + "\n".join(expected) + "\nactual:\n" + "\n".join(actual))
            elif language == "sh":
                done = self.run(block, "-euo", "pipefail")
                self.count(done.returncode == 0, f"{page}: ended with {done.returncode}:\n{block}{done.stdout}")
            elif language == "sh elsewhere":
                self.elsewhere += 1
                done = self.run(block, "-n")
                self.count(done.returncode == 0, f"{page}: is no shell:\n{block}{done.stdout}")
            elif not language:
                print(f"{page}: a block names no language and is not run:\n{block}")

    def addresses(self, page):
        for path in PATH.findall(open(page, encoding="utf-8").read()):
            if "{" in path or "<" in path:
                continue
            try:
                with urllib.request.urlopen("http://localhost:8080" + path, timeout=60) as answer:
                    self.count(answer.status == 200, f"{page}: {path} answers {answer.status}")
            except urllib.error.HTTPError as e:
                self.count(False, f"{page}: {path} answers {e.code}: {e.read().decode()}")


def main():
    # The specification has tables of bytes and algorithms, and no commands; a test of its own reads them.
    docs = sorted(set(glob.glob("docs/*.md")) - {"docs/format.md"})
    pages = ["README.md", "SECURITY.md", *docs, *sorted(glob.glob("helm/*/README.md"))]
    with service.running() as (checkout, environment):
        # README.md asks for a java of JDK 25 where it types java.
        path = os.path.join(os.environ.get("JAVA_HOME", "/usr"), "bin") + os.pathsep + environment["PATH"]
        reader = Reader(checkout, {**environment, "PATH": path})
        for page in pages:
            reader.page(page)
        reader.addresses("README.md")
        notebooks = subprocess.run([".ci/notebook"], env={**environment, "BAMS3_URL": "http://localhost:8080"})
    print(f"README and docs: {reader.elsewhere} blocks of commands are for elsewhere")
    print(f"README: {reader.passed} passed, {reader.failed} failed")
    sys.exit(1 if reader.failed or not reader.passed or notebooks.returncode else 0)


main()
