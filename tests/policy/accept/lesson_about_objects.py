# why: text for people that mentions attributes, in variables and lists
questions = [
    ("What does obj.__dict__ hold?", "its attributes"),
    ("What is type(x).__mro__ for?", "the order of look-up"),
]
for number, (question, answer) in enumerate(questions, start=1):
    print(f"{number}. {question} - {answer}")
