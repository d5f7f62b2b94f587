# why: a module's private part under a public name
import numpy.core._internal as internal  # here
