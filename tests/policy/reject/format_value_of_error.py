# why: a function whose name ends in Error is not an exception
kept = []
ShowError = lambda text: kept.append(text.format(1))
ShowError("{0.__class__}")
