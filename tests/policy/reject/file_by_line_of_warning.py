# why: a warning shows the line of any file
import warnings
warnings.formatwarning("", UserWarning, "/etc/passwd", 1)
