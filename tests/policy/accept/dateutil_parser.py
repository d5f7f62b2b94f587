# why: dateutil's own example: its parser is a module called parser
from dateutil import parser
from dateutil.parser import parse
from dateutil.relativedelta import relativedelta
from dateutil.rrule import MONTHLY, rrule

print(parser.parse("Thu Sep 25 2003 10:36:28"), parse("2024-02-29") + relativedelta(years=1))
print([d.day for d in rrule(MONTHLY, count=3, dtstart=parse("2024-01-31"))])
