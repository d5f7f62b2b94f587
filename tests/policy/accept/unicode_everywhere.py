# why: identifiers, text and comparisons beyond ASCII
import unicodedata

größe = 3.5
Δx = 0.01
变量 = [1, 2]
ﬁne = "ligature"
print(größe * Δx, 变量, fine, "naïve".casefold(), "ß".upper(), "😀".encode("utf-16-le"), len("e\u0301"))
print(unicodedata.normalize("NFC", "e\u0301"), unicodedata.category("Ω"), unicodedata.name("☃"), "\N{GREEK SMALL LETTER PI}")
print("Ⅷ".isnumeric(), "٣".isdigit(), int("٣"), sorted(["é", "e", "z"], key=lambda s: unicodedata.normalize("NFD", s)))
