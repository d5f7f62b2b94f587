# why: dunder methods of a container
from copy import copy, deepcopy


class Node:
    def __init__(self, value, next=None):
        self.value = value
        self.next = next


class LinkedList:
    def __init__(self, values=()):
        self.head = None
        for value in values:
            self.push(value)

    def push(self, value):
        self.head = Node(value, self.head)

    def __iter__(self):
        node = self.head
        while node:
            yield node.value
            node = node.next

    def __len__(self):
        return sum(1 for _ in self)

    def __contains__(self, value):
        return any(v == value for v in self)

    def __getitem__(self, index):
        return list(self)[index]

    def __add__(self, other):
        return LinkedList([*self][::-1] + [*other][::-1])

    def __bool__(self):
        return self.head is not None

    def __copy__(self):
        return LinkedList(list(self)[::-1])


numbers = LinkedList([1, 2, 3])
print(list(numbers), len(numbers), 2 in numbers, numbers[0], list(numbers + LinkedList([9])), bool(LinkedList()))
print(list(copy(numbers)), list(deepcopy(numbers)))
