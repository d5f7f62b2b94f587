# why: the first line of every mpmath program
from mpmath import mp, mpf, nstr, quad, zeta

mp.dps = 40
print(nstr(mp.pi, 30), zeta(3), quad(lambda t: mpf(1) / (1 + t * t), [0, 1]) * 4)
