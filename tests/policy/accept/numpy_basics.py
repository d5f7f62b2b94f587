# why: arrays, broadcasting, indexing, errors
import numpy as np

print(np.__version__.split(".")[0])
np.set_printoptions(precision=3, suppress=True, linewidth=100)
a = np.arange(24).reshape(2, 3, 4)
print(a[:, 1, ::2], a.sum(axis=(0, 2)), a[a % 5 == 0], a[..., None].shape)
with np.errstate(divide="ignore", invalid="ignore"):
    print(np.array([1.0, 0.0, -1.0]) / 0)
m = np.array([[2.0, 1.0], [1.0, 3.0]])
values, vectors = np.linalg.eigh(m)
print(values, np.allclose(vectors @ np.diag(values) @ vectors.T, m), np.trace(m), m.trace())
print(np.select([m < 2, m > 2], [0, 9], default=-1), np.where(m > 1, m, 0), np.unique([3, 1, 3], return_counts=True))
print(np.einsum("ij,j->i", m, [1, 2]), np.kron(np.eye(2), m).shape, np.fft.rfft([1, 2, 3, 4]))
print(np.load is not None, np.char.upper(["a", "b"]), np.ma.masked_invalid([1, np.nan]).mean())
s = np.array([(1, 2.5, "x")], dtype=[("id", "i4"), ("value", "f8"), ("tag", "U3")])
print(s["value"], s.dtype.names, np.datetime64("2024-02-28") + np.timedelta64(2, "D"))
