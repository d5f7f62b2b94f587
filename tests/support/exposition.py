"""A strict reader of Prometheus' text format, version 0.0.4
(https://prometheus.io/docs/instrumenting/exposition_formats/), and of the naming that `promtool check
metrics` asks for."""

import dataclasses
import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)')
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (\S+)")
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",)}


@dataclasses.dataclass
class Family:
    name: str
    kind: str
    help: str
    samples: dict = dataclasses.field(default_factory=dict)  # (name, labels) -> value

    @property
    def labels(self):
        """The names of its labels, but for a histogram's own."""
        names = {tuple(label for label, _ in labels if label != "le") for _, labels in self.samples}
        assert len(names) == 1, f"{self.name}: the labels differ: {names}"
        return names.pop()


def read_labels(text, line):
    labels, at = [], 0
    while at < len(text):
        found = LABEL.match(text, at)
        assert found, line
        labels.append((found[1], found[2]))
        at = found.end()
        assert bool(found[3]) == (at < len(text)), line
    assert len(dict(labels)) == len(labels), line
    return tuple(labels)


def read(text):
    """Families by name; fails on whatever a scraper or promtool would complain of."""
    assert text.endswith("\n")
    families, family = {}, None
    for line in text.splitlines():
        if line.startswith("# HELP "):
            _, _, name, said = line.split(" ", 3)
            assert re.fullmatch(NAME, name) and name not in families and said.strip(), line
            family = families[name] = Family(name, "", said)
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert family and family.name == name and not family.kind and not family.samples, line
            assert kind in SUFFIXES, line
            family.kind = kind
        else:
            found = SAMPLE.fullmatch(line)
            assert found and family and family.kind, line
            assert found[1] in [family.name + suffix for suffix in SUFFIXES[family.kind]], line
            key = found[1], read_labels(found[2] or "", line)
            assert key not in family.samples, line
            family.samples[key] = float(found[3].replace("Nan", "nan"))
    for family in families.values():
        check(family)
    return families


def check(family):
    name, kind = family.name, family.kind
    assert family.samples, f"{name} has no sample"
    assert name == name.lower(), name
    assert (kind == "counter") == name.endswith("_total"), f"{name} is a {kind}"
    assert not re.search(r"_(milliseconds|ms|kilobytes|kib|mb|minutes|percent)(_|$)", name), name
    if kind == "counter":
        assert min(family.samples.values()) >= 0, name
    if kind == "histogram":
        check_histogram(family)


def check_histogram(family):
    series = {}
    for (sample, labels), value in family.samples.items():
        bare = tuple(label for label in labels if label[0] != "le")
        parts = series.setdefault(bare, {"buckets": []})
        if sample.endswith("_bucket"):
            parts["buckets"].append((float(dict(labels)["le"].replace("+Inf", "inf")), value))
        else:
            parts[sample.rsplit("_", 1)[1]] = value
    for bare, parts in series.items():
        bounds, counts = zip(*parts["buckets"])
        assert list(bounds) == sorted(set(bounds)), f"{family.name}{bare}: {bounds}"
        assert list(counts) == sorted(counts), f"{family.name}{bare}: {counts}"
        assert bounds[-1] == float("inf") and counts[-1] == parts["count"], f"{family.name}{bare}"
        assert "sum" in parts, family.name


def describe(families):
    """One line for each family: name, type, labels."""
    return "".join(f"{family.name} {family.kind} {','.join(family.labels)}".rstrip() + "\n"
                   for family in sorted(families.values(), key=lambda family: family.name))
