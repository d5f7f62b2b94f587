# why: basicConfig opens a file for writing
import logging
logging.basicConfig(filename="/tmp/x")
