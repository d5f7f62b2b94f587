"""The comparator: FastAPI, and one `python3` subprocess for each run.

What many such services do, and what the first description of this project's API did: the request is
validated, its syntax tree looked at, the program written to a temporary file and started with
resource limits of its own, its memory looked at every 0.1 s. There is no sandbox.
"""

import ast
import asyncio
import os
import resource
import subprocess
import tempfile
import time
from typing import Optional

import psutil
from fastapi import FastAPI
from pydantic import BaseModel, Field, validator

PYTHON = "/usr/bin/python3"
REFUSED = {"os", "subprocess", "sys", "importlib", "socket", "urllib", "pickle", "marshal", "shelve"}

app = FastAPI()


@app.on_event("startup")
def preload():
    import numpy  # noqa: F401
    import pandas  # noqa: F401
    import sympy  # noqa: F401


class CodeRequest(BaseModel):
    code: str
    timeout: int = Field(30, ge=1, le=300)
    memory_limit: int = Field(512, ge=64, le=2048)

    @validator("code")
    def has_a_size(cls, code):
        if not code.strip() or len(code) > 1_000_000:
            raise ValueError("the code is empty or too large")
        return code


class ExecutionResponse(BaseModel):
    status: str
    stdout: str = ""
    stderr: str = ""
    execution_time: float
    memory_used: Optional[float] = None
    error: Optional[str] = None


def refusal(code):
    """Why the program is not run, or None."""
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        return f"Syntax error: {error}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        for name in names:
            if name.split(".")[0] in REFUSED:
                return f"Import of '{name}' is not allowed"
    return None


def set_limits(memory_limit):
    size = memory_limit << 20
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (300, 300))
    resource.setrlimit(resource.RLIMIT_NOFILE, (50, 50))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


async def watch_memory(pid, seen):
    try:
        process = psutil.Process(pid)
        while True:
            seen.append(process.memory_info().rss / (1 << 20))
            await asyncio.sleep(0.1)
    except psutil.Error:
        pass


async def execute(request):
    start = time.time()
    with tempfile.NamedTemporaryFile("w", suffix=".py", delete=False) as file:
        file.write(request.code)
    try:
        process = await asyncio.create_subprocess_exec(
            PYTHON, "-u", file.name, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=lambda: set_limits(request.memory_limit), start_new_session=True)
        seen = []
        watcher = asyncio.create_task(watch_memory(process.pid, seen))
        try:
            stdout, stderr = await asyncio.wait_for(process.communicate(), request.timeout)
        except asyncio.TimeoutError:
            os.killpg(process.pid, 9)
            await process.wait()
            return ExecutionResponse(status="timeout", execution_time=request.timeout)
        finally:
            watcher.cancel()
        return ExecutionResponse(
            status="success" if process.returncode == 0 else "error",
            stdout=stdout.decode("utf-8", "replace"), stderr=stderr.decode("utf-8", "replace"),
            execution_time=round(time.time() - start, 3),
            memory_used=round(max(seen), 2) if seen else None)
    finally:
        os.unlink(file.name)


@app.post("/run", response_model=ExecutionResponse)
async def run(request: CodeRequest):
    reason = refusal(request.code)
    if reason:
        return ExecutionResponse(status="error", stderr=reason, execution_time=0, error=reason)
    return await execute(request)
