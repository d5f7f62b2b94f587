"""A BLAS with threads of its own must not hang what is forked from a process that used it.

Debian installs the reference BLAS with NumPy; operators replace it by OpenBLAS. Here the service
runs in a mount namespace in which that has happened, so the host stays as it is.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import kernel  # noqa: E402
from support.crowd import crowd, run_request  # noqa: E402
from support.server import Server, ServerTest  # noqa: E402

PACKAGE = "libopenblas0-pthread"
LIBRARIES = "lib/x86_64-linux-gnu"

# Read-only: the unpacked package, and below it the host's own /usr.
REPLACED = ('mount -t overlay overlay -o "lowerdir=$0:/usr" /usr || exit 70; exec "$@"')


def unpack(folder):
    """The package's /usr, with the links that `update-alternatives` would set; None offline."""
    fetched = subprocess.run(
        ["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", PACKAGE], cwd=folder,
        capture_output=True, text=True, timeout=120)
    packages = list(pathlib.Path(folder).glob("*.deb"))
    if fetched.returncode != 0 or not packages:
        raise unittest.SkipTest(f"cannot download {PACKAGE}: {fetched.stderr.strip()[:200]}")
    subprocess.run(["dpkg", "-x", packages[0], folder], check=True)
    libraries = pathlib.Path(folder, "usr", LIBRARIES)
    for name in ("libblas.so.3", "liblapack.so.3", "libopenblas.so.0"):
        if not (libraries / "openblas-pthread" / name).exists():
            raise AssertionError(f"{PACKAGE} has no {name} any more")
        (libraries / name).symlink_to(f"openblas-pthread/{name}")
    return pathlib.Path(folder, "usr")


class ThreadedBlas(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="pyrunner-test-blas-")
        cls.addClassCleanup(folder.cleanup)
        usr = unpack(folder.name)
        allowed = subprocess.run(["unshare", "--mount", "sh", "-c", REPLACED, usr, "true"],
                                 capture_output=True, text=True)
        if allowed.returncode != 0:
            raise unittest.SkipTest(f"no overlay of /usr here: {allowed.stderr.strip()}")
        cls.server = Server("--policy", "open", "--cpus", "2", warm=True,
                            prefix=("unshare", "--mount", "sh", "-c", REPLACED, str(usr)))
        cls.addClassCleanup(cls.server.stop)

    prints = ServerTest.prints

    def test_it_is_the_threaded_one(self):
        info = json.loads(self.prints(
            "import json, numpy, threadpoolctl\nprint(json.dumps([[i['internal_api'], "
            "i.get('threading_layer')] for i in threadpoolctl.threadpool_info()]))"))
        self.assertIn(["openblas", "pthreads"], info)

    def test_zygotes_stay_single_threaded(self):
        zygotes = kernel.zygotes(self.server.pid)
        self.assertEqual(sorted(map(kernel.zygote_kind, zygotes)), ["base", "science"])
        for pid in zygotes:
            self.assertEqual(kernel.status(pid, "Threads"), "1")

    def test_products_and_decompositions(self):
        self.assertEqual(self.prints("""
import numpy as np
a = np.random.default_rng(0).random((400, 400))
print(np.allclose(np.linalg.inv(a) @ a, np.eye(400)))
u, s, v = np.linalg.svd(a)
print(np.allclose(u * s @ v, a), len(np.linalg.eigvals(a)))
""", timeout=20), "True\nTrue 400\n")

    def test_as_many_threads_as_the_program_asks_for(self):
        self.assertEqual(self.prints("""
import numpy as np, threadpoolctl
a = np.random.default_rng(0).random((500, 500))
for threads in (2, 1, 4):
    with threadpoolctl.threadpool_limits(threads):
        print(np.allclose(np.linalg.solve(a, a @ a), a))
""", timeout=20), "True\nTrue\nTrue\n")

    def test_from_threads_of_the_program(self):
        self.assertEqual(self.prints("""
import numpy as np
from concurrent.futures import ThreadPoolExecutor
a = np.random.default_rng(0).random((200, 200))
with ThreadPoolExecutor(4) as pool:
    print(len({float((a @ a).sum()) for _ in pool.map(lambda _: None, range(1))}))
    print(len(set(pool.map(lambda _: round(float((a @ a).sum()), 3), range(50)))))
""", timeout=20), "1\n1\n")

    def test_sklearn(self):
        self.assertEqual(self.prints("""
import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
x = np.random.default_rng(0).random((300, 20))
y = (x[:, 0] > 0.5).astype(int)
print(LogisticRegression().fit(x, y).score(x, y) > 0.9)
print(RandomForestClassifier(20, n_jobs=2).fit(x, y).score(x, y) > 0.9)
print(PCA(3).fit_transform(x).shape, KMeans(3, n_init=2).fit(x).cluster_centers_.shape)
""", timeout=30), "True\nTrue\n(300, 3) (3, 20)\n")

    def test_many_at_once(self):
        program = ("import numpy as np\na = np.ones((300, 300))\n"
                   "print(int((a @ a).trace()), np.linalg.matrix_rank(a))")
        for client in crowd(self.server.port, [run_request(program, timeout=20)] * 24):
            self.assertIsNone(client.error)
            self.assertEqual(client.answer.json["stdout"], "90000 1\n", client.answer)


if __name__ == "__main__":
    unittest.main()
