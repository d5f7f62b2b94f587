"""The quick part of compare.py: the packages' own tests end inside as they do outside."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import compare  # noqa: E402
from modules import QUICK  # noqa: E402

# How many tests there are at least: a module that cannot be collected is one test on both sides.
LEAST = {"numpy": 2000, "scipy": 240, "pandas": 380, "sklearn": 60, "sympy": 100,
         "matplotlib": 150}


@unittest.skipIf(compare.missing(), compare.missing())
class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = compare.start_server()
        cls.addClassCleanup(cls.server.stop)

    def alike(self, package):
        comparison = compare.Comparison()
        for chunk in QUICK[package]:
            comparison.total(compare.compare(self.server, chunk))
        print(compare.line(package, comparison), file=sys.stderr)
        self.assertEqual(comparison.unexpected, [])
        self.assertGreaterEqual(comparison.inside["passed"], LEAST[package])

    def test_numpy(self):
        self.alike("numpy")

    def test_scipy(self):
        self.alike("scipy")

    def test_pandas(self):
        self.alike("pandas")

    def test_sklearn(self):
        self.alike("sklearn")

    def test_sympy(self):
        self.alike("sympy")

    def test_matplotlib(self):
        self.alike("matplotlib")


if __name__ == "__main__":
    unittest.main()
