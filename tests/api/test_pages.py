"""The pages as they are sent: to whom, with which fields, and nothing from anywhere else. What they do
in a browser is in tests/browser."""

import gzip
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.server import ServerTest  # noqa: E402

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
SERVICE = b'{"service":"PyRunner","status":"healthy",'


class Pages(ServerTest):
    def get(self, path, method="GET", **headers):
        return self.server.request(method, path, headers={
            name.replace("_", "-"): value for name, value in headers.items()})

    def page(self, path):
        answer = self.get(path, Accept=BROWSER)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.headers["content-type"], "text/html; charset=utf-8")
        return answer

    def files_of(self, path):
        """What a page names, as paths."""
        text = self.page(path).body.decode()
        return ["/" + name for name in re.findall(r'(?:src|href)="(web/[^"]+)"', text)]

    def all_files(self):
        """What the pages name, and the modules that those import."""
        found, waiting = set(), self.files_of("/") + self.files_of("/docs")
        while waiting:
            path = waiting.pop()
            if path in found:
                continue
            found.add(path)
            answer = self.get(path)
            self.assertEqual(answer.status, 200, path)
            if not path.endswith(".js") or "/swagger-ui/" in path:
                continue
            for name in re.findall(r"""^(?:import|export)[^'";]*?from\s*["']([^"']+)""",
                                   answer.body.decode(), re.M):
                self.assertTrue(name.startswith("."), f"{path} imports {name}")
                parts = path.split("/")[:-1]
                for step in name.split("/"):
                    if step == "..":
                        parts.pop()
                    elif step != ".":
                        parts.append(step)
                waiting.append("/".join(parts))
        return found

    def test_programs_get_json_at_the_root_and_browsers_the_playground(self):
        for accept in (None, "*/*", "application/json", "text/html;q=0.5, application/json"):
            answer = self.get("/", **({"Accept": accept} if accept else {}))
            self.assertTrue(answer.body.startswith(SERVICE), answer)
            self.assertEqual(answer.headers["content-type"], "application/json")
            self.assertEqual(answer.headers["vary"], "Accept")
            self.assertEqual(answer.headers["cache-control"], "no-store")
            self.assertNotIn("content-security-policy", answer.headers)
        answer = self.page("/")
        self.assertIn(b"<title>PyRunner</title>", answer.body)
        self.assertIn("Accept", answer.headers["vary"].split(", "))
        # The prefixes are for programs.
        self.assertTrue(self.get("/pyrunner", Accept=BROWSER).body.startswith(SERVICE))

    def test_pages_allow_nothing_but_their_own_files(self):
        for path in ("/", "/docs"):
            with self.subTest(path=path):
                answer = self.page(path)
                policy = dict(part.split(" ", 1) for part in
                              answer.headers["content-security-policy"].split("; "))
                self.assertEqual(policy["default-src"], "'none'")
                self.assertEqual(policy["script-src"], "'self'")
                self.assertEqual(policy["style-src"], "'self'")
                self.assertEqual(policy["connect-src"], "'self'")
                self.assertEqual(policy["frame-ancestors"], "'none'")
                self.assertEqual(policy["base-uri"], "'none'")
                self.assertNotIn("unsafe", answer.headers["content-security-policy"])
                self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
                self.assertEqual(answer.headers["referrer-policy"], "no-referrer")
                self.assertEqual(answer.headers["x-frame-options"], "DENY")
                self.assertEqual(answer.headers["cross-origin-opener-policy"], "same-origin")
                text = answer.body.decode()
                self.assertNotIn("{{", text)
                self.assertIsNone(re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|style=", text))
                self.assertIsNone(re.search(r"""(?:src|href)=["'](?:\w+:|//)""", text))

    def test_every_file_is_served_with_its_type_and_may_be_kept(self):
        types = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
                 ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8"}
        files = self.all_files()
        self.assertGreater(len(files), 20)
        for path in files:
            with self.subTest(path=path):
                answer = self.get(path)
                self.assertEqual(answer.headers["content-type"],
                                 types[pathlib.PurePath(path).suffix])
                self.assertIn("immutable", answer.headers["cache-control"])
                self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
                self.assertNotIn(b"sourceMappingURL", answer.body[-200:])
                head = self.get(path, "HEAD")
                self.assertEqual((head.status, head.body), (200, b""))
                self.assertEqual(head.headers["content-length"], str(len(answer.body)))
                packed = self.get(path, Accept_Encoding="gzip")
                if "content-encoding" in packed.headers:
                    self.assertEqual(gzip.decompress(packed.body), answer.body)
                    self.assertNotEqual(packed.headers["etag"], answer.headers["etag"])
                else:
                    self.assertLess(len(answer.body), 2000)

    def test_what_a_browser_has_is_not_sent_again(self):
        for path in ("/", "/docs", self.files_of("/")[0]):
            for coding in ("gzip", "identity"):
                with self.subTest(path=path, coding=coding):
                    fields = {"Accept": BROWSER, "Accept_Encoding": coding}
                    first = self.get(path, **fields)
                    again = self.get(path, If_None_Match=first.headers["etag"], **fields)
                    self.assertEqual((again.status, again.body), (304, b""))
                    self.assertEqual(again.headers["etag"], first.headers["etag"])
                    other = self.get(path, If_None_Match='"other"', **fields)
                    self.assertEqual(other.status, 200)

    def test_licences_of_what_is_in_the_program(self):
        path = next(name for name in self.files_of("/") if name.endswith("third-party.txt"))
        text = self.get(path).body.decode()
        for name in ("swagger-ui-dist", "@codemirror/view", "@lezer/python", "style-mod"):
            self.assertRegex(text, rf"(?m)^{name} \d+\.\d+\.\d+$")
        self.assertIn("Apache License", text)
        self.assertIn("Permission is hereby granted", text)

    def test_pages_take_only_get(self):
        for path in ("/docs", "/openapi.json", self.files_of("/")[0]):
            self.assertEqual(self.get(path, "POST").status, 405)
        self.assertEqual(self.get("/docs", "HEAD").body, b"")

    def test_pages_of_other_sites_may_link_here_and_do_no_more(self):
        answer = self.get("/", Accept=BROWSER, Sec_Fetch_Site="cross-site",
                          Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="document")
        self.assertEqual(answer.status, 200)
        for path in ("/", "/docs", self.files_of("/")[0]):
            for mode, kind in (("navigate", "iframe"), ("no-cors", "script")):
                answer = self.get(path, Accept=BROWSER, Sec_Fetch_Site="cross-site",
                                  Sec_Fetch_Mode=mode, Sec_Fetch_Dest=kind)
                self.assertEqual(answer.status, 403, (path, kind))


if __name__ == "__main__":
    unittest.main()
