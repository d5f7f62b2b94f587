"""What benchmarks say: on the screen, in bench/results.json, and in the documents.

A document's part between `<!-- bench NAME -->` and `<!-- end bench NAME -->` is what the latest run
of `./dev bench NAME` said.
"""

import datetime
import json
import os
import platform
import re
import subprocess

from processes import read
from service import ROOT

PYTHON = "/usr/bin/python3"
PAGE = os.path.join(ROOT, "docs", "performance.md")
PLOTS = os.path.join(ROOT, "docs", "performance")
RESULTS = os.path.join(ROOT, "bench", "results.json")


def machine():
    cpu = re.search(r"model name\s*: (.*)", read("/proc/cpuinfo", ""))
    version = subprocess.run([PYTHON, "--version"], stdout=subprocess.PIPE, text=True).stdout
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "cpu": cpu[1] if cpu else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "kernel": platform.release(),
        "python": version.strip(),
        "load_before": round(os.getloadavg()[0], 1),
    }


def describe(about):
    return (f"{about['date']}: {about['cores']} cores of {about['cpu']}, {about['memory_gib']} GiB,"
            f" Linux {about['kernel']}, {about['python']}, load {about['load_before']:.1f} before")


def number(value):
    """With two or three digits that mean something."""
    if value is None:
        return "-"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


class Report:
    """The table of one command: lines with a value, what it should be, and notes."""

    def __init__(self):
        self.machine = machine()
        self.lines = []

    def add(self, name, value, unit, target=None, at_most=True, cold=None, note=""):
        """One line. `cold` is the same of python3, in the same unit."""
        reached = None
        if target is not None and value is not None:
            reached = value <= target if at_most else value >= target
        self.lines.append(
            dict(name=name, value=value, unit=unit, target=target, at_most=at_most,
                 reached=reached, python3=cold, note=note)
        )
        self.print_line(self.lines[-1])

    def print_head(self):
        print(describe(self.machine))
        print("Latencies count from the time that the schedule says to the last byte of the answer."
              f"\n\n{'':<44}{'PyRunner':>9} {'':<6}{'python3':>9}  {'target':<10}{'verdict'}")

    @staticmethod
    def target(line):
        if line["target"] is None:
            return ""
        return f"{'<=' if line['at_most'] else '>='} {line['target']:g}"

    @staticmethod
    def verdict(line):
        return {None: "", True: "reached", False: "not reached"}[line["reached"]]

    @classmethod
    def print_line(cls, line):
        print(f"{line['name']:<44}{number(line['value']):>9} {line['unit']:<6}"
              f"{number(line['python3']):>9}  {cls.target(line):<10}{cls.verdict(line):<12}"
              f"{line['note']}".rstrip(), flush=True)

    def markdown(self):
        """All lines as a table; with a column for python3 if any has a value of it."""
        cold = any(line["python3"] is not None for line in self.lines)
        rows = [["", "PyRunner", *(["`python3`"] if cold else []), "target", ""]]
        for line in self.lines:
            with_unit = f"{number(line['value'])} {line['unit']}"
            beside = "" if line["python3"] is None else f"{number(line['python3'])} {line['unit']}"
            rows.append([line["name"], with_unit, *([beside] if cold else []), self.target(line),
                         self.verdict(line)])
        return table(rows)


def table(rows):
    """Markdown; the first row is the head."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def write_results(name, values):
    """Replaces the part `name` of bench/results.json."""
    parts = json.loads(read(RESULTS, "{}"))
    parts[name] = values
    with open(RESULTS, "w") as file:
        json.dump(parts, file, indent=1)


def write_page(name, markdown):
    """Replaces the part `name` of docs/performance.md."""
    page = read(PAGE)
    start, end = f"<!-- bench {name} -->\n", f"<!-- end bench {name} -->"
    before, found, rest = page.partition(start)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise RuntimeError(f"{PAGE} has no part '{name}'")
    with open(PAGE, "w") as file:
        file.write(before + start + markdown.strip() + "\n" + end + after)


def write_plot(name, svg):
    os.makedirs(PLOTS, exist_ok=True)
    with open(os.path.join(PLOTS, name + ".svg"), "w") as file:
        file.write(svg)
