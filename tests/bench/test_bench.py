"""What the benchmarks make of their samples: verdicts, plots, the documents' tables."""

import pathlib
import re
import sys
import unittest
from xml.etree import ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

import ab  # noqa: E402
import plot  # noqa: E402
import report  # noqa: E402
from figures import median_interval, quantile  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"
LINES = plot.lines("Title & more", "What it shows", "x", "y",
                   {"one": [(1, 0.5), (1000, 20)], "two": [(1, 3), (10, 700)]})
BARS = plot.bars("Bars", "What they show", "y", ["one", "two"],
                 {"a": {"one": 1, "two": 30}, "b": {"two": 0.02}})


class Verdicts(unittest.TestCase):
    def say(self, ratios):
        return ab.verdict(*median_interval(ratios, ab.CONFIDENCE))

    def test_a_revision_against_itself(self):
        self.assertEqual(self.say([0.98, 1.01, 1.0, 0.99, 1.02, 1.0, 0.97, 1.01]), "no difference")

    def test_too_wide_to_tell(self):
        self.assertEqual(self.say([0.7, 1.3, 0.8, 1.2, 0.9, 1.4, 0.6, 1.1]), "no difference seen")

    def test_a_tenth_more(self):
        self.assertEqual(self.say([1.08, 1.11, 1.1, 1.09, 1.12, 1.1, 1.07, 1.11]),
                         "costs more than 1.05 x")

    def test_a_little_more_is_no_failure(self):
        self.assertEqual(self.say([1.02, 1.04, 1.03, 1.02, 1.04, 1.03, 1.02, 1.03]), "costs more")

    def test_less(self):
        self.assertEqual(self.say([0.9, 0.91, 0.89, 0.9, 0.92, 0.9, 0.88, 0.9]), "costs less")

    def test_quantiles(self):
        self.assertEqual([quantile(range(101), share) for share in (0, 0.5, 0.99, 1)],
                         [0, 50, 99, 100])
        self.assertIsNone(quantile([], 0.5))


class Plots(unittest.TestCase):
    def test_they_say_what_they_show(self):
        for svg, title in ((LINES, "Title & more"), (BARS, "Bars")):
            tree = ElementTree.fromstring(svg)
            self.assertEqual(tree.get("role"), "img")
            self.assertEqual(tree.find(SVG + "title").text, title)
            self.assertTrue(tree.find(SVG + "desc").text)
            labelled = {element.get("id") for element in tree.iter()}
            self.assertLessEqual(set(tree.get("aria-labelledby").split()), labelled)

    def test_every_value_has_its_mark(self):
        self.assertEqual(len(list(ElementTree.fromstring(LINES).iter(SVG + "circle"))), 4)
        tall = [float(bar.get("height")) for bar in ElementTree.fromstring(BARS).iter(SVG + "rect")
                if bar.find(SVG + "title") is not None]
        self.assertEqual(len(tall), 3)
        self.assertGreater(tall[1], tall[0])
        self.assertGreater(min(tall), 0)


class Page(unittest.TestCase):
    page = pathlib.Path(report.PAGE).read_text()

    def test_every_part_of_the_page_can_be_renewed(self):
        parts = re.findall(r"^<!-- bench (\w+) -->$", self.page, re.M)
        self.assertEqual(parts, re.findall(r"^<!-- end bench (\w+) -->$", self.page, re.M))
        self.assertEqual(sorted(parts), ["bench", "clients", "compare", "memory", "phases",
                                         "ready", "sizes"])

    def test_its_plots_are_well_formed(self):
        shown = re.findall(r"!\[[^\]]+\]\((performance/\w+\.svg)\)", self.page)
        self.assertGreater(len(shown), 3)
        for name in shown:
            ElementTree.parse(ROOT / "docs" / name)

    def test_a_line_reads_as_it_was_measured(self):
        lines = report.Report()
        lines.add("hello, median", 0.7, "ms", 0.6, cold=12.34)
        lines.add("hello, 8 clients", 1300, "/s", 1200, at_most=False)
        self.assertEqual(lines.markdown().splitlines()[2:], [
            "| hello, median | 0.70 ms | 12.3 ms | <= 0.6 | not reached |",
            "| hello, 8 clients | 1,300 /s |  | >= 1200 | reached |"])


if __name__ == "__main__":
    unittest.main()
