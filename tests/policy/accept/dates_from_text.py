# why: strptime, which imports a module of its own when it is called
import time
from datetime import datetime

import pandas as pd

print(datetime.strptime("03/04/2021 05:06", "%d/%m/%Y %H:%M"), time.strptime("2020", "%Y").tm_year)
print(pd.to_datetime("05.06.2024", format="%d.%m.%Y"))
