/** What google.script.run carries between a page and the script, and back. */
import { Misuse } from "./strict.ts";

/**
 * A copy as it arrives on the other side: texts, numbers, flags, null, lists and plain objects. A
 * member that is undefined is left out, an undefined item becomes null; anything else is a misuse.
 */
export function carry(value: unknown, path = "value"): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) {
    // Of this realm: `map` would make a list of the script's.
    return Array.from(value, (item: unknown, index) =>
      item === undefined ? null : carry(item, `${path}/${index}`),
    );
  }
  if (typeof value === "object" && isPlain(value)) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(
      members.map(([name, member]) => [name, carry(member, `${path}/${name}`)]),
    );
  }
  throw new Misuse(`google.script.run does not carry ${path}, a ${typeof value}`);
}

/** Of any realm: the script has an Object of its own. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) return true;
  return Object.prototype.toString.call(value) === "[object Object]" && isRoot(prototype as object);
}

function isRoot(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null;
}
