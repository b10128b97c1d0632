/** Makes a browser's PNG smaller without loss: its pixels packed again as tightly as zlib can. */
import { crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = 8;

export function smallerPng(png) {
  const chunks = [];
  for (let at = SIGNATURE; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.push({
      type: png.toString("latin1", at + 4, at + 8),
      data: png.subarray(at + 8, at + 8 + length),
    });
    at += length + 12;
  }
  const pixels = inflateSync(
    Buffer.concat(chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data)),
  );
  const packed = deflateSync(pixels, { level: 9, memLevel: 9 });
  const kept = chunks.filter(({ type }) => type === "IHDR");
  const smaller = Buffer.concat([
    png.subarray(0, SIGNATURE),
    ...[...kept, { type: "IDAT", data: packed }, { type: "IEND", data: Buffer.alloc(0) }].map(chunkOf),
  ]);
  return smaller.length < png.length ? smaller : png;
}

function chunkOf({ type, data }) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
