# why: classes, inheritance, isinstance, class and static methods
from __future__ import annotations

from typing import Iterator, Optional


class Tree:
    created = 0

    def __init__(self, key: int, left: Optional[Tree] = None, right: Tree | None = None) -> None:
        self.key, self.left, self.right = key, left, right
        Tree.created += 1

    def insert(self, key: int) -> Tree:
        if key < self.key:
            self.left = self.left.insert(key) if self.left else Tree(key)
        else:
            self.right = self.right.insert(key) if self.right else Tree(key)
        return self

    def __iter__(self) -> Iterator[int]:
        if self.left:
            yield from self.left
        yield self.key
        if self.right:
            yield from self.right

    @classmethod
    def of(cls, *keys: int) -> Tree:
        root = cls(keys[0])
        for key in keys[1:]:
            root.insert(key)
        return root

    @staticmethod
    def depth(node: Tree | None) -> int:
        return 0 if node is None else 1 + max(Tree.depth(node.left), Tree.depth(node.right))


class Visitor:
    def visit(self, node):
        match node:
            case int():
                return self.visit_int(node)
            case list():
                return [self.visit(n) for n in node]

    def visit_int(self, node):
        return node * 2


tree = Tree.of(5, 2, 8, 1, 9)
print(list(tree), Tree.depth(tree), Tree.created, Visitor().visit([1, [2, 3]]), issubclass(Tree, object))
