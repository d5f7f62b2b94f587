# why: code in another alphabet needs codecs
import codecs  # here
codecs.decode("cevag(1)", "rot13")
