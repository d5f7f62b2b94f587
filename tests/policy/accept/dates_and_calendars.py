# why: dates in all forms, time zones
import calendar
import time
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

start = datetime(2024, 2, 28, 22, 30, tzinfo=timezone.utc)
for days in range(3):
    print((start + timedelta(days=days)).strftime("%A %d %B %Y"), end="; ")
print(start.astimezone(ZoneInfo("America/New_York")).isoformat())
print(datetime.fromisoformat("2021-04-03T05:06"), time.gmtime(0).tm_year, time.strftime("%Y", time.gmtime(0)))
print((date(2024, 12, 25) - date(2024, 1, 1)).days, calendar.monthrange(2024, 2), calendar.month_name[3])
print(f"{date(2024, 5, 6):%j %U}", date.today() > date(2020, 1, 1), calendar.TextCalendar().formatmonth(2024, 2))
