"""src/sandbox/seccomp_policy.def and syscall_numbers.def, for tests that are made from them."""

import pathlib
import platform
import re
from typing import NamedTuple

SANDBOX = pathlib.Path(__file__).resolve().parents[2] / "src" / "sandbox"
POLICY = SANDBOX / "seccomp_policy.def"
NUMBERS = SANDBOX / "syscall_numbers.def"


class Call(NamedTuple):
    name: str
    strict: str
    processes: str
    reason: str


class Variant(NamedTuple):
    option: str
    name: str
    rule: str
    reason: str


def _rows(path):
    """(macro, its arguments as text) of each row. What is neither row nor comment is an error."""
    text = re.sub(r"^//.*$", "", path.read_text(), flags=re.M)
    at = 0
    while match := re.compile(r"\s*([A-Z]+)\(").match(text, at):
        depth, quoted, start, at = 1, False, match.end(), match.end()
        arguments = []
        while depth:
            char = text[at]
            if char == '"':
                quoted = not quoted
            elif not quoted:
                depth += (char == "(") - (char == ")")
                if char == "," and depth == 1 or depth == 0:
                    arguments.append(text[start:at])
                    start = at + 1
            at += 1
        yield match[1], [" ".join(argument.split()) for argument in arguments]
    if text[at:].strip():
        raise ValueError(f"{path.name}: not a row: {text[at:].strip()[:80]!r}")


def _reason(text):
    """A C string literal, perhaps in pieces."""
    if not re.fullmatch(r'"[^"]*"(?: "[^"]*")*', text):
        raise ValueError(f"not a reason: {text!r}")
    return "".join(re.findall(r'"([^"]*)"', text))


def calls():
    return [Call(name, strict, strict if processes == "kSame" else processes, _reason(reason))
            for macro, (name, strict, processes, reason) in _rows(POLICY) if macro == "CALL"]


def variants():
    return [Variant(option, name, rule, _reason(reason))
            for macro, (option, name, rule, reason) in _rows(POLICY) if macro == "WITHOUT"]


def numbers():
    """{name: {"x86_64": number or None, "aarch64": number or None}}"""
    def number(text):
        return None if text == "kNone" else int(text)
    return {name: {"x86_64": number(x86_64), "aarch64": number(arm64)}
            for _, (name, x86_64, arm64) in _rows(NUMBERS)}


def native_numbers():
    """{name: number} of the calls that this machine has."""
    machine = platform.machine()
    return {name: of[machine] for name, of in numbers().items() if of[machine] is not None}
