"""Standard output and standard error come back byte-exact, and bounded."""

import concurrent.futures
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.kernel import rss_mb  # noqa: E402
from support.server import SANITIZED, Server, ServerTest  # noqa: E402

MARK = re.compile(r"\n\.\.\. \[output truncated: (\d+) bytes omitted\] \.\.\.\n")
KEPT = 1024 * 1024  # bytes of a stream, by default
STOPPED_AT = 16 * 1024 * 1024


class Exact(ServerTest):
    flags = ("--policy", "open")

    def bytes_of(self, data, stream="stdout"):
        result = self.server.result(
            f"import sys\nsys.{stream}.buffer.write({data!r})\nsys.{stream}.flush()\n")
        self.assertEqual(result["status"], "success")
        self.assertEqual(result["stderr" if stream == "stdout" else "stdout"], "")
        return result[stream]

    def test_bytes_of_every_kind(self):
        cases = {
            "every_ascii": bytes(range(128)), "crlf": b"a\r\nb\rc\n", "no_newline": b"end",
            "only_newlines": b"\n\n\n", "null": b"\0", "escape": b"\x1b[31mred\x1b[0m\x7f",
            "unicode": "ä€𝄞\u2028\u202e\ufeffé".encode(), "quotes": b"\"\\/'</script>",
            "every_byte": bytes(range(256)), "lone_continuation": b"a\x80b",
            "overlong": b"\xc0\xaf\xe0\x80\xaf", "surrogate": b"\xed\xa0\x80x",
            "too_large": b"\xf4\x90\x80\x80\xf8\x88\x80\x80\x80", "cut_in_three": b"x\xe2\x82",
            "cut_then_ascii": b"\xf0\x9f\x98A", "noncharacter": "\uffff\ufffe".encode(),
        }
        for name, data in cases.items():
            for stream in ("stdout", "stderr"):
                with self.subTest(case=name, stream=stream):
                    self.assertEqual(self.bytes_of(data, stream), data.decode(errors="replace"))

    def test_a_character_in_two_writes(self):
        self.assertEqual(self.server.result(
            "import os, time\nfor b in '∑'.encode():\n    os.write(1, bytes([b]))\n"
            "    time.sleep(0.05)\n")["stdout"], "∑")

    def test_a_megabyte(self):
        data = b"0123456789abcdef" * (KEPT // 16)
        result = self.server.result("print('0123456789abcdef' * 65536, end='')")
        self.assertEqual(len(result["stdout"]), KEPT)
        self.assertEqual(result["stdout"], data.decode())

    def test_both_streams_keep_their_order(self):
        result = self.server.result(
            "import sys\nfor i in range(2000):\n    print(i)\n    print(-i, file=sys.stderr)\n")
        self.assertEqual(result["stdout"], "".join(f"{i}\n" for i in range(2000)))
        self.assertEqual(result["stderr"], "".join(f"{-i}\n" for i in range(2000)))

    def test_python_and_descriptor_interleave_as_written(self):
        # Standard output is a pipe: what print wrote must not overtake or be overtaken.
        self.assertEqual(self.server.result(
            "import os\nfor i in range(50):\n    print('p', i, flush=True)\n"
            "    os.write(1, b'w %d\\n' % i)\n")["stdout"],
            "".join(f"p {i}\nw {i}\n" for i in range(50)))

    def test_output_without_flush_before_the_end_by_force(self):
        for end in ("import os; os._exit(0)", "while True: pass"):
            with self.subTest(end=end):
                self.assertEqual(self.server.result(f"print('kept')\n{end}", timeout=1)["stdout"],
                                 "kept\n")

    def test_threads_write_whole_lines(self):
        lines = self.server.result("""
import sys, threading
def work(n):
    for i in range(200):
        sys.stdout.write(f"{n}:{i}:" + "x" * 50 + "\\n")
threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
for t in threads: t.start()
for t in threads: t.join()
""")["stdout"].splitlines()
        self.assertEqual(sorted(lines),
                         sorted(f"{n}:{i}:" + "x" * 50 for n in range(8) for i in range(200)))

    def test_lone_surrogates_are_no_crash(self):
        result = self.server.result("print('a\\ud800b')\nprint('on')")
        self.assertIn(result["status"], ("success", "error"))
        self.assertNotIn("\ud800", result["stdout"])
        self.assertEqual(self.server.result("print('a\\udcffb')")["stdout"], "a\ufffdb\n")


class Bounded(ServerTest):
    flags = ("--policy", "open")

    def assert_cut(self, text, line=re.compile(r"(\d+) x{200}")):
        """Numbered lines from the first one on, the mark, and numbered lines without a gap."""
        found = MARK.search(text)
        self.assertIsNotNone(found, text[:100] + " ... " + text[-100:])
        head, tail = text[:found.start()], text[found.end():]
        self.assertLessEqual(len(head) + len(tail), KEPT)
        self.assertGreater(len(head), KEPT * 0.4)
        self.assertGreater(len(tail), KEPT * 0.4)
        self.assertTrue(head.startswith("0 xxx"))
        numbers = [int(m[1]) for m in line.finditer(head)]
        self.assertEqual(numbers, list(range(len(numbers))))
        whole = tail[tail.index("\n") + 1:]
        numbers = [int(m[1]) for m in line.finditer(whole)]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))))
        return int(found[1]), len((head + tail).encode())

    ENDLESS = ("import sys\ni = 0\nwhile True:\n    line = f'{i} ' + 'x' * 200 + '\\n'\n"
               "    i += 1\n")

    def test_a_long_output_is_cut_and_marked(self):
        result = self.server.result("for i in range(20_000):\n    print(i, 'x' * 200)\n")
        total = sum(len(f"{i} ") + 201 for i in range(20_000))
        self.assertEqual((result["status"], result["error"]), ("success", None))
        omitted, kept = self.assert_cut(result["stdout"])
        self.assertEqual(omitted + kept, total)
        self.assertTrue(result["stdout"].endswith("19999 " + "x" * 200 + "\n"))

    def test_a_cut_never_splits_a_character(self):
        for shift in range(4):
            with self.subTest(shift=shift):
                text = self.server.result(
                    f"print('a' * {shift} + '𝄞' * 600_000)")["stdout"]
                self.assertNotIn("\ufffd", text)
                self.assertRegex(text, MARK)

    def test_endless_output_is_stopped(self):
        for streams in (("stdout",), ("stderr",), ("stdout", "stderr")):
            with self.subTest(streams=streams):
                writes = "".join(f"    sys.{name}.write(line)\n" for name in streams)
                result = self.server.result(self.ENDLESS + writes, timeout=60)
                self.assertEqual((result["status"], result["error"]),
                                 ("error", "Output limit exceeded"))
                self.assertLess(result["execution_time"], 30)
                note = "Output limit exceeded"
                self.assertTrue(result["stderr"].endswith(note))
                result["stderr"] = result["stderr"].removesuffix(note).removesuffix("\n")
                for name in streams:
                    omitted, kept = self.assert_cut(result[name])
                    self.assertLess(omitted + kept, STOPPED_AT + 1024 * 1024)

    def test_output_from_many_threads_is_stopped(self):
        result = self.server.result("""
import os, threading
def flood():
    while True:
        os.write(1, b'y' * 65536)
for _ in range(8):
    threading.Thread(target=flood).start()
""", timeout=60)
        self.assertEqual((result["status"], result["error"]), ("error", "Output limit exceeded"))

    @unittest.skipIf(SANITIZED, "a sanitizer keeps freed memory")
    def test_the_gateways_memory_stays_flat(self):
        program = self.ENDLESS + "    sys.stdout.write(line)\n    sys.stderr.write(line)\n"

        def flood(count):
            with concurrent.futures.ThreadPoolExecutor(3) as pool:
                for result in pool.map(lambda _: self.server.result(program, timeout=60),
                                       range(count)):
                    self.assertEqual(result["error"], "Output limit exceeded")
        flood(6)  # what the allocator keeps from now on
        before = rss_mb(self.server.pid)
        flood(9)
        self.assertLess(rss_mb(self.server.pid) - before, 16, "of the 288 MB that were printed")

    def test_flags_set_the_bounds(self):
        server = Server("--output-kb", "4", "--output-stop-kb", "64")
        self.addCleanup(server.stop)
        text = server.result("print('a' * 4096, end='')")["stdout"]
        self.assertEqual(text, "a" * 4096)
        text = server.result("print('a' * 2048 + 'b' + 'c' * 2048, end='')")["stdout"]
        self.assertEqual(text, "a" * 2048 + "\n... [output truncated: 1 bytes omitted] ...\n"
                         + "c" * 2048)
        self.assertEqual(server.result("while True: print('a')")["error"], "Output limit exceeded")


if __name__ == "__main__":
    unittest.main()
