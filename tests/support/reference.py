"""What the distribution's own interpreter does with a program, in a private /tmp."""

import subprocess

from support.server import PYTHON

# Runs in a mount namespace of its own: main.py must lie where a sandbox has it, because tracebacks
# name the path, and no other test may see it.
_IN_PRIVATE_TMP = """
import os, subprocess, sys
program = sys.stdin.buffer.read()
subprocess.run(["mount", "-t", "tmpfs", "none", "/tmp"], check=True)
open("/tmp/main.py", "wb").write(program)
os.chdir("/tmp")
null = os.open("/dev/null", os.O_RDONLY)
os.dup2(null, 0)
os.execve(sys.argv[1], ["python3", "main.py"],
          {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/tmp"})
"""


def run_python(program):
    """(exit code, stdout, stderr) of `python3 main.py`; the outputs as JSON can carry them."""
    ended = subprocess.run(["unshare", "--mount", PYTHON, "-c", _IN_PRIVATE_TMP, PYTHON],
                           input=program.encode(), capture_output=True, timeout=60)
    return (ended.returncode, ended.stdout.decode(errors="replace"),
            ended.stderr.decode(errors="replace"))
