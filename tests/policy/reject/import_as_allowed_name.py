# why: the alias looks harmless
import subprocess as math  # here
