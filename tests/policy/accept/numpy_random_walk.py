# why: simulations with generators and seeds
import numpy as np
from numpy.random import default_rng

rng = default_rng(seed=1)
np.random.seed(0)
steps = rng.choice([-1, 1], size=(500, 100))
paths = steps.cumsum(axis=1)
print(paths.shape, abs(paths[:, -1].mean()) < 3, np.percentile(paths, [5, 95]))
inside = (rng.random((10_000, 2)) ** 2).sum(axis=1) < 1
print(round(4 * inside.mean(), 1), rng.permutation(5).size, np.random.normal(size=3).shape)
transition = np.array([[0.9, 0.1], [0.5, 0.5]])
print(np.linalg.matrix_power(transition, 50)[0].round(3))
life = rng.integers(0, 2, (8, 8))
neighbours = sum(np.roll(life, (i, j), (0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0))
print(((neighbours == 3) | ((life == 1) & (neighbours == 2))).astype(int).sum() >= 0)
