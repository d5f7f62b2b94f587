# why: the module below pickle
import _pickle  # here
