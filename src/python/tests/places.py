"""Where the tests find the repository, the service and real files."""

from __future__ import annotations

import functools
import os
import pathlib
import random
import shlex
import subprocess

from bams3.bam import END_OF_FILE

ROOT = pathlib.Path(__file__).resolve().parents[3]
VECTORS = ROOT / "src/test/resources/vectors"
SEED = int(os.environ.get("BAMS3_TEST_SEED", random.randrange(1 << 31)))
print(f"BAMS3_TEST_SEED={SEED}")


@functools.cache
def java() -> list[str] | None:
    """The command of the server: BAMS3_JAVA_COMMAND, or the jar that the build made; None where there is neither."""
    if "BAMS3_JAVA_COMMAND" in os.environ:
        return shlex.split(os.environ["BAMS3_JAVA_COMMAND"])
    jars = sorted(ROOT.glob("target/bams3-server-*.jar"))
    return (
        [os.environ.get("BAMS3_TEST_JAVA", "java"), "-XX:TieredStopAtLevel=1", "-jar", str(jars[-1])] if jars else None
    )


def real_files() -> list[pathlib.Path]:
    """The BAM files of BAMS3_TEST_DATA that are whole."""
    folder = os.environ.get("BAMS3_TEST_DATA")
    files = sorted(pathlib.Path(folder).glob("*.bam")) if folder else []
    return [f for f in files if f.read_bytes().endswith(END_OF_FILE)]


def run_java(*arguments: str) -> str:
    """Runs a command of the server and returns what it prints."""
    command = java()
    assert command is not None
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BAMS3_")}
    done = subprocess.run([*command, *arguments], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
