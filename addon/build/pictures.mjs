// The pictures of README.md from what the browser tests leave in cargo's target directory:
// `npm run pictures`. A browser writes its pictures fast and large; here they are written small, with
// five bits of each colour, which nobody tells apart in a page of text.
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32, deflateSync, inflateSync } from "node:zlib";
import { place, root } from "./files.mjs";

const screenshots = join(root, "../target/screenshots");
const pictures = {
  finding: "sidebar-recorded-light",
  fix: "sidebar-fix-preview-dark",
  policy: "panel-policy-light",
  explain: "panel-explain-dark",
};
/** In bytes: they are cloned with the repository. */
const largest = 40_000;
const signature = Buffer.from("89504e470d0a1a0a", "hex");

/** The chunks of a PNG, in their order. */
function* chunksOf(png) {
  for (let at = signature.length; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString("latin1", at + 4, at + 8);
    yield { type, data: png.subarray(at + 8, at + 8 + length) };
    at += 12 + length;
  }
}

function chunk(type, data) {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

/** What a filter of PNG foretells of a byte, by those left of it, above it and left above it. */
function foretold(filter, left, above, corner) {
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) >> 1;
    default: {
      const guess = left + above - corner;
      const far = [left, above, corner].map((byte) => Math.abs(guess - byte));
      if (far[0] <= far[1] && far[0] <= far[2]) return left;
      return far[1] <= far[2] ? above : corner;
    }
  }
}

/** The same picture, smaller. Takes what Chromium writes: eight bits each of red, green and blue. */
function small(png) {
  const chunks = [...chunksOf(png)];
  const header = chunks.find(({ type }) => type === "IHDR").data;
  if (header[8] !== 8 || header[9] !== 2 || header[12] !== 0)
    throw new Error("not 24 bits a pixel");
  const width = header.readUInt32BE(0) * 3;
  const parts = chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data);
  const lines = inflateSync(Buffer.concat(parts));
  for (let start = 0, above = -1; start < lines.length; above = start, start += width + 1) {
    for (let index = 1; index <= width; index += 1) {
      const left = index > 3 ? lines[start + index - 3] : 0;
      const up = above < 0 ? 0 : lines[above + index];
      const corner = above < 0 || index <= 3 ? 0 : lines[above + index - 3];
      lines[start + index] += foretold(lines[start], left, up, corner);
    }
  }
  for (let start = 0; start < lines.length; start += width + 1) {
    lines[start] = 0;
    for (let index = 1; index <= width; index += 1) {
      const byte = lines[start + index];
      lines[start + index] = (byte & 0xf8) | (byte >> 5);
    }
  }
  const data = chunk("IDAT", deflateSync(lines, { level: 9 }));
  return Buffer.concat([signature, chunk("IHDR", header), data, chunk("IEND", Buffer.alloc(0))]);
}

await mkdir(join(root, "pictures"), { recursive: true });
for (const [name, screenshot] of Object.entries(pictures)) {
  const picture = small(await readFile(join(screenshots, `${screenshot}.png`)));
  if (picture.length > largest) {
    throw new Error(`${name}.png has ${picture.length} bytes; ${largest} is the limit`);
  }
  await place(join(root, `pictures/${name}.png`), picture);
}
