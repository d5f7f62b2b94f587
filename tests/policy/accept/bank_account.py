# why: exceptions of one's own, chaining, notes, try/finally
class InsufficientFunds(Exception):
    def __init__(self, needed, available):
        super().__init__(f"needed {needed}, but only {available} available")
        self.needed = needed


class Account:
    interest = 0.02

    def __init__(self, owner, balance=0):
        self.owner = owner
        self._balance = balance
        self.__history = []

    def withdraw(self, amount):
        if amount > self._balance:
            raise InsufficientFunds(amount, self._balance)
        self._balance -= amount
        self.__history.append(-amount)

    def __len__(self):
        return len(self.__history)

    def __str__(self):
        return "{0.owner}: {1:>10.2f}".format(self, self._balance)


account = Account("Ann", 100)
try:
    account.withdraw(30)
    account.withdraw(300)
except InsufficientFunds as error:
    error.add_note("ask for a loan")
    print("failed:", error, error.args, error.__notes__)
    try:
        raise RuntimeError("transaction failed") from error
    except RuntimeError as outer:
        print(repr(outer.__cause__))
finally:
    print(account, len(account))
