# why: logging to a buffer, warnings caught and filtered
import io
import logging
import warnings

stream = io.StringIO()
handler = logging.StreamHandler(stream)
handler.setFormatter(logging.Formatter("%(levelname)s:%(name)s:%(message)s"))
logger = logging.getLogger(__name__)
logger.setLevel(logging.DEBUG)
logger.addHandler(handler)
logger.propagate = False
logger.info("started with %d items", 3)
logger.log(logging.WARNING, "careful %s", {"a": 1})
try:
    [][1]
except IndexError:
    logger.exception("failed")
print(stream.getvalue().splitlines()[:2])
logging.basicConfig(level=logging.INFO, format="{levelname} {message}", style="{", force=True)

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    warnings.warn("old", DeprecationWarning, stacklevel=2)
print(len(caught), caught[0].category.__name__)
warnings.filterwarnings("ignore", category=RuntimeWarning)
