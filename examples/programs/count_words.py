"""A program for `pyrunner run`: counts the words of its standard input.

The words to count are its arguments; without arguments, all words. No word at all: exit code 2.
"""

import collections
import sys

words = collections.Counter(sys.stdin.read().lower().split())
for word in sys.argv[1:] or sorted(words):
    print(f"{words[word]:4} {word}")
sys.exit(0 if words else 2)
