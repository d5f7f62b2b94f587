"""Drives bench_load, the load generator."""

import json
import os
import subprocess

from service import BUILD


class Load:
    """Sends requests whose files are in `files`, and counts wrong answers."""

    def __init__(self, files):
        self.files = files
        self.wrong = 0

    def __call__(self, port, request, nice=0, **options):
        """One run of bench_load with `--options`. Returns its summary, and its samples in the order
        of the answers: ms from the schedule's time, ms from the write, the six phases."""
        samples_file = os.path.join(self.files.scratch, "samples")
        command = [
            "nice", "-n", str(nice),
            os.path.join(BUILD, "bench_load"),
            "--port", str(port),
            "--path", request.path,
            "--body-file", self.files.body(request),
            "--expect", request.expect,
            "--answer-bytes", str(request.answer_bytes),
            "--samples", samples_file,
        ]
        for key, value in options.items():
            command += ["--" + key.replace("_", "-"), str(value)]
        summary = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        self.wrong += summary["wrong"] + summary["errors"]
        with open(samples_file) as file:
            return summary, [[float(word) for word in line.split()] for line in file]
