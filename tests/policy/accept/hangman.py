# why: text of underscores only: blanks to fill in, and rulers
def shown(word, guessed):
    return "".join(c if c in guessed else "_" for c in word)


board = "_________"
ruler = "________________________________________"
masked = "_" * 3 + "_____"
guessed = set()
for letter in "etanoi":
    guessed.add(letter)
    print(shown("notation", guessed))
print(ruler, board.replace("_", "X", 1), masked, sep="\n")
