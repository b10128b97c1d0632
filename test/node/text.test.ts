import { describe, expect, it } from "vitest";
import { decode, encode } from "../../src/node/text.ts";

const latin = (text: string): Buffer => Buffer.from(text, "latin1");

describe("decode", () => {
  it.each([
    ["# coding: latin-1\nx = '\xe9'", "iso-8859-1"],
    ["#!/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\xe9'", "cp1252"],
    ["# -*- coding: iso-8859-15-unix -*-\n# \xe9", undefined],
    ["x = 1\n# coding: latin-1\ny = '\xe9'", undefined],
  ])("reads Python's coding line as Python does: %j", (text, name) => {
    const decoded = decode(latin(text), "a.py");
    if (name === undefined) expect(decoded).not.toMatchObject({ text });
    else expect(decoded).toEqual({ text, encoding: { name, bom: false } });
  });

  it("takes a coding line in TypeScript for a comment", () => {
    expect(decode(latin("# coding: latin-1\n\xe9"), "a.ts")).toMatchObject({ invalidLine: 2 });
  });

  it("leaves the byte order mark out of the text and puts it back", () => {
    const bytes = Buffer.from("\uFEFFx = 'é'");
    const decoded = decode(bytes, "a.py");
    expect(decoded).toEqual({ text: "x = 'é'", encoding: { name: "utf-8", bom: true } });
    if ("text" in decoded) expect(encode(decoded.text, decoded.encoding)).toEqual(bytes);
  });

  it.each([
    ["UTF-16", Buffer.from([0xff, 0xfe, 0x78, 0]), "is UTF-16"],
    ["a mark against the coding line", Buffer.from("\uFEFF# coding: latin-1"), "byte order mark"],
    ["what is no encoding of text", Buffer.from("# coding: base64"), "names the encoding base64"],
  ])("refuses %s", (_, bytes, problem) => {
    expect(decode(bytes, "a.py")).toEqual({ problem: expect.stringContaining(problem) });
  });
});
