"""The steps that fetch the pages' libraries and put the pages into the program."""

import contextlib
import io
import json
import os
import pathlib
import re
import sys
import tarfile
import tempfile
import unittest
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "cmake"))
import web_files  # noqa: E402
import web_openapi  # noqa: E402
import web_packages  # noqa: E402


def archive(files):
    """An npm archive of {name in it: content}."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return data.getvalue()


class Folders(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)


class Packages(Folders):
    """Against a registry of files."""

    def setUp(self):
        super().setUp()
        self.registry = self.folder / "registry"
        self.lock = self.folder / "packages.json"
        self.target = self.folder / "target"
        environment = mock.patch.dict(
            os.environ, {"npm_config_registry": self.registry.as_uri() + "/"})
        environment.start()
        self.addCleanup(environment.stop)

    def publish(self, data, promised=None):
        place = self.registry / "@some" / "thing" / "-"
        place.mkdir(parents=True, exist_ok=True)
        (place / "thing-1.2.3.tgz").write_bytes(data)
        self.lock.write_text(json.dumps({"packages": [
            {"name": "@some/thing", "version": "1.2.3",
             "integrity": web_packages.integrity(promised or data)}]}))

    def ensure(self, **options):
        with contextlib.redirect_stderr(io.StringIO()) as told:
            web_packages.ensure(self.lock, self.target, **options)
        return told.getvalue()

    def test_what_is_there_is_not_fetched_again(self):
        self.publish(archive({"package/index.js": b"1"}))
        self.assertIn("fetching", self.ensure())
        (self.registry / "@some/thing/-/thing-1.2.3.tgz").unlink()
        self.assertEqual(self.ensure(), "")

    def test_what_was_changed_or_is_another_version_is_fetched_again(self):
        self.publish(archive({"package/index.js": b"1"}))
        self.ensure()
        (self.target / "@some+thing-1.2.3.tgz").write_bytes(b"changed")
        (self.target / "other-1.0.0.tgz").write_bytes(b"of an earlier lock")
        self.assertIn("fetching", self.ensure())
        self.assertEqual([path.name for path in self.target.iterdir()], ["@some+thing-1.2.3.tgz"])

    def test_another_content_than_the_locks_is_refused(self):
        self.publish(archive({"package/index.js": b"evil"}), archive({"package/index.js": b"1"}))
        with self.assertRaisesRegex(SystemExit, "is not what"):
            self.ensure()
        self.assertEqual(list(self.target.iterdir()), [])

    def test_no_registry_is_told(self):
        self.publish(archive({}))
        (self.registry / "@some/thing/-/thing-1.2.3.tgz").unlink()
        with mock.patch.object(web_packages, "TRIES", 1):
            with self.assertRaisesRegex(SystemExit, "cannot fetch file:"):
                self.ensure()

    def test_unpacking_stays_in_its_folder(self):
        self.publish(archive({"package/lib/index.js": b"1", "package/../../../outside": b"2",
                              "/package/absolute": b"3"}))
        self.ensure(unpacked=True)
        files = {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*")
                 if path.is_file() and self.registry not in path.parents}
        self.assertEqual({name for name in files if not name.endswith((".tgz", ".integrity"))},
                         {"packages.json", "target/node_modules/@some/thing/lib/index.js",
                          "target/node_modules/@some/thing/package/absolute"})

    def test_locks_name_exact_versions_and_checksums(self):
        for lock in ("web/packages.json", "tests/browser/packages.json"):
            for package in json.loads((ROOT / lock).read_text())["packages"]:
                self.assertRegex(package["version"], r"^\d+\.\d+\.\d+$")
                self.assertRegex(package["integrity"], r"^sha512-[A-Za-z0-9+/]{86}==$")


class Imports(unittest.TestCase):
    MODULES = {"@a/one": "@a/one.js", "two": "two.js"}

    def rewrite(self, name, source):
        return web_files.rewrite_imports(name, source.encode(), self.MODULES).decode()

    def test_packages_become_relative_addresses(self):
        for name, source, expected in [
            ("main.js", 'import {x} from "two";', 'import {x} from "./two.js";'),
            ("main.js", "import y from '@a/one'", "import y from './@a/one.js'"),
            ("@a/one.js", "import {\n  x,\n  y\n} from 'two';",
             "import {\n  x,\n  y\n} from '../two.js';"),
            ("@a/other.js", "export { z } from '@a/one';", "export { z } from './one.js';"),
            ("two.js", 'import"two"', 'import"./two.js"'),
        ]:
            self.assertEqual(self.rewrite(name, source), expected)

    def test_all_else_stays(self):
        for source in ("import {x} from './beside.js';", 'let s = "import x from nowhere";',
                       "export const a = 1, from = 'two';", " * import {x} from 'in a comment'"):
            self.assertEqual(self.rewrite("main.js", source), source)

    def test_an_unknown_package_is_told(self):
        with self.assertRaisesRegex(SystemExit, "main.js imports three: add it"):
            self.rewrite("main.js", "import 'three';")

    def test_no_module_of_ours_imports_what_is_not_there(self):
        ours = {path.name for path in (ROOT / "web").glob("*.js")}
        for name in ours:
            text = (ROOT / "web" / name).read_text()
            for imported in re.findall(r"from\s+'\./([^']+)'", text):
                self.assertIn(imported, ours, name)


class OpenApi(Folders):
    def assemble(self, **files):
        common = {web_openapi.EVERY: {"503": "busy"}, web_openapi.WITH_KEYS: {"401": "key"},
                  "openapi": "3.1.0", "info": {}, "tags": [], "components": {}}
        for name, content in {"common": common, **files}.items():
            (self.folder / f"{name}.json").write_text(json.dumps(content))
        return json.loads(web_openapi.assemble(self.folder))

    def test_what_is_common_is_added_and_does_not_replace(self):
        whole = self.assemble(one={"paths": {
            "/a": {"get": {"operationId": "a", "responses": {"200": "mine", "503": "mine"}},
                   "x-also": {"/b": "b"}},
            "/open": {"get": {"operationId": "o", "security": [], "responses": {}}}}})
        first = whole["paths"]["/a"]["get"]
        self.assertEqual(first["responses"], {"200": "mine", "401": "key", "503": "mine"})
        self.assertEqual(whole["paths"]["/b"]["get"], {**first, "operationId": "b"})
        self.assertEqual(whole["paths"]["/open"]["get"]["responses"], {"503": "busy"})
        self.assertNotIn("x-also", json.dumps(whole))

    def test_nothing_is_said_twice(self):
        item = {"paths": {"/a": {"get": {"operationId": "a", "responses": {}}}}}
        with self.assertRaisesRegex(SystemExit, "paths//a/get/.* is there twice"):
            self.assemble(one=item, two=item)


if __name__ == "__main__":
    unittest.main()
