"""Makes the web pages' files part of the program.

    web_files.py --sources web --packages .deps/web --output BUILD/generated

Writes web_files.bin, all contents one after the other, and web_files.cpp, which takes that file in
by the assembler (an array of numbers of this size compiles for a minute) and defines WebFiles() of
src/api/web_files.h.

Pages and openapi.json keep their names. All else is served below /web/<hash>/, where the hash is
over everything that is served there, so that browsers may keep it for ever. Modules of packages
name each other as npm knows them ("@codemirror/view"); here they become relative addresses. In
pages, {{web}} stands for that folder and {{preload}} for a link to each module of the packages.
"""

import argparse
import gzip
import hashlib
import json
import pathlib
import posixpath
import re
import sys
import tarfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import web_openapi  # noqa: E402
import web_packages  # noqa: E402

TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
         ".txt": "text/plain; charset=utf-8", ".json": "application/json"}
LOCK = "packages.json"
LICENCES = "third-party.txt"
# import ... from "name", export ... from "name", import "name": always at the start of a line.
IMPORT = re.compile(rb"""^((?:import|export)\b[^'";]*?\bfrom\s*|import\s*)(["'])([^"'\n]+)\2""", re.M)
SOURCE_MAP = re.compile(rb"^(?://|/\*)# sourceMappingURL=.*$", re.M)


def package_files(lock, folder):
    """({served name: bytes}, {npm's name of a module: served name}, the text of all licences)."""
    files, modules, licences = {}, {}, []
    web_packages.ensure(lock, folder)  # Nothing is fetched if ./dev did it.
    for package in json.loads(lock.read_text())["packages"]:
        with tarfile.open(web_packages.archive_path(folder, package)) as tar:
            def read(name):
                return tar.extractfile("package/" + name).read()
            wanted = dict(package.get("files", {}))
            if "module" in package:
                wanted[package["module"]] = modules[package["name"]] = package["name"] + ".js"
            for inside, served in wanted.items():
                files[served] = SOURCE_MAP.sub(b"", read(inside))
            licences.append(f"{package['name']} {package['version']}\n\n" + "\n".join(
                read(name).decode().strip() + "\n" for name in package["licences"]))
    rule = "\n" + "-" * 80 + "\n\n"
    return files, modules, "The pages use these libraries.\n" + rule + rule.join(licences)


def rewrite_imports(name, source, modules):
    """The module's source with relative addresses for what it imports from packages."""
    def relative(match):
        wanted = match[3].decode()
        if wanted.startswith("."):
            return match[0]
        if wanted not in modules:
            sys.exit(f"{name} imports {wanted}: add it to web/{LOCK}")
        address = posixpath.relpath(modules[wanted], posixpath.dirname(name))
        address = address if address.startswith(".") else "./" + address
        return match[1] + match[2] + address.encode() + match[2]
    return IMPORT.sub(relative, source)


def collect(sources, packages):
    """The files as [(name or path, content)]."""
    pages, served = {}, {}
    for path in sorted(sources.iterdir()):
        if path.name == LOCK or path.suffix not in TYPES:
            continue
        into = pages if path.suffix == ".html" else served
        into[path.name] = path.read_bytes()
    pages["openapi.json"] = web_openapi.assemble(sources / "openapi").encode()
    libraries, modules, licences = package_files(sources / LOCK, packages)
    served |= libraries
    served[LICENCES] = licences.encode()
    for name, content in served.items():
        if name.endswith(".js") and name not in set(libraries) - set(modules.values()):
            served[name] = rewrite_imports(name, content, modules)
    digest = hashlib.sha256()
    for name in sorted(served):
        digest.update(f"{name} {len(served[name])} ".encode() + served[name])
    folder = "web/" + digest.hexdigest()[:16]
    preload = "\n".join(f'<link rel="modulepreload" href="{folder}/{name}">'
                        for name in sorted(modules.values()))
    for name, content in pages.items():
        pages[name] = (content.replace(b"{{web}}", folder.encode())
                       .replace(b"{{preload}}", preload.encode()))
    return [*pages.items(), *((f"/{folder}/{name}", served[name]) for name in sorted(served))]


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main():
    parser = argparse.ArgumentParser()
    for name in ("sources", "packages", "output"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    options = parser.parse_args()
    blob, rows = bytearray(), []

    def add(data):
        blob.extend(data)
        return f"{{kBlob + {len(blob) - len(data)}, {len(data)}}}"

    for name, content in collect(options.sources, options.packages):
        packed = gzip.compress(content, 9, mtime=0)
        if len(packed) > 0.9 * len(content):
            packed = b""
        kind = TYPES[posixpath.splitext(name)[1]]
        tag = hashlib.sha256(content).hexdigest()[:16]
        rows.append(f"    {{{quoted(name)}, {quoted(kind)}, {quoted(tag)},\n"
                    f"     {add(content)}, {add(packed)}}},\n")
    options.output.mkdir(parents=True, exist_ok=True)
    binary = options.output / "web_files.bin"
    binary.write_bytes(blob)
    (options.output / "web_files.cpp").write_text(f"""// Generated by cmake/web_files.py.
#include "api/web_files.h"

// {hashlib.sha256(blob).hexdigest()}: so that another content is another source.
__asm__(
    ".pushsection .rodata\\n"
    ".global pyrunner_web_files\\n"
    "pyrunner_web_files:\\n"
    ".incbin {quoted(quoted(str(binary.resolve())))[1:-1]}\\n"
    ".byte 0\\n"
    ".popsection\\n");

extern "C" const char pyrunner_web_files[];

namespace pyrunner::api {{

std::span<const WebFile> WebFiles() {{
  static const char* const kBlob = pyrunner_web_files;
  static const WebFile kFiles[] = {{
{"".join(rows)}  }};
  return kFiles;
}}

}}  // namespace pyrunner::api
""")


if __name__ == "__main__":
    main()
