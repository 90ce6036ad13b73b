"""Does what README.md says, as a new user would: starts the service with its first command and types its console blocks.

A ```console block holds commands (after "$ ") and the output that must follow, letter for letter. A line "..." stands for
any lines. Then the notebooks are executed against the same service.
"""

import re
import subprocess
import sys

import service

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


def main():
    readme = open("README.md", encoding="utf-8").read()
    passed, failed = 0, 0
    with service.running() as (checkout, environment):
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
        notebooks = subprocess.run([".ci/notebook"], env={**environment, "BAMS3_URL": "http://localhost:8080"})
    print(f"README: {passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed or notebooks.returncode else 0)


main()
