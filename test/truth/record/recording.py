"""Answers the questions of a data file anew, says what differs from the answers that it has, and writes it."""

import json
import pathlib
import sys

TRUTH = pathlib.Path(__file__).resolve().parent.parent


def read(name):
    return json.loads((TRUTH / f"{name}.json").read_text(encoding="utf8"))


def record(name, questions, answer):
    """`answer` takes a row of the file and gives a dict of the fields that were recorded: any others are the question."""
    rows = read(name)
    recorded = [answered(row, questions, answer) for row in rows]
    show_differences(name, [(label(row, questions), row, new) for row, new in zip(rows, recorded)])
    lines = ",\n".join(json.dumps(row) for row in recorded)
    write(name, f"[\n{lines}\n]\n")


def answered(row, questions, answer):
    asked = {key: value for key, value in row.items() if key in questions}
    try:
        return {**asked, **answer(row)}
    except Exception as error:  # a row that this version cannot answer is shown, and kept as it was
        print(f"cannot answer {label(row, questions)}: {type(error).__name__}: {error}")
        return row


def label(row, questions):
    return json.dumps({key: row[key] for key in questions if key in row})[:300]


def show_differences(name, rows):
    differing = [row for row in rows if row[1] != row[2]]
    for question, old, new in differing:
        print(question)
        for key in sorted({*old, *new}):
            if old.get(key) != new.get(key):
                print(f"  {key}: {json.dumps(old.get(key))} -> {json.dumps(new.get(key))}")
    print(f"{name}: {len(rows)} rows, {len(differing)} differ")


def write(name, text):
    if "--check" in sys.argv:
        return
    (TRUTH / f"{name}.json").write_text(text, encoding="utf8")
