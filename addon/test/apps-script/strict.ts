/**
 * Objects as strict as Google's or stricter: an unknown member, a wrong number of arguments or one
 * of a wrong type is a misuse, which fails the test whatever the script does with the exception.
 * Every call is counted.
 */

/** A defect of the script: real services would refuse or, worse, do something else. */
export class Misuse extends Error {}

/** A refusal that scripts must expect: as real services word it. */
export class Refusal extends Error {}

/** What a call must be allowed to do. */
export type Need =
  /** Nothing: allowed wherever scripts run. */
  | "nothing"
  /** Reading the spreadsheet, properties and the like: not in a document where nobody used the add-on. */
  | "document"
  /** Changing the spreadsheet or what is kept with it: not in functions of cells. */
  | "change"
  /** A permission that the person gave. */
  | "permission";

export interface Type {
  readonly name: string;
  readonly accepts: (value: unknown) => boolean;
}

const type = (name: string, accepts: (value: unknown) => boolean): Type => ({ name, accepts });

export const text = type("text", (value) => typeof value === "string");
export const flag = type("flag", (value) => typeof value === "boolean");
export const integer = type("integer", (value) => Number.isInteger(value));
export const listOf = (item: Type): Type =>
  type(`list of ${item.name}`, (value) => Array.isArray(value) && value.every(item.accepts));
export const byte = type("byte", (value) => {
  return Number.isInteger(value) && Number(value) >= -128 && Number(value) <= 127;
});
export const anyObject = type("object", (value) => typeof value === "object" && value !== null);
export const instance = (name: string): Type => type(name, (value) => nameOf(value) === name);

interface Method {
  readonly need: Need;
  /** The scope in the manifest that it needs, if any. */
  readonly scope?: string;
  readonly signatures: readonly (readonly Type[])[];
  // The types are checked against the signatures before it is called.
  readonly run: (...given: never[]) => unknown;
}

/** Builds a method of a service. */
export function method(
  need: Need,
  signatures: readonly (readonly Type[])[],
  run: (...given: never[]) => unknown,
  scope?: string,
): Method {
  return { need, signatures, run, ...(scope !== undefined && { scope }) };
}

/** What watches over the calls of one run of the script. */
export interface Watch {
  /** Called before each call; throws when it is not allowed. */
  enter(name: string, need: Need, scope: string | undefined): void;
  /** Makes an exception one of the script's own. */
  translate(error: unknown): unknown;
  misuse(message: string): Misuse;
}

const names = new WeakMap<object, string>();
const insides = new WeakMap<object, unknown>();

/** The name of a strict object's class; null of anything else. */
export function nameOf(value: unknown): string | null {
  return typeof value === "object" && value !== null ? (names.get(value) ?? null) : null;
}

/** What stands behind a strict object. */
export function insideOf(value: object): unknown {
  return insides.get(value);
}

/** An object that has these methods and constants and throws for every other member. */
export function strict(
  name: string,
  watch: Watch,
  methods: Readonly<Record<string, Method>>,
  constants: Readonly<Record<string, unknown>> = {},
  inside?: unknown,
): object {
  const members = new Map<string, unknown>(Object.entries(constants));
  const object: object = new Proxy(Object.freeze({}), {
    get(_, member) {
      if (typeof member === "symbol") return undefined;
      if (!members.has(member)) throw watch.misuse(`${name} has no member ${member}`);
      return members.get(member);
    },
    has: (_, member) => typeof member === "string" && members.has(member),
    set(_, member) {
      throw watch.misuse(`${name}.${String(member)} can not be set`);
    },
  });
  for (const [member, one] of Object.entries(methods)) {
    members.set(member, callable(`${name}.${member}`, watch, one, object));
  }
  names.set(object, name);
  insides.set(object, inside);
  return object;
}

/** Stands for a method that returns the object that it was called on. */
export const itself = Symbol("itself");

function callable(name: string, watch: Watch, one: Method, object: object): unknown {
  return (...given: unknown[]) => {
    const fits = one.signatures.some(
      (types) =>
        types.length === given.length &&
        types.every((expected, index) => expected.accepts(given[index])),
    );
    if (!fits) {
      const shown = given.map(
        (value) => nameOf(value) ?? (Array.isArray(value) ? "list" : typeof value),
      );
      throw watch.misuse(`${name} can not be called with (${shown.join(", ")})`);
    }
    try {
      watch.enter(name, one.need, one.scope);
      const result = one.run(...(given as never[]));
      return result === itself ? object : result;
    } catch (error) {
      throw watch.translate(error);
    }
  };
}
