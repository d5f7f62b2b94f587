# why: threads below threading
import _thread  # here
