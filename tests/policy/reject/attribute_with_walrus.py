# why: inside a named expression
(c := [].__class__)  # here
