# why: json carries codecs, which opens files
import json
json.codecs.open("/etc/passwd")  # here
