# why: logging hands out the current frame
import logging
logging.currentframe()
