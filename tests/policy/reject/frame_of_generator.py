# why: a generator's frame leads back to its caller
g = (g.gi_frame.f_back for _ in [1])  # here
next(g)
