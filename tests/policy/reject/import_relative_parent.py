# why: a parent that is not there
from ..numpy import os  # here
