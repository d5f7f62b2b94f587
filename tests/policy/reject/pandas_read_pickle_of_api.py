# why: the same function from another place
import pandas.io.api
pandas.io.api.read_pickle("x")
