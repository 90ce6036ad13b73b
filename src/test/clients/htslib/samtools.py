"""Runs samtools commands of pysam's htslib in one process: each line of input is a JSON array of arguments, its answer one
line of JSON with the exit code, what the command wrote to standard output, and what htslib said on standard error.
A command that writes a file names it by -o."""
import json
import os
import sys
import tempfile

import pysam

print(json.dumps([pysam.__version__, pysam.version.__htslib_version__]), flush=True)
for line in sys.stdin:
    arguments = json.loads(line)
    command = getattr(pysam.samtools, arguments[0])
    with tempfile.TemporaryFile() as errors:
        kept = os.dup(2)
        os.dup2(errors.fileno(), 2)
        try:
            output = command(*arguments[1:], catch_stdout="-o" not in arguments, split_lines=False)
            code, said = 0, command.get_messages()
        except pysam.SamtoolsError as e:
            output, code, said = "", 1, str(e)
        finally:
            os.dup2(kept, 2)
            os.close(kept)
        errors.seek(0)
        said = errors.read().decode("latin-1") + (said or "")
    if isinstance(output, str):
        output = output.encode("utf-8", "surrogateescape")
    print(json.dumps({"exit": code, "output": (output or b"").decode("latin-1"), "errors": said}), flush=True)
