// Where a zygote's heap lies while it warms up.
#pragma once

namespace pyrunner::interpreter {

/// From now on malloc takes no memory but the program break's and gives none back, and Python's
/// arenas lie side by side: two mappings instead of hundreds, none of which a later realloc() would
/// stretch. Called by a process with one thread, before Python starts.
void GatherHeap();

/// Gives away what is free between blocks that are in use, for good: what a fork allocates then
/// lies close together, in few pages, instead of in all the gaps that warming up has left. Called
/// when no more than forks' own is to be allocated.
void FillGaps();

/// From now on both take memory from wherever there is some, as usual. Of malloc, blocks below 32
/// MB stay on the heap, which is where its own threshold ends once a program has freed large ones.
void ReleaseHeap();

}  // namespace pyrunner::interpreter
