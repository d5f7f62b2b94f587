"""Runs one black-box suite for ./dev: suite.py FOLDER RESULTS [NAME].

Runs the tests of FOLDER's test_*.py files, or those whose name contains NAME, and appends a line
"passed|failed|skipped <test>" to RESULTS for each as it ends. What stands in the parent folder of
FOLDER can be imported too. A suite that takes longer than SUITE_SECONDS (1500) is stopped with a
traceback of where it hangs.
"""

import faulthandler
import os
import sys
import unittest


class Result(unittest.TextTestResult):
    """Tells each test's outcome once, whatever its sub-tests did."""

    results = None

    def startTest(self, test):
        self.outcome = None
        self.current = test
        super().startTest(test)

    def stopTest(self, test):
        super().stopTest(test)
        self.current = None
        self.tell(self.outcome or "failed", test)

    def tell(self, outcome, test):
        print(outcome, test.id(), file=self.results, flush=True)

    def note(self, outcome, test):
        if getattr(self, "current", None) is None:  # A failure of setUpClass or setUpModule.
            self.tell(outcome, test)
        elif self.outcome != "failed":
            self.outcome = outcome

    def addSuccess(self, test):
        super().addSuccess(test)
        self.note("passed", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.note("failed", test)

    def addError(self, test, err):
        super().addError(test, err)
        self.note("failed", test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.note("skipped", test)

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.note("passed", test)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.note("failed", test)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.note("failed", test)


def main():
    folder, results = sys.argv[1:3]
    name = sys.argv[3] if len(sys.argv) > 3 else ""
    with open(results, "w") as file:
        if not os.path.isdir(folder):
            print("There is no", folder, file=sys.stderr)
            return 1
        faulthandler.dump_traceback_later(int(os.environ.get("SUITE_SECONDS", 1500)), exit=True)
        sys.path.append(os.path.dirname(os.path.abspath(folder)))
        loader = unittest.TestLoader()
        if name:
            loader.testNamePatterns = [f"*{name}*"]
        Result.results = file
        runner = unittest.TextTestRunner(verbosity=2, resultclass=Result)
        outcome = runner.run(loader.discover(folder, pattern="test_*.py"))
        return 0 if outcome.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
