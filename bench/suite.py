"""What the benchmarks of one command share."""

import os
import statistics

import report
from commands import python3
from load import Load
from programs import REQUESTS, Files

PHASES = ("queue", "fork", "isolate", "compile", "run", "collect")


class Bench:
    """Files, load generator and report of a command. `quick` is for trying a benchmark out: few
    rounds, whose figures say little. `publish`: into the documents, too."""

    def __init__(self, scratch, quick, publish):
        self.files = Files(scratch)
        self.quick, self.publish = quick, publish
        self.report = report.Report()
        self.phases = {}
        self.send = Load(self.files)
        self.python3 = python3(self.files)

    @property
    def wrong(self):
        return self.send.wrong

    def rounds(self, count):
        return max(1, count // 4) if self.quick else count

    def add(self, *line, **options):
        self.report.add(*line, **options)

    def load(self, port, name, **options):
        return self.send(port, REQUESTS[name], **options)

    def cold(self, program):
        return self.python3.run(program)

    def note_phases(self, name, samples):
        self.phases[name] = [statistics.median(values) for values in
                             zip(*(sample[2:] for sample in samples))]

    def print_phases(self):
        if not self.phases:
            return
        print("\nWhere the time goes, medians in ms (fork and isolate are before the program comes)")
        print(f"{'':<20}" + "".join(f"{phase:>9}" for phase in PHASES))
        for program, values in self.phases.items():
            print(f"{program:<20}" + "".join(f"{value:>9.3f}" for value in values))

    def markdown_phases(self):
        rows = [["", *PHASES]]
        rows += [[name, *(f"{value:.3f}" for value in values)]
                 for name, values in self.phases.items()]
        return report.table(rows)

    def caption(self):
        """A sentence for below a table: when and where."""
        return (f"{report.describe(self.report.machine)}."
                + (" A quick run of few rounds." if self.quick else ""))

    def finish(self, name, results, parts):
        """Writes `results`, and `parts` of the page, by name their Markdown. Returns the exit
        code."""
        about = self.report.machine
        about["load_after"] = round(os.getloadavg()[0], 1)
        print(f"\nload {about['load_after']:.1f} after; wrong answers: {self.wrong}")
        if about["load_before"] > 1:
            print("The machine was busy when this began: trust the ratios, not the numbers.")
        report.write_results(name, {"machine": about, "quick": self.quick,
                                    "results": self.report.lines, **results, "wrong": self.wrong})
        if self.publish:
            for part, markdown in parts.items():
                report.write_page(part, f"{markdown}\n\n{self.caption()}")
        return 1 if self.wrong else 0

    def plot(self, name, svg):
        if self.publish:
            report.write_plot(name, svg)
