# why: html.parser is a documented module called parser
from html import escape, unescape
from html.parser import HTMLParser


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links = []

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.links.append(dict(attrs).get("href"))


links = Links()
links.feed('<p>See <a href="https://example.org/a?b=1&amp;c=2">this</a></p>')
print(links.links, escape("<b>"), unescape("&eacute;"))
