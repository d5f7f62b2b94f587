# why: optimisation, integration, interpolation, signals, sparse matrices
import numpy as np
from scipy import integrate, interpolate, linalg, optimize, signal, sparse, special, stats
from scipy.spatial.distance import pdist, squareform
import scipy.io
import scipy.fft as sfft

print(optimize.minimize(lambda p: (p[0] - 1) ** 2 + (p[1] + 2) ** 2, [0, 0]).x.round(3))
print(optimize.curve_fit(lambda x, a, b: a * x + b, np.arange(5), 2 * np.arange(5) + 1)[0].round(3), optimize.brentq(np.cos, 0, 3))
print(integrate.quad(np.sin, 0, np.pi)[0], integrate.solve_ivp(lambda t, y: -y, (0, 1), [1.0]).y[0, -1].round(2))
print(interpolate.CubicSpline([0, 1, 2], [0, 1, 4])(1.5), linalg.lu(np.eye(2))[0].shape, special.gamma(5))
b, a = signal.butter(2, 0.2)
print(signal.filtfilt(b, a, np.ones(30)).round(3)[:2], signal.find_peaks([0, 1, 0, 2, 0])[0])
print(sparse.csr_matrix(np.eye(3)).nnz, squareform(pdist([[0, 0], [3, 4]])).max(), stats.norm(0, 1).ppf(0.975).round(2))
print(stats.chi2_contingency([[10, 20], [20, 10]])[1] < 0.05, scipy.io.loadmat is not None, sfft.fft([1, 0]).real)
