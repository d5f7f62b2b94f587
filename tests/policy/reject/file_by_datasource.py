# why: numpy opens files and addresses
from numpy import DataSource  # here
DataSource().open("/etc/passwd")
