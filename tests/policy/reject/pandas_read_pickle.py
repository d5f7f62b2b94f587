# why: a pickle is a program
from pandas import read_pickle as read  # here
read("x")
