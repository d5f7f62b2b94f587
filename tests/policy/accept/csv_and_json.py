# why: csv and json through StringIO, own encoder, type tags
import csv
import io
import json
from datetime import date
from decimal import Decimal

rows = io.StringIO("name,born,score\nAda,1815-12-10,9.5\nAlan,1912-06-23,8.75\n")
people = list(csv.DictReader(rows))
for person in people:
    person["score"] = Decimal(person["score"])
    person["born"] = date.fromisoformat(person["born"])


class Encoder(json.JSONEncoder):
    def default(self, o):
        if isinstance(o, Decimal):
            return {"decimal": str(o)}
        if isinstance(o, date):
            return o.isoformat()
        return super().default(o)


def decode(item):
    return Decimal(item["decimal"]) if "decimal" in item else item


text = json.dumps(people, cls=Encoder, indent=2, sort_keys=True)
print(text, json.loads(text, object_hook=decode)[0]["score"])
out = io.StringIO()
writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_MINIMAL)
writer.writerow(["a", "b;c"])
print(out.getvalue())
try:
    json.loads("{bad")
except json.JSONDecodeError as error:
    print(error.msg, error.pos)
