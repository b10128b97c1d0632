"""Builds and runs networks in the real framework, each in a process of its own with a time limit.

Reads a job a line and answers a line (JSON). The first line that it writes says which frameworks are here. What a
network's code prints goes nowhere.
"""
import importlib.util
import json
import os
import signal
import site
import sys

FRAMEWORKS = ["torch", "keras", "flax", "haiku", "equinox"]
PACKAGES = [*FRAMEWORKS, "torchvision"]


def folder_of(name):
    found = importlib.util.find_spec(name)
    places = found.submodule_search_locations if found else None
    return list(places)[0] if places else None


def has(name):
    return folder_of(name) is not None


def measure(job):
    sys.path[:0] = job["paths"]
    os.chdir(job["folder"])
    if job["framework"] == "torch":
        from torch_network import measured
    else:
        from jax_network import measured
    spec_of = importlib.import_module(job["module"])
    return measured(job, vars(spec_of))


def answered(job):
    """What the child of a fork says before it ends, or is ended."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        signal.alarm(job["seconds"])
        try:
            answer = measure(job)
        except BaseException as error:
            answer = {"error": f"{type(error).__name__}: {error}"[:400]}
        os.write(writer, json.dumps(answer).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if said:
        return json.loads(said)
    late = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM
    reason = f"took more than {job['seconds']} s" if late else f"ended with status {status}"
    return {"error": reason, "late": late}


def main():
    sys.dont_write_bytecode = True
    os.environ.setdefault("KERAS_BACKEND", "jax")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    here = {name: folder_of(name) for name in PACKAGES if has(name)}
    paths = [*site.getsitepackages(), *[os.path.dirname(folder) for folder in here.values()]]
    print(json.dumps({"packages": here, "paths": sorted(set(paths))}), flush=True)
    ready = set()
    for line in sys.stdin:
        job = json.loads(line)
        # Imported once, for all children.
        name = job["framework"]
        if name not in ready:
            importlib.import_module(name)
            ready.add(name)
        print(json.dumps(answered(job)), flush=True)


main()
