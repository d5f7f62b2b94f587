# why: a parameter called like a module that is imported elsewhere
import calendar
import queue


def drop_first(queue):
    queue.head = queue.head.next
    return queue


class Entry:
    def __init__(self, next=None):
        self.next = self.head = next


def set_owner(calendar, name):
    calendar.owner = name
    return calendar


entry = Entry(Entry(Entry()))
print(drop_first(entry).head is entry, queue.Queue().empty(), set_owner(Entry(), "Ann").owner, calendar.isleap(2000))
