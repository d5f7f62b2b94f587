# why: raw text over several lines
print(r"""
{0.__class__}
""".format(1))
