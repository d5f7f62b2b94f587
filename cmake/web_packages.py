"""Fetches npm packages as their lock file names them, without npm.

    web_packages.py LOCK FOLDER [--unpack]

FOLDER gets each package's archive, <name>-<version>.tgz with "/" as "+", whose sha512 must be the
lock's; what is there and right is not fetched again. With --unpack the packages are also unpacked,
into FOLDER/node_modules. No script of a package is run.

The registry is npm's own: npm_config_registry in the environment, or `registry` in ~/.npmrc or
/etc/npmrc, or https://registry.npmjs.org; `cafile` is read from the same places. Proxies come from
the environment (https_proxy, no_proxy). Wherever an archive comes from, the lock decides.
"""

import base64
import hashlib
import json
import os
import pathlib
import shutil
import ssl
import sys
import tarfile
import time
import urllib.error
import urllib.request

TRIES = 4


def npm_setting(name):
    value = os.environ.get(f"npm_config_{name}") or os.environ.get(f"NPM_CONFIG_{name.upper()}")
    for file in (pathlib.Path.home() / ".npmrc", pathlib.Path("/etc/npmrc")):
        if value:
            break
        try:
            lines = file.read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            key, found, rest = line.partition("=")
            if found and key.strip() == name:
                value = os.path.expandvars(rest.strip().strip("\"'"))
    return value


def integrity(data):
    return "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()


def archive_path(folder, package):
    return folder / f"{package['name'].replace('/', '+')}-{package['version']}.tgz"


def read_archive(folder, package):
    """The bytes of a package's archive, or None if it is not there or not the lock's."""
    try:
        data = archive_path(folder, package).read_bytes()
    except OSError:
        return None
    return data if integrity(data) == package["integrity"] else None


def fetch(url):
    authorities = npm_setting("cafile")
    context = ssl.create_default_context()
    if authorities and os.path.exists(authorities):
        context.load_verify_locations(authorities)
    for attempt in range(TRIES):
        try:
            with urllib.request.urlopen(url, timeout=60, context=context) as response:
                return response.read()
        except urllib.error.HTTPError as error:
            if error.code < 500 or attempt == TRIES - 1:
                raise
        except OSError:
            if attempt == TRIES - 1:
                raise
        time.sleep(2 ** attempt)
    raise AssertionError("not reached")


def unpack(archive, package, folder):
    target = folder / "node_modules" / package["name"]
    mark = target / ".integrity"
    if mark.exists() and mark.read_text() == package["integrity"]:
        return
    shutil.rmtree(target, ignore_errors=True)
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            parts = pathlib.PurePosixPath(member.name).parts[1:]  # Without "package/".
            if not member.isfile() or not parts or ".." in parts:
                continue
            path = target.joinpath(*parts)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(tar.extractfile(member).read())
    mark.write_text(package["integrity"])


def ensure(lock, folder, unpacked=False):
    """Fetches what is missing, and removes what the lock no longer names."""
    packages = json.loads(lock.read_text())["packages"]
    registry = (npm_setting("registry") or "https://registry.npmjs.org").rstrip("/")
    folder.mkdir(parents=True, exist_ok=True)
    for package in packages:
        path = archive_path(folder, package)
        if read_archive(folder, package) is None:
            name = package["name"]
            url = f"{registry}/{name}/-/{name.split('/')[-1]}-{package['version']}.tgz"
            print("fetching", url, file=sys.stderr)
            try:
                data = fetch(url)
            except (OSError, ValueError) as error:
                sys.exit(f"cannot fetch {url}: {error}")
            if integrity(data) != package["integrity"]:
                sys.exit(f"{url} is not what {lock} names: its integrity is {integrity(data)}")
            partial = path.with_suffix(".partial")
            partial.write_bytes(data)
            partial.rename(path)
        if unpacked:
            unpack(path, package, folder)
    wanted = {archive_path(folder, package) for package in packages}
    for path in folder.glob("*.tgz"):
        if path not in wanted:
            path.unlink()


if __name__ == "__main__":
    ensure(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), "--unpack" in sys.argv)
