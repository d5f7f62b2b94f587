# why: graph algorithms with heaps and topological order
import heapq
from bisect import bisect_left, insort
from graphlib import CycleError, TopologicalSorter

graph = {"A": {"B": 1, "C": 4}, "B": {"C": 2, "D": 6}, "C": {"D": 3}, "D": {}}


def dijkstra(graph, source):
    distances = {node: float("inf") for node in graph} | {source: 0}
    heap = [(0, source)]
    while heap:
        distance, node = heapq.heappop(heap)
        for neighbour, weight in graph[node].items():
            if (new := distance + weight) < distances[neighbour]:
                distances[neighbour] = new
                heapq.heappush(heap, (new, neighbour))
    return distances


print(dijkstra(graph, "A"), [*TopologicalSorter(graph).static_order()])
try:
    TopologicalSorter({1: [2], 2: [1]}).prepare()
except CycleError as error:
    print(error.args[0])
ordered = [1, 4, 9]
insort(ordered, 5)
print(ordered, bisect_left(ordered, 4), {1, 2} ^ {2, 3}, frozenset("ab") <= set("abc"), heapq.nlargest(2, ordered))
sieve = [True] * 50
for i in range(2, 8):
    sieve[i * i::i] = [False] * len(sieve[i * i::i])
print([i for i, prime in enumerate(sieve) if prime and i > 1])
